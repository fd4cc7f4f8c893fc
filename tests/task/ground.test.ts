import { describe, expect, it } from "vitest";
import { groundLevel } from "../../src/task/ground.js";
import type { TaskInput } from "../../src/task/task.js";
import { type FakeSimulator, walker } from "./fake-simulator.js";
import { actions, fakeEnvironment, fakeTask } from "./fake-task.js";

/** What "x" reads in the second of two environments, whose trunk stands as `pose` says. */
function seen(
  source: TaskInput["signals"][string]["source"],
  pose: readonly number[],
  terrain?: TaskInput["terrain"],
): number[] {
  const task = fakeTask({
    signals: { x: { source, description: "" } },
    observation: [{ signal: "x" }],
    ...(terrain && { terrain }),
  });
  const physics = ({ state, robot }: FakeSimulator) =>
    state.bodyPose.set(pose, robot.bodies.length * 7);
  const { environment, read } = fakeEnvironment(task, { physics, stream: "test" });
  environment.reset(false);
  environment.step(actions(2, 0, 0));
  return read("x", 1);
}

const height = { kind: "heightAboveGround", body: "trunk" } as const;
const scan = { kind: "heightScan", body: "trunk", ahead: [0, 1], left: [-0.5, 0, 0.5] } as const;
const scanOf = { ...scan, ahead: [...scan.ahead], left: [...scan.left] };
/** Both environments on one hill of 20°, level 1 m about its middle, in a tile of 6 m. */
const hill: TaskInput["terrain"] = {
  kinds: [{ kind: "slope", degrees: [20, 20], direction: "down" }],
  levels: 1,
  tileMeters: 6,
  platformMeters: 2,
};
const grade = Math.tan(Math.PI / 9);
const turned = [Math.SQRT1_2, 0, 0, Math.SQRT1_2];

describe("height above the ground", () => {
  it("is the body's height where the ground is level at 0", () => {
    expect(seen(height, [3, 4, 0.5, 1, 0, 0, 0])).toEqual([0.5]);
  });

  it("counts from the highest level plane of the robot file", () => {
    const plane = (z: number, orientation = walker.geoms[0].orientation) => ({
      ...walker.geoms[0],
      body: -1,
      shape: "plane" as const,
      position: [0, 0, z] as [number, number, number],
      orientation,
    });
    const wall = plane(9, [Math.SQRT1_2, 0, Math.SQRT1_2, 0]);
    const robot = { ...walker, geoms: [...walker.geoms, plane(-1), plane(0.2), wall] };
    expect(groundLevel(fakeTask({}, robot))).toBe(0.2);
    expect(groundLevel(fakeTask())).toBe(0);
  });

  it("counts from the ground below it on a slope", () => {
    // Relative to the middle the ground falls by tan 20° a metre from 1 m on.
    const [above] = seen(height, [2, 0, 0.1, 1, 0, 0, 0], hill);
    expect(above).toBeCloseTo(0.1 + grade, 4);
  });
});

describe("a scan of heights", () => {
  it("is level below a body on level ground", () => {
    expect(seen(scanOf, [3, 4, 0.5, ...turned])).toEqual(new Array(6).fill(-0.5));
  });

  it("lies as the body heads: ahead first, then from right to left", () => {
    // Heading along +y from 0.8 m to the right of the middle: ahead is y, left is −x.
    const values = seen(scanOf, [1.2, 0, 0.3, ...turned], hill);
    const ground = (x: number, y: number) =>
      -grade * Math.max(0, Math.max(Math.abs(x), Math.abs(y)) - 1);
    const expected = [
      [1.7, 0],
      [1.2, 0],
      [0.7, 0],
      [1.7, 1],
      [1.2, 1],
      [0.7, 1],
    ].map(([x, y]) => ground(x, y) - 0.3);
    values.forEach((value, i) => {
      expect(value, `place ${i}`).toBeCloseTo(expected[i], 4);
    });
  });

  it("does not tilt with the body", () => {
    const pitched = [Math.cos(0.2), 0, Math.sin(0.2), 0];
    const level = seen(scanOf, [0.6, 0, 0.3, 1, 0, 0, 0], hill);
    seen(scanOf, [0.6, 0, 0.3, ...pitched], hill).forEach((value, i) => {
      expect(value).toBeCloseTo(level[i], 4);
    });
  });
});
