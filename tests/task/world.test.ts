/** What an environment does to its world: controls, delays, commands, initial states, randomization, pushes. */
import { describe, expect, it } from "vitest";
import { checkTask } from "../../src/task/check-task.js";
import type { LoadedTask } from "../../src/task/loaded-task.js";
import type { TaskInput } from "../../src/task/task.js";
import { type FakeSimulator, walker } from "./fake-simulator.js";
import { actions, fakeEnvironment, fakeTask, plainPrograms, program } from "./fake-task.js";

const idle = actions(2, 0, 0);

describe("actions", () => {
  it("become controls: offset + scale × the action clipped to ±1", () => {
    const { environment, simulator } = fakeEnvironment(fakeTask());
    environment.reset(false);
    environment.step(Float32Array.of(0.5, -0.5, 7, -7));
    expect([...simulator.controls]).toEqual([1.5, -1.5, 2.5, -3]);
  });

  it("arrive late by the delay, with zero actions before the first", () => {
    const { environment, simulator } = fakeEnvironment(fakeTask({ actionDelaySteps: [2, 2] }));
    environment.reset(false);
    const hip: number[] = [];
    for (const action of [0.25, 0.5, 0.75, 1]) {
      environment.step(actions(2, action, 0));
      hip.push(simulator.controls[0]);
    }
    expect(hip).toEqual([0.5, 0.5, 1, 1.5]);
  });

  it("forget the last episode's actions that are still under way", () => {
    const { environment, simulator } = fakeEnvironment(
      fakeTask({ actionDelaySteps: [1, 1], maxEpisodeSteps: 2 }),
    );
    environment.reset(false);
    for (let i = 0; i < 3; i++) environment.step(actions(2, 1, 1));
    expect([...simulator.controls.subarray(0, 2)]).toEqual([0.5, 0]);
  });

  it("are delayed by every amount between the bounds when randomized, by the least otherwise", () => {
    const delays = (randomize: boolean) => {
      const task = fakeTask({ actionDelaySteps: [1, 3], maxEpisodeSteps: 100 });
      const { environment, simulator } = fakeEnvironment(task, { numEnvs: 40, randomize });
      environment.reset(false);
      const seen = new Array(40).fill(-1);
      for (let step = 0; step < 4; step++) {
        environment.step(actions(40, 1, 1));
        for (let env = 0; env < 40; env++) {
          if (seen[env] < 0 && simulator.controls[env * 2] === 2.5) seen[env] = step;
        }
      }
      return new Set(seen);
    };
    expect(delays(true)).toEqual(new Set([1, 2, 3]));
    expect(delays(false)).toEqual(new Set([1]));
  });

  it("in increment mode move a held control by scale a second, within its bounds, anew each episode", () => {
    const task = fakeTask({
      actions: [
        { actuator: "hipMotor", scale: 2, description: "" },
        { actuator: "kneeMotor", mode: "increment", scale: 4, offset: 0.5, description: "" },
      ],
      maxEpisodeSteps: 4,
    });
    const knee = task.robot.actuators[1];
    (knee as { controlRange: [number, number] }).controlRange = [-1, 1];
    const { environment, simulator } = fakeEnvironment(task);
    environment.reset(false);
    const held: number[] = [];
    for (const action of [1, -0.5, 1, 1]) {
      environment.step(actions(2, 0, action));
      held.push(simulator.controls[1]);
    }
    knee.controlRange = null;
    // 0.5 + 0.4, − 0.2, + 0.4 cut at 1; the fourth step ends the episode.
    expect(held.map((value) => Number(value.toFixed(6)))).toEqual([0.9, 0.7, 1, 0.5]);
  });

  it("that are not numbers stop the training with the environment's index", () => {
    const { environment } = fakeEnvironment(fakeTask());
    environment.reset(false);
    expect(() => environment.step(Float32Array.of(0, 0, 0, Number.NaN))).toThrow(
      expect.objectContaining({
        code: "E_ACTION_NOT_FINITE",
        message: expect.stringContaining("environment 1"),
      }),
    );
  });

  it("leave actuators that no action drives at the keyframe's control", () => {
    const task = fakeTask({
      actions: [{ actuator: "kneeMotor", scale: 1, description: "" }],
      reset: { keyframe: "stand" },
    });
    const { environment, simulator } = fakeEnvironment(task);
    environment.reset(false);
    environment.step(actions(2, 0.5));
    expect(simulator.controls[0]).toBeCloseTo(0.7, 6);
    expect(simulator.controls[1]).toBe(0.5);
  });
});

describe("commands", () => {
  const signals = (intervalSeconds?: number): TaskInput["signals"] => ({
    hip: { source: { kind: "jointPosition", joint: "hip" }, description: "" },
    goal: {
      source: {
        kind: "command",
        low: [-1, 5],
        high: [1, 6],
        ...(intervalSeconds ? { intervalSeconds } : {}),
      },
      description: "",
    },
  });
  const observation = [{ signal: "goal" }];

  it("are drawn within their bounds and held for the episode", () => {
    const { environment, read } = fakeEnvironment(
      fakeTask({ signals: signals(), observation, maxEpisodeSteps: 3 }),
    );
    environment.reset(false);
    const drawn = read("goal");
    expect(Math.abs(drawn[0])).toBeLessThan(1);
    expect(drawn[1]).toBeGreaterThanOrEqual(5);
    expect(drawn[1]).toBeLessThan(6);
    expect(read("goal", 1)).not.toEqual(drawn);
    environment.step(idle);
    environment.step(idle);
    expect(read("goal")).toEqual(drawn);
    environment.step(idle);
    expect(read("goal")).not.toEqual(drawn);
  });

  it("are drawn anew at intervals, after the reward has seen the old one", () => {
    const { environment, read } = fakeEnvironment(
      fakeTask({ signals: signals(0.2), observation, maxEpisodeSteps: 100 }),
    );
    environment.reset(false);
    const seen = [read("goal")[0]];
    for (let i = 0; i < 4; i++) {
      environment.step(idle);
      seen.push(read("goal")[0]);
    }
    expect(seen[1]).toBe(seen[0]);
    expect(seen[2]).not.toBe(seen[1]);
    expect(seen[3]).toBe(seen[2]);
    expect(seen[4]).not.toBe(seen[3]);
  });
});

describe("commands with a curriculum", () => {
  const goal = (success: number, revisit: number): TaskInput["signals"] => ({
    goal: {
      source: {
        kind: "command",
        low: [10],
        high: [20],
        intervalSeconds: 3,
        curriculum: { low: [0], high: [0], success, increment: 0.5, revisit },
      },
      description: "",
    },
  });
  /** Sixteen robots whose fitness is 1 in every step; the command of each interval of 30 steps. */
  const drawn = (
    success: number,
    changes: {
      stream?: "train" | "test";
      maxEpisodeSteps?: number;
      fallAt?: number;
      revisit?: number;
    } = {},
  ) => {
    const { stream = "train", maxEpisodeSteps = 1000, revisit = 0 } = changes;
    const { fallAt = Number.POSITIVE_INFINITY } = changes;
    const task = fakeTask({
      signals: goal(success, revisit),
      observation: [{ signal: "goal" }],
      maxEpisodeSteps,
    });
    const fell = program(task, { fell: (at) => (at("episode.time") > fallAt ? 1 : 0) });
    const programs = plainPrograms(task, { termination: fell });
    const { environment, read } = fakeEnvironment(task, { numEnvs: 16, stream, programs });
    environment.reset(false);
    const intervals: number[][] = [];
    for (let step = 0; step < 120; step++) {
      if (step % 30 === 0)
        intervals.push(Array.from({ length: 16 }, (_, env) => read("goal", env)[0]));
      environment.step(actions(16, 0, 0));
    }
    return intervals.map((values) => [Math.min(...values), Math.max(...values)]);
  };

  it("begin with the first range and widen with every command that was followed", () => {
    const [first, second, third] = drawn(0.9);
    expect(first).toEqual([0, 0]);
    expect(second[0]).toBeGreaterThanOrEqual(5);
    expect(second[1]).toBeLessThanOrEqual(10);
    expect(third[0]).toBeGreaterThanOrEqual(10);
    expect(third[1]).toBeGreaterThan(15);
  });

  it("come back to what was passed where a share revisits it", () => {
    const [, , third, last] = drawn(0.9, { revisit: 0.5 });
    expect(Math.min(third[0], last[0])).toBeLessThan(8);
    expect(Math.max(third[1], last[1])).toBeGreaterThan(15);
  });

  it("stay where the fitness falls short", () => {
    for (const range of drawn(1.1)) expect(range).toEqual([0, 0]);
  });

  it("do not count an episode that failed, and count one that ran to its end", () => {
    for (const range of drawn(0.9, { fallAt: 2.8 })) expect(range).toEqual([0, 0]);
    const [, second] = drawn(0.9, { maxEpisodeSteps: 30 });
    expect(second[0]).toBeGreaterThanOrEqual(5);
  });

  it("are drawn from the full range in tests", () => {
    for (const [least] of drawn(0.9, { stream: "test" })) expect(least).toBeGreaterThanOrEqual(10);
  });
});

describe("initial states of loose bodies", () => {
  const check = ({ definition, robot, signals }: LoadedTask) =>
    checkTask(definition, robot, signals);
  const withBall = () => {
    const ball = {
      ...walker.bodies[0],
      name: "ball",
      position: [0, 1, 0.2] as [number, number, number],
    };
    const free = { ...walker.joints[0], name: "ballFree", body: walker.bodies.length };
    return {
      ...walker,
      bodies: [...walker.bodies, ball],
      joints: [...walker.joints, free],
      keyframes: walker.keyframes.map((key) => ({
        ...key,
        qpos: [...key.qpos, 0, 1, 0.2, 1, 0, 0, 0],
      })),
    };
  };

  it("are the keyframe's plus an offset, any orientation, and a velocity", () => {
    const task = fakeTask(
      {
        reset: {
          keyframe: "stand",
          bodies: {
            trunk: { yaw: Math.PI / 2, angularVelocity: [0, 0, 2] },
            ball: {
              position: [0, { uniform: [-0.1, 0.1] }, 0.5],
              orientation: "uniform",
              linearVelocity: [3, 0, 0],
            },
          },
        },
      },
      withBall(),
    );
    const { environment, simulator } = fakeEnvironment(task, { numEnvs: 200 });
    environment.reset(false);
    const poses = simulator.resets.map((reset) => reset.freePose);
    for (const [i, value] of [1, 2, 0.4, Math.SQRT1_2, 0, 0, Math.SQRT1_2, 0].entries()) {
      expect(poses[0][i]).toBeCloseTo(value, 6);
    }
    expect(simulator.resets[0].freeVelocity).toEqual([0, 0, 0, 0, 0, 2, 3, 0, 0, 0, 0, 0]);
    const y = poses.map((pose) => pose[8]);
    expect(Math.min(...y)).toBeLessThan(0.92);
    expect(Math.max(...y)).toBeGreaterThan(1.08);
    expect(poses[0][9]).toBeCloseTo(0.7, 6);
    // Of uniformly distributed turns, each of w² x² y² z² is 1/4 in the mean, and signs cancel.
    for (let k = 10; k < 14; k++) {
      const mean = (f: (q: number) => number) =>
        poses.reduce((sum, pose) => sum + f(pose[k]), 0) / poses.length;
      expect(Math.abs(mean((q) => q * q) - 0.25)).toBeLessThan(0.06);
      expect(Math.abs(mean((q) => q))).toBeLessThan(0.12);
    }
    for (const pose of poses) expect(Math.hypot(...pose.slice(10))).toBeCloseTo(1, 6);
  });

  it("are refused for what is not free, and twice for the base", () => {
    const failure = (reset: TaskInput["reset"]) => {
      try {
        check(fakeTask({ reset }, withBall()));
      } catch (error) {
        return String(error);
      }
      return "";
    };
    expect(failure({ bodies: { left: { yaw: 1 } } })).toMatch(/"left", which has no free joint/);
    expect(failure({ bodies: { bal: { yaw: 1 } } })).toMatch(/names body "bal"/);
    expect(failure({ baseYaw: 1, bodies: { trunk: { yaw: 1 } } })).toMatch(/both move the base/);
  });

  it("that stand inside each other are refused, unless the task moves them", () => {
    const robot = {
      ...walker,
      overlaps: [{ keyframe: "stand", geom1: 0, geom2: 1, depthMeters: 0.04 }],
    };
    expect(() => check(fakeTask({ reset: { keyframe: "stand" } }, robot))).toThrow(
      expect.objectContaining({
        code: "E_ROBOT_OVERLAP",
        message: expect.stringMatching(
          /"leftFoot" and "rightFoot" stand 4\.0 cm inside each other/,
        ),
      }),
    );
    check(fakeTask({}, robot));
    check(fakeTask({ reset: { keyframe: "stand", basePosition: [0, 0, 0.1] } }, robot));
  });
});

describe("initial states", () => {
  it("are the keyframe plus what is drawn, joint by joint, within joint limits", () => {
    const task = fakeTask({
      reset: {
        keyframe: "stand",
        jointPosition: { hip: { uniform: [-0.1, 0.1] }, knee: 5 },
        jointVelocity: { knee: -2 },
        basePosition: [0, 0, 0.5],
        baseYaw: Math.PI / 2,
      },
    });
    const { environment, simulator } = fakeEnvironment(task, { numEnvs: 50 });
    environment.reset(false);
    const hips = simulator.resets.map((reset) => reset.jointPosition[0]);
    expect(Math.min(...hips)).toBeGreaterThan(0.2);
    expect(Math.max(...hips)).toBeLessThan(0.4);
    expect(Math.max(...hips) - Math.min(...hips)).toBeGreaterThan(0.15);
    const [first] = simulator.resets;
    expect(first.jointPosition[1]).toBeCloseTo(0.2, 6);
    expect(first.jointVelocity).toEqual([0, -2]);
    for (const [i, value] of [1, 2, 0.9, Math.SQRT1_2, 0, 0, Math.SQRT1_2].entries()) {
      expect(first.freePose[i]).toBeCloseTo(value, 6);
    }
  });

  it("without a keyframe are the zero pose, the base where the robot file has it", () => {
    const { environment, simulator } = fakeEnvironment(fakeTask());
    environment.reset(false);
    expect(simulator.resets[0]).toMatchObject({
      jointPosition: [0, 0],
      freePose: [0, 0, 0.5, 1, 0, 0, 0],
      freeVelocity: [0, 0, 0, 0, 0, 0],
    });
  });

  it("do not depend on the order in which joints are declared", () => {
    const hip = { uniform: [0, 1] as [number, number] };
    const knee = { uniform: [-0.2, 0.2] as [number, number] };
    const a = fakeEnvironment(fakeTask({ reset: { jointPosition: { hip, knee } } }));
    const b = fakeEnvironment(fakeTask({ reset: { jointPosition: { knee, hip } } }));
    a.environment.reset(false);
    b.environment.reset(false);
    expect(b.simulator.resets).toEqual(a.simulator.resets);
  });
});

describe("randomization", () => {
  const input: Partial<TaskInput> = {
    signals: {
      hip: { source: { kind: "jointPosition", joint: "hip" }, description: "" },
      "truth.mass": { source: { kind: "parameter", name: "massFactor" }, description: "" },
      "truth.friction": { source: { kind: "parameter", name: "friction" }, description: "" },
    },
    observation: [{ signal: "hip" }],
    privilegedObservation: [{ signal: "truth.mass" }],
    randomization: {
      massFactor: { distribution: { uniform: [0.5, 2] }, when: "startup" },
      friction: { distribution: { logUniform: [0.1, 10] } },
    },
    maxEpisodeSteps: 2,
  };

  it("draws some parameters once and others for every episode, and shows them to the critic", () => {
    const { environment, simulator, read } = fakeEnvironment(fakeTask(input));
    expect(simulator.parameters.map(({ name }) => name)).toEqual(["massFactor", "massFactor"]);
    environment.reset(false);
    environment.step(idle);
    environment.step(idle);
    const of = (name: string) =>
      simulator.parameters.filter((set) => set.name === name && set.env === 0);
    expect(of("massFactor")).toHaveLength(1);
    expect(of("friction")).toHaveLength(2);
    expect(of("friction")[0].value).not.toBe(of("friction")[1].value);
    expect(read("truth.mass")[0]).toBe(Math.fround(of("massFactor")[0].value));
    expect(read("truth.friction")[0]).toBe(Math.fround(of("friction")[1].value));
    expect(environment.privilegedObservations[0]).toBe(read("truth.mass")[0]);
  });

  it("touches nothing in the nominal world and shows the nominal values", () => {
    const { environment, simulator, read } = fakeEnvironment(fakeTask(input), { randomize: false });
    environment.reset(false);
    expect(simulator.parameters).toEqual([]);
    expect(read("truth.mass")).toEqual([1]);
    expect(read("truth.friction")[0]).toBeCloseTo(0.6, 6);
  });

  it("draws from the named distribution", () => {
    const task = fakeTask({
      randomization: { gravityScale: { distribution: { normal: [1, 0.1] } } },
    });
    const { environment, simulator } = fakeEnvironment(task, { numEnvs: 2000 });
    environment.reset(false);
    const values = simulator.parameters.map(({ value }) => value);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const deviation = Math.sqrt(
      values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length,
    );
    expect(mean).toBeCloseTo(1, 1);
    expect(deviation).toBeGreaterThan(0.09);
    expect(deviation).toBeLessThan(0.11);
  });
});

describe("pushes", () => {
  const input: Partial<TaskInput> = {
    events: [{ kind: "push", body: "trunk", intervalSeconds: [0.3, 0.5], velocity: [1, 0, 0.5] }],
    maxEpisodeSteps: 1000,
  };

  it("come at intervals within their bounds, on the named body, before the step", () => {
    const { environment, simulator } = fakeEnvironment(fakeTask(input));
    environment.reset(false);
    for (let i = 0; i < 300; i++) environment.step(idle);
    const steps = simulator.pushes.filter((push) => push.env === 0).map((push) => push.step);
    const gaps = steps.slice(1).map((step, i) => step - steps[i]);
    expect(new Set(gaps)).toEqual(new Set([3, 4, 5]));
    for (const { body, velocity } of simulator.pushes) {
      expect(body).toBe(0);
      expect(Math.abs(velocity[0])).toBeLessThanOrEqual(1);
      expect(velocity[1]).toBeCloseTo(0, 12);
      expect(Math.abs(velocity[2])).toBeLessThanOrEqual(0.5);
    }
  });

  it("do not happen in the nominal world", () => {
    const { environment, simulator } = fakeEnvironment(fakeTask(input), { randomize: false });
    environment.reset(false);
    for (let i = 0; i < 50; i++) environment.step(idle);
    expect(simulator.pushes).toEqual([]);
  });
});

describe("random streams", () => {
  const input: Partial<TaskInput> = {
    reset: { jointPosition: { hip: { uniform: [-1, 1] } } },
    randomization: { massFactor: { distribution: { uniform: [0.5, 2] } } },
    actionDelaySteps: [0, 3],
    events: [{ kind: "push", body: "trunk", intervalSeconds: [0.1, 0.5], velocity: [1, 1, 1] }],
  };
  /** What happens to the first environment when others end their episodes at different times. */
  const life = (
    endOthers: (simulator: FakeSimulator) => void,
    numEnvs: number,
    seed = 1,
    stream: "train" | "test" = "train",
  ) => {
    const task = fakeTask(input);
    const { environment, simulator } = fakeEnvironment(task, {
      physics: endOthers,
      numEnvs,
      seed,
      stream,
    });
    environment.reset(false);
    for (let i = 0; i < 30; i++) environment.step(actions(numEnvs, 0, 0));
    const first = (list: readonly { env: number }[]) => list.filter(({ env }) => env === 0);
    return {
      resets: first(simulator.resets),
      parameters: first(simulator.parameters),
      pushes: first(simulator.pushes),
    };
  };
  const breakOthers = ({ state, numEnvs }: FakeSimulator) => {
    for (let env = 1; env < numEnvs; env++) state.jointPosition[env * 2] = Number.NaN;
  };

  it("belong to an environment: others ending or being more shift nothing in it", () => {
    const alone = life(() => {}, 1);
    expect(alone.resets).toHaveLength(4);
    expect(life(breakOthers, 4)).toEqual(alone);
  });

  it("differ by seed and by stream", () => {
    const resets = life(() => {}, 1).resets;
    expect(life(() => {}, 1).resets).toEqual(resets);
    expect(life(() => {}, 1, 2).resets).not.toEqual(resets);
    expect(life(() => {}, 1, 1, "test").resets).not.toEqual(resets);
  });
});
