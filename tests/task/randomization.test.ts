/** Worlds that differ: when they are drawn, how ranges grow, and what the task itself carries out. */
import { describe, expect, it } from "vitest";
import { checkTask } from "../../src/task/check-task.js";
import type { TaskInput } from "../../src/task/task.js";
import { TerrainLevels } from "../../src/task/terrain-levels.js";
import {
  numWorldParameters,
  type WorldParameterName,
  worldParameterIndex,
} from "../../src/task/world-parameter-names.js";
import { worldParameters } from "../../src/task/world-parameters.js";
import { FakeSimulator, walker } from "./fake-simulator.js";
import { actions, fakeEnvironment, fakeTask, plainPrograms, program } from "./fake-task.js";

type Randomization = NonNullable<TaskInput["randomization"]>;
type Options = Parameters<typeof fakeEnvironment>[1];

function world(randomization: Randomization, options: Options = {}, more: Partial<TaskInput> = {}) {
  const task = fakeTask({ randomization, ...more });
  const made = fakeEnvironment(task, options);
  const { environment } = made;
  const { numEnvs } = environment;
  const value = (name: WorldParameterName, env = 0) =>
    environment.overrides.parameters[env * numWorldParameters + worldParameterIndex[name]];
  const step = (times = 1, action = 0) => {
    for (let i = 0; i < times; i++) environment.step(actions(numEnvs, action, action));
  };
  environment.reset(false);
  return { ...made, task, value, step };
}

const uniform = (low: number, high: number) => ({
  distribution: { uniform: [low, high] as [number, number] },
});

describe("a parameter is drawn", () => {
  it("on an interval, beside every reset", () => {
    const { value, step } = world(
      { motorOffset: { ...uniform(-1, 1), when: { intervalSeconds: [0.3, 0.3] } } },
      {},
      { maxEpisodeSteps: 7 },
    );
    const seen: number[] = [value("motorOffset")];
    for (let i = 0; i < 10; i++) {
      step();
      seen.push(value("motorOffset"));
    }
    const changes = seen.flatMap((v, i) => (i > 0 && v !== seen[i - 1] ? [i] : []));
    // Steps 3 and 6, the reset at the end of step 7, then 3 steps from there.
    expect(changes).toEqual([3, 6, 7, 10]);
  });

  it("from a normal distribution never as what cannot be", () => {
    const { value, step } = world(
      { jointFriction: { distribution: { normal: [0.01, 1] } } },
      {},
      { maxEpisodeSteps: 1 },
    );
    for (let i = 0; i < 50; i++) {
      expect(value("jointFriction")).toBeGreaterThanOrEqual(0);
      step();
    }
  });

  it("in every environment by its own number, however many there are", () => {
    const declared = { armature: uniform(0, 1) };
    const all = world(declared, { numEnvs: 4 });
    const part = world(declared, { numEnvs: 2, firstEnv: 2 });
    expect(part.value("armature", 0)).toBe(all.value("armature", 2));
    expect(part.value("armature", 1)).toBe(all.value("armature", 3));
  });
});

describe("a range", () => {
  const drawn = (made: ReturnType<typeof world>, name: WorldParameterName, episodes: number) => {
    const values: number[] = [];
    for (let i = 0; i < episodes; i++) {
      made.step();
      values.push(made.value(name, 0), made.value(name, 1));
    }
    return values;
  };

  it("on a schedule grows from the nominal value over the steps of the whole training", () => {
    const declared: Randomization = {
      massFactor: { ...uniform(0.5, 3), growth: { kind: "scheduled", overSteps: 2000 } },
    };
    // 20 environments altogether: 100 control steps of each.
    const made = world(declared, { totalEnvs: 20 }, { maxEpisodeSteps: 1 });
    expect(made.value("massFactor")).toBe(1);
    const early = drawn(made, "massFactor", 50);
    expect(Math.max(...early)).toBeLessThanOrEqual(2);
    expect(Math.min(...early)).toBeGreaterThanOrEqual(0.75);
    drawn(made, "massFactor", 50);
    const late = drawn(made, "massFactor", 100);
    expect(Math.max(...late)).toBeGreaterThan(2.7);
    expect(Math.min(...late)).toBeLessThan(0.6);
  });

  it("that adapts goes as far as the policy succeeds, on either side", () => {
    const declared: Randomization = {
      massFactor: {
        ...uniform(0.5, 3),
        growth: { kind: "adaptive", success: 1, episodes: 2, edgeShare: 0.5, increment: 0.1 },
      },
    };
    const signals: TaskInput["signals"] = {
      "hip.angle": { source: { kind: "jointPosition", joint: "hip" }, description: "" },
      mass: { source: { kind: "parameter", name: "massFactor" }, description: "" },
    };
    const task = fakeTask({ signals });
    // It can carry 1.7 at most.
    const fitness = program(task, { fitness: (at) => (at("mass") <= 1.7 ? 1 : 0) });
    const made = world(
      declared,
      { programs: plainPrograms(task, { fitness }) },
      { signals, maxEpisodeSteps: 1 },
    );
    expect(made.value("massFactor")).toBe(1);
    drawn(made, "massFactor", 300);
    const values = drawn(made, "massFactor", 100);
    expect(Math.min(...values)).toBeCloseTo(0.5, 6);
    // One increment beyond what it can: 1 + 0.4 (3 − 1).
    expect(Math.max(...values)).toBeGreaterThan(1.55);
    expect(Math.max(...values)).toBeLessThanOrEqual(1.8 + 1e-9);
  });

  it("is whole outside training", () => {
    const growth = { kind: "scheduled", overSteps: 1e9 } as const;
    const made = world(
      { massFactor: { ...uniform(2, 3), growth } },
      { stream: "test" },
      { maxEpisodeSteps: 1 },
    );
    for (const value of drawn(made, "massFactor", 5)) expect(value).toBeGreaterThan(2);
  });

  it("that leaves the nominal value out begins at what is nearest to it", () => {
    const growth = { kind: "scheduled", overSteps: 1e9 } as const;
    const made = world({ massFactor: { ...uniform(2, 3), growth } });
    expect(made.value("massFactor")).toBe(2);
  });
});

describe("disturbances are drawn like any parameter", () => {
  it("late actions come by exactly that many steps", () => {
    const { simulator, step, value } = world({ actionDelaySteps: { distribution: 2 } });
    const hip: number[] = [];
    for (const action of [0.25, 0.5, 0.75, 1]) {
      step(1, action);
      hip.push(simulator.controls[0]);
    }
    expect(hip).toEqual([0.5, 0.5, 1, 1.5]);
    expect(value("actionDelaySteps")).toBe(2);
  });

  it("late senses too, but never of what the policy itself has done", () => {
    const { environment, step } = world(
      { observationDelaySteps: { distribution: 2 } },
      {
        physics: ({ state, steps }) => {
          state.jointPosition.fill(steps);
        },
      },
      { observation: [{ signal: "hip.angle" }, { signal: "action" }], maxEpisodeSteps: 5 },
    );
    const seen: number[][] = [];
    for (let i = 1; i <= 4; i++) {
      step(1, i / 8);
      seen.push([...environment.observations.subarray(0, 2)]);
    }
    // At the start there is nothing older than the pose of the reset.
    expect(seen).toEqual([
      [0, 0.125],
      [0, 0.25],
      [1, 0.375],
      [2, 0.5],
    ]);
    // The fifth ends the episode: a new one does not see the last.
    step(1, 1);
    const fresh = environment.observations[0];
    step();
    expect(environment.observations[0]).toBe(fresh);
  });

  it("noise is as many times the task's", () => {
    const noisy = { observation: [{ signal: "hip.angle", noise: 0.1 }], maxEpisodeSteps: 100 };
    const plain = world({}, {}, noisy);
    const loud = world({ sensorNoise: { distribution: 3 } }, {}, noisy);
    for (let i = 0; i < 5; i++) {
      plain.step();
      loud.step();
      expect(loud.environment.observations[0]).toBeCloseTo(
        3 * plain.environment.observations[0],
        6,
      );
    }
  });

  it("pushes of a drawn speed come though the task declares none, and scale those it declares", () => {
    const own = world({ pushSpeed: uniform(0.2, 0.4) }, {}, { maxEpisodeSteps: 1000 });
    own.step(300);
    const { pushes } = own.simulator;
    expect(pushes.length).toBeGreaterThan(4);
    for (const { body, env, velocity } of pushes) {
      expect(body).toBe(0);
      for (const k of [0, 1]) {
        expect(Math.abs(velocity[k])).toBeLessThanOrEqual(own.value("pushSpeed", env));
      }
      expect(velocity[2]).toBe(0);
    }
    const events: TaskInput["events"] = [
      { kind: "push", body: "trunk", intervalSeconds: [0.1, 0.1], velocity: [0.5, 0.25, 0] },
    ];
    const declared = world({}, {}, { events });
    const faster = world({ pushSpeed: { distribution: 2 } }, {}, { events });
    declared.step();
    faster.step();
    expect(faster.simulator.pushes[0].velocity).toEqual(
      declared.simulator.pushes[0].velocity.map((v) => expect.closeTo(4 * v, 5)),
    );
  });

  it("roughness puts a robot where bumps are nearest to it", () => {
    const task = fakeTask({
      terrain: {
        kinds: [
          { kind: "stairs", stepMeters: [0.1, 0.2] },
          { kind: "rough", amplitudeMeters: [0, 0.08] },
        ],
        levels: 5,
        tileMeters: 4,
        platformMeters: 1,
      },
      randomization: { terrainRoughness: uniform(0, 0.08) },
    });
    const simulator = new FakeSimulator(walker, 1, 0);
    let at: readonly number[] = [];
    simulator.setOrigin = (_env: number, ...origin: readonly number[]) => {
      at = origin;
    };
    const levels = new TerrainLevels(task, simulator, { seed: 1, stream: "train" });
    // Rows are 4 m apart, the rough column is the second.
    for (const [asked, row] of [
      [0, 0],
      [0.037, 2],
      [1, 4],
    ]) {
      levels.setRoughness(0, asked);
      levels.begin(0);
      expect(at.slice(0, 2)).toEqual([2, -8 + 4 * row]);
    }
  });

  it("can be held, and are drawn again when let go", () => {
    const { environment, step, value } = world(
      { sensorNoise: uniform(2, 3) },
      { maxObservationDelaySteps: 3, maxDelaySteps: 3 },
      { observation: [{ signal: "hip.angle", noise: 0.1 }], maxEpisodeSteps: 1 },
    );
    const { overrides } = environment;
    overrides.parameter(0, "sensorNoise", 0);
    overrides.parameter(0, "actionDelaySteps", 2);
    step(3);
    expect(environment.observations[0]).toBe(0);
    expect(overrides.actionDelays[0]).toBe(2);
    overrides.parameter(0, "sensorNoise", null);
    expect(value("sensorNoise")).toBeGreaterThan(2);
    overrides.parameter(0, "actionDelaySteps", null);
    expect(overrides.actionDelays[0]).toBe(0);
    expect(() => overrides.parameter(0, "sensorNoise", Number.NaN)).toThrowError(/cannot be NaN/);
  });
});

it("a snapshot goes on exactly, with everything that may be drawn", () => {
  const make = () =>
    world(
      {
        massFactor: { ...uniform(0.5, 2), growth: { kind: "scheduled", overSteps: 100 } },
        jointDamping: { ...uniform(0, 1), growth: { kind: "adaptive", success: 0.5, episodes: 1 } },
        motorOffset: { ...uniform(-1, 1), when: { intervalSeconds: [0.2, 0.5] } },
        actionDelaySteps: uniform(0, 3),
        observationDelaySteps: uniform(0, 3),
        sensorNoise: uniform(0, 2),
        pushSpeed: uniform(0, 2),
      },
      {
        numEnvs: 3,
        physics: ({ state, controls, pushes }) => {
          for (let i = 0; i < controls.length; i++) {
            state.jointPosition[i] += controls[i] + 0.01 * pushes.length;
          }
        },
      },
      {
        maxEpisodeSteps: 6,
        observation: [{ signal: "hip.angle", noise: 0.1 }, { signal: "action" }],
        events: [{ kind: "push", body: "trunk", intervalSeconds: [0.1, 0.4], velocity: [1, 1, 1] }],
      },
    );
  const first = make();
  first.step(9, 0.3);
  const saved = first.environment.save();
  const second = make();
  second.environment.load(saved);
  second.simulator.pushes.push(...first.simulator.pushes);
  for (let i = 0; i < 30; i++) {
    first.step(1, 0.1);
    second.step(1, 0.1);
    expect([...second.environment.observations]).toEqual([...first.environment.observations]);
    expect([...second.environment.overrides.parameters]).toEqual([
      ...first.environment.overrides.parameters,
    ]);
  }
  expect(second.environment.save()).toEqual(first.environment.save());
});

describe("a task is refused", () => {
  const check = (randomization: Randomization, more: Partial<TaskInput> = {}) => {
    const task = fakeTask({ randomization, ...more });
    checkTask(task.definition, task.robot, task.signals);
  };

  it.each<[string, Randomization, Partial<TaskInput>]>([
    ["changes nothing about robot", { objectFriction: uniform(0, 1) }, {}],
    ["changes nothing about robot", { terrainRoughness: uniform(0, 1) }, {}],
    ["changes nothing about robot", { sensorNoise: uniform(0, 2) }, {}],
    ["draws from -1 to 1", { friction: uniform(-1, 1) }, {}],
    ["draws from 0 to 1", { massFactor: uniform(0, 1) }, {}],
    ["draws from 2 to 1", { friction: { distribution: { logUniform: [2, 1] } } }, {}],
    ["draws from -1 to -1", { friction: { distribution: { normal: [-1, 3] } } }, {}],
    [
      "drawn once, before its range has grown",
      {
        friction: {
          ...uniform(0, 1),
          when: "startup",
          growth: { kind: "scheduled", overSteps: 9 },
        },
      },
      {},
    ],
    [
      "runs from 3 down to 2",
      { friction: { ...uniform(0, 1), when: { intervalSeconds: [3, 2] } } },
      {},
    ],
    ["both draw the delay", { actionDelaySteps: uniform(0, 1) }, { actionDelaySteps: [0, 2] }],
  ])("that %s", (message, randomization, more) => {
    expect(() => check(randomization, more)).toThrowError(
      expect.objectContaining({
        code: "E_TASK_INVALID",
        message: expect.stringContaining(message),
      }),
    );
  });

  it("that names no parameter, or gives its ends the wrong way round", () => {
    expect(() => fakeTask({ randomization: { colour: uniform(0, 1) } as Randomization })).toThrow();
    expect(() => fakeTask({ randomization: { friction: uniform(1, 0) } })).toThrow();
  });
});

it("a robot's parameters are those that make a difference to it, with unit and nominal value", () => {
  const task = fakeTask({ actionDelaySteps: [1, 2] });
  const list = worldParameters(task);
  const names = list.map(({ name }) => name);
  expect(names).toContain("motorOffset");
  expect(names).toContain("pushSpeed");
  for (const missing of ["objectDrag", "kpFactor", "armatureFactor", "terrainRoughness"]) {
    expect(names).not.toContain(missing);
  }
  const about = (name: WorldParameterName) => list.find((each) => each.name === name);
  expect(about("jointFriction")).toMatchObject({
    unit: "N m",
    nominal: 0,
    family: "zeroToInfinity",
  });
  expect(about("actionDelaySteps")).toMatchObject({ nominal: 1, integer: true });
  expect(about("friction")?.nominal).toBe(0.6);
});
