/** What a robot's policy sees and commands is, bit for bit, what it saw and commanded in training. */
import { expect, test } from "vitest";
import { Rng } from "../../../src/core/rng.js";
import { describeDeployment } from "../../../src/deploy/deployment.js";
import { MeasuredRobot } from "../../../src/deploy/measured-robot.js";
import type { Measurement } from "../../../src/deploy/robot.js";
import { compileTask } from "../../../src/reward/node/compile-task.js";
import { zeroReward } from "../../../src/reward/program.js";
import { createEnvironment } from "../../../src/rl/task-environment.js";
import { loadTask } from "../../../src/task/node/load.js";
import type { TaskEnvironment } from "../../../src/task/task-environment.js";

const steps = 60;

test.each([
  ["go1-walk", {}],
  ["cartpole", {}],
  ["ant", {}],
  ["anymal", {}],
  ["quadcopter", {}],
  ["go1-walk with a history of 3", { observationHistory: 3, actionDelaySteps: [2, 2] }],
] as const)("%s", async (name, changes) => {
  const loaded = await loadTask(name.split(" ")[0]);
  const definition = { ...loaded.definition, ...(changes as object) };
  const task = compileTask({ ...loaded, definition });
  const environment = await createEnvironment({
    task,
    reward: zeroReward,
    numEnvs: 1,
    profile: "train",
    seed: 4,
    stream: "test",
    randomize: false,
  });
  environment.overrides.noiseFactors.fill(0);
  const { joints } = task.task.robot;
  const limits = { margin: joints.map(() => 1), speed: joints.map(() => 1), tilt: null };
  const deployment = describeDeployment(task, limits);
  const robot = new MeasuredRobot(task, deployment);
  const rng = new Rng(5);
  const actions = new Float32Array(environment.actionDim);
  environment.reset(false);
  let differing = 0;
  for (let step = 0; step < steps; step++) {
    for (let i = 0; i < actions.length; i++) actions[i] = rng.uniform(-1.2, 1.2);
    robot.command(commandOf(environment, Object.keys(deployment.commands)));
    robot.observe(measure(environment, deployment.measurements, step));
    expect([...robot.observation]).toEqual([...environment.observations]);
    environment.step(actions);
    robot.act(actions);
    if (environment.terminated[0] === 1 || environment.timeOuts[0] === 1) robot.restart();
    else expect([...robot.controls]).toEqual([...environment.simulator.controls]);
    differing += Math.abs(environment.observations[0] - robot.observation[0]);
  }
  // Standing still would agree as well.
  expect(differing).toBeGreaterThan(0);
  environment.dispose();
});

function commandOf({ signals, signalTable }: TaskEnvironment, names: readonly string[]): number[] {
  return names.flatMap((name) => {
    const signal = signalTable.signals.find((one) => one.name === name);
    return signal ? [...signals.subarray(signal.offset, signal.offset + signal.size)] : [];
  });
}

function measure(
  { simulator }: TaskEnvironment,
  {
    bodies,
    contacts,
  }: { readonly bodies: readonly string[]; readonly contacts: readonly string[] },
  step: number,
): Measurement {
  const { state, robot } = simulator;
  const places = bodies.map((name) => robot.bodies.findIndex((body) => body.name === name));
  return {
    timeSeconds: step,
    jointPosition: state.jointPosition.slice(),
    jointVelocity: state.jointVelocity.slice(),
    jointEffort: state.jointEffort.slice(),
    bodyPose: Float32Array.from(
      places.flatMap((body) => [...state.bodyPose.subarray(7 * body, 7 * body + 7)]),
    ),
    bodyVelocity: Float32Array.from(
      places.flatMap((body) => [...state.bodyVelocity.subarray(6 * body, 6 * body + 6)]),
    ),
    // The environment reports the geoms that signals watch; a robot those that are observed.
    contactForce: contacts.length === 0 ? new Float32Array(0) : state.contactForce.slice(),
    given: new Float32Array(0),
  };
}
