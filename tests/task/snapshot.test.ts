import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Rng } from "../../src/core/rng.js";
import type { TaskInput } from "../../src/task/task.js";
import type { FakeSimulator } from "./fake-simulator.js";
import { fakeEnvironment, fakeTask, plainPrograms, program } from "./fake-task.js";

const numEnvs = 3;

/** A task with everything that remembers: delay, commands, pushes, noise, history, clocks, randomization. */
const input: Partial<TaskInput> = {
  maxEpisodeSteps: 7,
  signals: {
    hip: { source: { kind: "jointPosition", joint: "hip" }, description: "" },
    goal: {
      source: { kind: "command", low: [0], high: [1], intervalSeconds: 0.3 },
      description: "",
    },
    air: { source: { kind: "airTime", geom: "leftFoot" }, description: "" },
    mass: { source: { kind: "parameter", name: "massFactor" }, description: "" },
  },
  observation: [
    { signal: "hip", noise: 0.1 },
    { signal: "goal" },
    { signal: "air" },
    { signal: "joint.acceleration" },
    { signal: "previousAction" },
  ],
  observationHistory: 3,
  privilegedObservation: [{ signal: "mass" }, { signal: "hip" }],
  reset: { jointPosition: { hip: { normal: [0, 0.1] } } },
  randomization: { massFactor: { distribution: { uniform: [0.5, 2] } } },
  actionDelaySteps: [0, 2],
  events: [{ kind: "push", body: "trunk", intervalSeconds: [0.1, 0.4], velocity: [1, 1, 1] }],
};

/** Joints follow the controls, feet touch now and then; pushes move the hip. */
function physics(simulator: FakeSimulator): void {
  const { state, controls, pushes, steps } = simulator;
  for (let i = 0; i < state.jointPosition.length; i++) {
    state.jointVelocity[i] = 0.5 * state.jointVelocity[i] + controls[i];
    state.jointPosition[i] += 0.1 * state.jointVelocity[i];
  }
  for (const push of pushes.filter((one) => one.step === steps - 1))
    state.jointPosition[push.env * 2] += push.velocity[0];
  for (let env = 0; env < numEnvs; env++)
    state.contactForce[env * 3] = (steps + env) % 3 === 0 ? 5 : 0;
}

function make() {
  const task = fakeTask(input);
  const reward = program(task, {
    total: (at) => at("hip") + at("goal"),
    hip: (at) => at("hip"),
    goal: (at) => at("goal"),
  });
  const termination = program(task, { far: (at) => (Math.abs(at("hip")) > 1.5 ? 1 : 0) });
  const programs = plainPrograms(task, { reward, termination, human: reward });
  return fakeEnvironment(task, { numEnvs, physics, programs }).environment;
}

/** Everything a learner sees over `steps` steps of random actions. */
function record(environment: ReturnType<typeof make>, steps: number, rng: Rng) {
  const rows: unknown[] = [];
  const actions = new Float32Array(numEnvs * environment.actionDim);
  for (let i = 0; i < steps; i++) {
    for (let a = 0; a < actions.length; a++) actions[a] = rng.uniform(-1.5, 1.5);
    environment.step(actions);
    rows.push(
      [...environment.observations],
      [...environment.privilegedObservations],
      [...environment.rewards],
      [...environment.terminated],
      [...environment.timeOuts],
    );
  }
  return [...rows, environment.takeStatistics()];
}

describe("a snapshot", () => {
  it("continues exactly as the environment it was taken from, at any moment", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 25 }), fc.boolean(), (age, stagger) => {
        const original = make();
        original.reset(stagger);
        record(original, age, new Rng(1));
        const snapshot = structuredClone(original.save());
        const resumed = make();
        resumed.load(snapshot);
        expect([...resumed.observations]).toEqual([...original.observations]);
        expect(record(resumed, 20, new Rng(2))).toEqual(record(original, 20, new Rng(2)));
      }),
      { numRuns: 25 },
    );
  });

  it("is a copy: going on does not change it", () => {
    const environment = make();
    environment.reset(false);
    const snapshot = environment.save();
    const before = structuredClone(snapshot);
    record(environment, 5, new Rng(1));
    expect(snapshot).toEqual(before);
  });

  it("of another number of environments is refused by name", () => {
    const environment = make();
    environment.reset(false);
    const snapshot = environment.save();
    const misfit = { ...snapshot, arrays: { ...snapshot.arrays, rewards: new Float32Array(99) } };
    expect(() => make().load(misfit)).toThrow(
      expect.objectContaining({
        code: "E_SNAPSHOT_MISMATCH",
        message: expect.stringContaining("rewards"),
      }),
    );
  });
});

it("an environment that is disposed disposes its simulator", () => {
  const { environment, simulator } = fakeEnvironment(fakeTask());
  environment.dispose();
  expect(simulator.disposed).toBe(true);
});
