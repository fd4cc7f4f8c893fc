import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { createEnvironment } from "../../../src/rl/task-environment.js";
import { createSimulator } from "../../../src/sim/node/create-simulator.js";
import { envFlag } from "../../../src/stream/frame.js";
import { demoOffer } from "../../../src/view/live/demo.js";
import {
  createRollout,
  type Happening,
  type Rollout,
  type RolloutOptions,
} from "../../../src/view/live/rollout.js";
import type { Watched } from "../../../src/view/live/scene.js";

let watched: Watched;
const open: Rollout[] = [];
const happenings: Happening[] = [];

beforeAll(async () => {
  const offer = demoOffer("cartpole-swingup");
  if (!offer) throw new Error("no demo");
  watched = (await offer.load()) as Watched;
}, 60_000);

afterEach(() => {
  for (const rollout of open.splice(0)) rollout.dispose();
  happenings.length = 0;
});

async function play(options: Partial<RolloutOptions> = {}): Promise<Rollout> {
  const rollout = await createRollout(watched.scene, {
    createSimulator,
    numEnvs: 2,
    seed: 0,
    modelNumber: 1,
    sequence: 0,
    onHappening: (happening) => happenings.push(happening),
    ...options,
  });
  rollout.setPolicy(watched.policy);
  open.push(rollout);
  return rollout;
}

const steps = (rollout: Rollout, n: number) => {
  for (let i = 0; i < n; i++) rollout.step();
};
const knobOf = (rollout: Rollout, name: string) =>
  rollout.model.parameters.findIndex((parameter) => parameter.name === name);
const world = (parameter: string, value: number | null) =>
  ({ type: "world", parameter, value }) as const;

describe("the numbers of a frame", () => {
  test("are those of the reflection table: the mean of a term over steps is what training books", async () => {
    const { scene } = watched;
    const rollout = await play();
    rollout.setPolicy(null);
    const environment = await createEnvironment({
      task: scene.task,
      reward: scene.reward,
      numEnvs: 2,
      profile: "reference",
      seed: 0,
      stream: "test",
      randomize: true,
      watchEvery: 0,
    });
    environment.reset(false);
    const names = rollout.model.terms.map(({ name }) => name);
    const sums = new Map(names.map((name) => [name, 0]));
    let total = 0;
    for (let step = 0; step < 60; step++) {
      rollout.step();
      environment.step(new Float32Array(2 * environment.actionDim));
      rollout.frame.terms.forEach((value, i) => {
        const name = names[i % names.length];
        sums.set(name, (sums.get(name) ?? 0) + value / 120);
      });
      for (const value of rollout.frame.totals) total += value / 120;
    }
    const booked = environment.takeStatistics();
    environment.dispose();
    expect(Object.keys(booked.terms)).toEqual(names);
    for (const name of names) expect(sums.get(name)).toBeCloseTo(booked.terms[name], 6);
    expect(total).toBeCloseTo(booked.reward, 6);
    // This reward returns no total of its own: the terms are all there is.
    expect([...sums.values()].reduce((a, b) => a + b)).toBeCloseTo(total, 6);
  });

  test("count steps, returns and episodes, and the end of one is told with its fitness", async () => {
    const rollout = await play();
    const { frame, model } = rollout;
    steps(rollout, 10);
    expect([...frame.episodeSteps]).toEqual([10, 10]);
    expect(frame.simTimeSeconds).toBeCloseTo(10 * model.controlDtSeconds, 9);
    expect([...frame.episode]).toEqual([1, 1]);
    steps(rollout, model.maxEpisodeSteps - 10);
    expect(frame.flags[0] & envFlag.timeOut).toBe(envFlag.timeOut);
    expect([...frame.episode]).toEqual([2, 2]);
    expect([...frame.episodeSteps]).toEqual([0, 0]);
    const [ended] = happenings.filter(({ type }) => type === "episode");
    expect(ended).toMatchObject({ env: 0, steps: 500, endedBy: "timeOut", success: true });
  });

  test("belong together: the observation is what the policy answered to, actions are clipped", async () => {
    const rollout = await play();
    const before = rollout.frame.observations.slice();
    rollout.step();
    const first = rollout.frame.observations.slice();
    expect(first).toEqual(before);
    rollout.step();
    expect(rollout.frame.observations).not.toEqual(first);
    for (const action of rollout.frame.actions) expect(Math.abs(action)).toBeLessThanOrEqual(1);
  });

  test("the model names every number and the line of code of every term", async () => {
    const { model, frame } = await play();
    const code = model.rewardCode.split("\n");
    for (const { name, line } of model.terms) expect(code[(line ?? 0) - 1]).toContain(name);
    expect(model.observationNames).toHaveLength(frame.shape.observationDim);
    expect(model.actionNames).toEqual(["cart"]);
    expect(model.jointNames).toEqual(["cart", "pole"]);
  });
});

describe("the world", () => {
  test("shows what training drew, holds what is set through resets, and gives it back", async () => {
    const rollout = await play();
    const { frame, model } = rollout;
    const gravity = knobOf(rollout, "gravityScale");
    const shown = () =>
      [0, 1].map((env) => frame.parameters[env * model.parameters.length + gravity]);
    const drawn = shown();
    expect(model.parameters[gravity]).toMatchObject({ nominal: 1, trainedRange: [0.95, 1.05] });
    expect(drawn[0]).not.toBe(drawn[1]);
    const version = frame.worldVersion;
    rollout.control(world("gravityScale", 0.5));
    expect(shown()).toEqual([0.5, 0.5]);
    expect(frame.worldVersion).toBe(version + 1);
    steps(rollout, model.maxEpisodeSteps + 1);
    expect(shown()).toEqual([0.5, 0.5]);
    rollout.control(world("gravityScale", null));
    for (const value of shown()) expect(value).toBeGreaterThan(0.9);
    expect(rollout.settings.world).toEqual({});
  });

  test("latency makes actions late, motor strength weak: the cart tells", async () => {
    const speedAfter = async (parameter: string, value: number) => {
      const rollout = await play({ numEnvs: 1 });
      rollout.control(world(parameter, value));
      steps(rollout, 2);
      return Math.abs(rollout.frame.jointVelocity[0]);
    };
    const usual = await speedAfter("motorStrength", 1);
    expect(await speedAfter("motorStrength", 0)).toBeLessThan(0.5 * usual);
    expect(await speedAfter("actionDelay", 100)).toBeLessThan(0.5 * usual);
  });

  test("an unknown parameter, body or environment is refused with what there is", async () => {
    const rollout = await play();
    expect(() => rollout.control(world("gravity", 1))).toThrow(/no parameter "gravity"/);
    expect(() => rollout.control({ type: "push", env: 7, impulse: [1, 0, 0] })).toThrow(
      /no environment 7/,
    );
    expect(() =>
      rollout.control({ type: "drag", env: 0, body: 99, point: [0, 0, 0], target: [0, 0, 0] }),
    ).toThrow(/no body 99/);
    expect(() => rollout.control({ type: "command", values: [1] })).toThrow(/has 0 values, not 1/);
  });

  test("a stress grid gives every environment its own pair of values, x fastest", async () => {
    const rollout = await play({ numEnvs: 4 });
    rollout.spread({
      x: { parameter: "gravityScale", values: [0.5, 1.5] },
      y: { parameter: "actionDelay", values: [0, 100] },
    });
    const { frame, model } = rollout;
    const column = (name: string) =>
      [0, 1, 2, 3].map(
        (env) => frame.parameters[env * model.parameters.length + knobOf(rollout, name)],
      );
    expect(column("gravityScale")).toEqual([0.5, 1.5, 0.5, 1.5]);
    expect(column("actionDelay")).toEqual([0, 0, 100, 100]);
  });
});

describe("hands on the robot", () => {
  test("of several pushes before a step the last one counts", async () => {
    const one = await play();
    const many = await play();
    one.control({ type: "push", impulse: [0, 2, 0] });
    for (const y of [9, -9, 2]) many.control({ type: "push", impulse: [0, y, 0] });
    for (const rollout of [one, many]) rollout.step();
    expect(many.frame.poses).toEqual(one.frame.poses);
    expect(many.frame.jointVelocity).toEqual(one.frame.jointVelocity);
  });

  test("a push adds its impulse over the mass, in one environment, and is told", async () => {
    const pushed = await play();
    const alone = await play();
    pushed.control({ type: "push", env: 1, impulse: [0, 2, 0] });
    for (const rollout of [pushed, alone]) rollout.step();
    expect(pushed.frame.poses.slice(0, 7)).toEqual(alone.frame.poses.slice(0, 7));
    expect(pushed.frame.jointVelocity[2]).toBeGreaterThan(alone.frame.jointVelocity[2] + 0.5);
    expect(pushed.frame.flags[1] & envFlag.pushed).toBe(envFlag.pushed);
    const [told] = happenings;
    expect(told).toMatchObject({ type: "pushed", env: 1 });
    expect(told.type === "pushed" && told.impulse[1]).toBeCloseTo(2, 5);
  });

  test("a drag pulls the body to the mouse and lets go", async () => {
    const rollout = await play({ numEnvs: 1 });
    rollout.setPolicy(null);
    const cart = rollout.model.baseBody;
    const at = () => rollout.frame.poses[7 * cart + 1];
    const start = at();
    const target = [0, start + 0.5, rollout.frame.poses[7 * cart + 2]] as const;
    rollout.control({ type: "drag", env: 0, body: cart, point: [0, 0, 0], target: [...target] });
    steps(rollout, 120);
    expect(at() - start).toBeGreaterThan(0.3);
    expect(at() - start).toBeLessThan(0.7);
    rollout.control({ type: "drag", env: 0, body: cart, point: null });
    steps(rollout, 2);
    expect(Math.abs(rollout.frame.jointVelocity[0])).toBeLessThan(2);
  });

  test("a body that is turned moves its joint that way", async () => {
    const rollout = await play({ numEnvs: 1 });
    rollout.setPolicy(null);
    const body = rollout.model.robot.bodies.length - 1;
    const pole = () => rollout.frame.jointVelocity[1];
    for (const sense of [1, -1]) {
      rollout.control({ type: "drag", env: 0, body, point: [0, 0, 0], turn: [40 * sense, 0, 0] });
      const before = pole();
      steps(rollout, 4);
      expect(sense * (pole() - before)).toBeGreaterThan(0.2);
    }
  });

  test("in pose mode the reward answers to the pose, and afterwards all is as it was", async () => {
    const rollout = await play();
    steps(rollout, 5);
    const { frame, model } = rollout;
    const poses = frame.poses.slice();
    const height = model.terms.findIndex(({ name }) => name === "height");
    const pose = (angle: number) => {
      rollout.control({ type: "pose", env: 0, jointPosition: [0, angle] });
      return frame.terms[height];
    };
    const up = pose(0);
    const down = pose(Math.PI);
    expect(up).toBeCloseTo(1, 3);
    expect(down).toBeCloseTo(0, 3);
    expect(rollout.settings.posedEnv).toBe(0);
    expect(frame.poses.slice(7 * model.robot.bodies.length)).toEqual(
      poses.slice(7 * model.robot.bodies.length),
    );
    expect(() => rollout.control({ type: "pose", env: 0, jointPosition: [0] })).toThrow(
      /1 joint positions/,
    );
    rollout.control({ type: "pose", env: 0, jointPosition: null });
    expect(frame.poses).toEqual(poses);
    const untouched = await play();
    steps(untouched, 6);
    rollout.step();
    expect(frame.poses).toEqual(untouched.frame.poses);
  });
});

describe("time", () => {
  test("a step back and forward again gives the same numbers, over pushes and drags", async () => {
    const rollout = await play();
    const { frame } = rollout;
    steps(rollout, 30);
    rollout.control({ type: "push", impulse: [0, 1, 0] });
    const past: Float32Array[] = [];
    for (let i = 0; i < 8; i++) {
      rollout.step();
      past.push(frame.poses.slice());
    }
    for (let i = 6; i >= 0; i--) {
      expect(rollout.stepBack()).toBe(true);
      expect(frame.poses).toEqual(past[i]);
    }
    expect(frame.episodeSteps[0]).toBe(31);
    rollout.step();
    expect(frame.episodeSteps[0]).toBe(32);
    // The push came in the step before, which is kept; what follows it repeats.
    expect(frame.poses).toEqual(past[1]);
  });

  test("there is no way back beyond the first step, and none over a reset", async () => {
    const rollout = await play();
    expect(rollout.stepBack()).toBe(false);
    steps(rollout, 2);
    expect(rollout.stepBack()).toBe(true);
    expect(rollout.stepBack()).toBe(false);
    rollout.reset();
    expect(rollout.stepBack()).toBe(false);
  });

  test("the sequence never falls", async () => {
    const rollout = await play();
    let last = rollout.frame.sequence;
    const grows = () => {
      expect(rollout.frame.sequence).toBeGreaterThan(last);
      last = rollout.frame.sequence;
    };
    steps(rollout, 3);
    grows();
    rollout.stepBack();
    grows();
    rollout.control({ type: "pose", env: 0, jointPosition: [0, 1] });
    grows();
    rollout.reset();
    grows();
  });
});

test("a policy of another task is refused before anything changes", async () => {
  const rollout = await play();
  const { policy } = watched;
  if (!policy) throw new Error("no policy");
  const network = { ...policy.network, observationDim: 9 };
  expect(() => rollout.setPolicy({ ...policy, network })).toThrow(/sees 9 numbers/);
  rollout.step();
});
