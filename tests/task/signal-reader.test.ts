import { describe, expect, it } from "vitest";
import type { TaskInput } from "../../src/task/task.js";
import type { FakeSimulator } from "./fake-simulator.js";
import { actions, fakeEnvironment, fakeTask } from "./fake-task.js";

const idle = actions(2, 0, 0);

/** An environment with one signal "x" whose simulator is written by `physics` at every step. */
function watching(
  source: TaskInput["signals"][string]["source"],
  physics: (simulator: FakeSimulator) => void,
) {
  const task = fakeTask({
    signals: { x: { source, description: "" } },
    observation: [{ signal: "x" }],
  });
  return fakeEnvironment(task, { physics });
}

/** What "x" reads in the second environment after one step. */
function seen(
  source: TaskInput["signals"][string]["source"],
  physics: (simulator: FakeSimulator) => void,
): number[] {
  const { environment, read } = watching(source, physics);
  environment.reset(false);
  environment.step(idle);
  return read("x", 1);
}

/** Rotates trunk of the second environment by 90° about z: its x axis points along the world's y. */
function turnTrunk(simulator: FakeSimulator): void {
  simulator.state.bodyPose.set([0, 0, 0, Math.SQRT1_2, 0, 0, Math.SQRT1_2], 3 * 7);
}

describe("signals read from the simulator", () => {
  it("joint positions, velocities and efforts, alone and in lists", () => {
    const physics = ({ state }: FakeSimulator) => {
      state.jointPosition.set([9, 9, 0.25, 0.5]);
      state.jointVelocity.set([9, 9, 1.5, 2.5]);
      state.jointEffort.set([9, 9, 4, 8]);
    };
    expect(seen({ kind: "jointPosition", joint: "knee" }, physics)).toEqual([0.5]);
    expect(seen({ kind: "jointVelocity", joint: "hip" }, physics)).toEqual([1.5]);
    expect(seen({ kind: "jointEffort", joint: "knee" }, physics)).toEqual([8]);
    expect(seen({ kind: "jointPositions" }, physics)).toEqual([0.25, 0.5]);
    expect(seen({ kind: "jointVelocities", joints: ["knee", "hip"] }, physics)).toEqual([2.5, 1.5]);
    expect(seen({ kind: "jointEfforts", joints: ["knee"] }, physics)).toEqual([8]);
  });

  it("pose of a body in the world", () => {
    const physics = ({ state }: FakeSimulator) =>
      state.bodyPose.set([1, 2, 3, 0.5, -0.5, 0.5, -0.5], (3 + 2) * 7);
    expect(seen({ kind: "bodyPosition", body: "right" }, physics)).toEqual([1, 2, 3]);
    expect(seen({ kind: "bodyOrientation", body: "right" }, physics)).toEqual([
      0.5, -0.5, 0.5, -0.5,
    ]);
  });

  it("the way of a body over a step, by the step's 0.1 s; none across a reset", () => {
    let x = 1;
    const { environment, read } = watching({ kind: "bodyTravel", body: "trunk" }, (simulator) => {
      x += 0.25;
      simulator.state.bodyPose.set([x, -x, 0], 3 * 7);
      simulator.state.bodyVelocity.set([7, 7, 7, 7, 7, 7], 3 * 6);
    });
    environment.reset(false);
    expect(read("x", 1)).toEqual([0, 0, 0]);
    environment.step(idle);
    environment.step(idle);
    expect(read("x", 1)).toEqual([2.5, -2.5, 0]);
    for (let step = 2; step < 10; step++) environment.step(idle);
    expect(read("x", 1)).toEqual([0, 0, 0]);
  });

  it("velocities in the world's frame and in the body's", () => {
    const physics = (simulator: FakeSimulator) => {
      turnTrunk(simulator);
      simulator.state.bodyVelocity.set([1, 2, 3, 4, 5, 6], 3 * 6);
    };
    expect(seen({ kind: "bodyLinVel", body: "trunk" }, physics)).toEqual([1, 2, 3]);
    expect(seen({ kind: "bodyAngVel", body: "trunk" }, physics)).toEqual([4, 5, 6]);
    // Facing along y, the world's y is ahead and the world's x to the right (body −y).
    for (const [i, value] of [2, -1, 3].entries()) {
      expect(seen({ kind: "bodyLinVel", body: "trunk", frame: "body" }, physics)[i]).toBeCloseTo(
        value,
        6,
      );
    }
    for (const [i, value] of [5, -4, 6].entries()) {
      expect(seen({ kind: "bodyAngVel", body: "trunk", frame: "body" }, physics)[i]).toBeCloseTo(
        value,
        6,
      );
    }
  });

  it("gravity as the body feels it: down when upright, ahead when it has fallen on its face", () => {
    expect(seen({ kind: "projectedGravity", body: "trunk" }, () => {})).toEqual([0, 0, -1]);
    const pitched = ({ state }: FakeSimulator) =>
      state.bodyPose.set([0, 0, 0, Math.SQRT1_2, 0, Math.SQRT1_2, 0], 3 * 7);
    const gravity = seen({ kind: "projectedGravity", body: "trunk" }, pitched);
    for (const [i, value] of [1, 0, 0].entries()) expect(gravity[i]).toBeCloseTo(value, 6);
  });

  it("contact force, and contact from 1 N on", () => {
    const push =
      (newton: number) =>
      ({ state }: FakeSimulator) =>
        state.contactForce.set([0, 0, newton], 3);
    expect(seen({ kind: "contactForce", geom: "leftFoot" }, push(7))).toEqual([0, 0, 7]);
    expect(seen({ kind: "contact", geom: "leftFoot" }, push(1.01))).toEqual([1]);
    expect(seen({ kind: "contact", geom: "leftFoot" }, push(0.99))).toEqual([0]);
  });
});

describe("signals that remember", () => {
  it("time in the air and on the ground runs in one phase and is 0 in the other", () => {
    const touching = [false, false, true, true, false];
    const physics = ({ state, steps }: FakeSimulator) =>
      state.contactForce.fill(0).set([touching[steps - 1] ? 50 : 0], 0);
    const signals: TaskInput["signals"] = {
      air: { source: { kind: "airTime", geom: "leftFoot" }, description: "" },
      ground: { source: { kind: "contactTime", geom: "leftFoot" }, description: "" },
    };
    const task = fakeTask({ signals, observation: [{ signal: "air" }] });
    const { environment, read } = fakeEnvironment(task, { physics });
    environment.reset(false);
    const air: number[] = [];
    const ground: number[] = [];
    for (let i = 0; i < touching.length; i++) {
      environment.step(idle);
      air.push(Number(read("air")[0].toFixed(4)));
      ground.push(Number(read("ground")[0].toFixed(4)));
      expect(read("geoms.airTime")).toEqual(read("air"));
    }
    expect(air).toEqual([0.1, 0.2, 0, 0, 0.1]);
    expect(ground).toEqual([0, 0, 0.1, 0.2, 0]);
  });

  it("acceleration is the change of velocity per second, and 0 after a reset", () => {
    const physics = ({ state, steps }: FakeSimulator) =>
      state.jointVelocity.set([steps * 0.5, -steps]);
    const task = fakeTask({ maxEpisodeSteps: 3, reset: { jointVelocity: { hip: 0.25 } } });
    const { environment, read } = fakeEnvironment(task, { physics });
    environment.reset(false);
    expect(read("joint.acceleration")).toEqual([0, 0]);
    environment.step(idle);
    expect(read("joint.acceleration")).toEqual([2.5, -10]);
    environment.step(idle);
    expect(read("joint.acceleration")).toEqual([5, -10]);
    environment.step(idle);
    expect(read("joint.acceleration")).toEqual([0, 0]);
    environment.step(idle);
    expect(read("joint.acceleration")[0]).toBeCloseTo((2 - 0.25) / 0.1, 5);
  });

  it("episode time counts control steps in seconds and starts anew", () => {
    const { environment, read } = fakeEnvironment(fakeTask({ maxEpisodeSteps: 2 }));
    environment.reset(false);
    expect(read("episode.time")).toEqual([0]);
    environment.step(idle);
    expect(read("episode.time")[0]).toBeCloseTo(0.1, 6);
    environment.step(idle);
    expect(read("episode.time")).toEqual([0]);
  });

  it("action is this step's, clipped; previous action is the one before", () => {
    const { environment, read } = fakeEnvironment(fakeTask());
    environment.reset(false);
    environment.step(actions(2, 0.5, -3));
    expect(read("action")).toEqual([0.5, -1]);
    expect(read("previousAction")).toEqual([0, 0]);
    environment.step(actions(2, 4, 0.25));
    expect(read("action")).toEqual([1, 0.25]);
    expect(read("previousAction")).toEqual([0.5, -1]);
  });
});
