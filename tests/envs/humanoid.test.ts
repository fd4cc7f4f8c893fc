/** Humanoid: its definition and robot, and its programs on hand-computed states. */
import { describe, expect, it } from "vitest";
import { compileTask } from "../../src/reward/node/compile-task.js";
import { loadTask } from "../../src/task/node/load.js";
import { findSignal } from "../../src/task/signal-table.js";
import { evaluateProgram } from "./evaluate-program.js";

const humanoid = compileTask(await loadTask("humanoid"));
const { definition, robot, signals } = humanoid.task;

const hinges = robot.joints.filter(({ kind }) => kind === "hinge");
const level = { "torso.position": [0, 0, 1.3], "torso.orientation": [1, 0, 0, 0] } as const;
/** As programs are evaluated: to six digits. */
const digits = (value: number) => Number(value.toFixed(6));
/** The value of each hinge where the robot's joints have these, others 0. */
const byJoint = (values: Record<string, number>) => hinges.map(({ name }) => values[name] ?? 0);

describe("the humanoid's robot", () => {
  it("has 21 hinges in the order of Isaac's actions, torques from 22.5 to 135 N m", () => {
    const leg = ["HipX", "HipZ", "HipY", "Knee", "AnkleY", "AnkleX"];
    const arm = ["Shoulder1", "Shoulder2", "Elbow"];
    expect(hinges.map(({ name }) => name)).toEqual([
      "abdomenZ",
      "abdomenY",
      "abdomenX",
      ...leg.map((joint) => `right${joint}`),
      ...leg.map((joint) => `left${joint}`),
      ...arm.map((joint) => `right${joint}`),
      ...arm.map((joint) => `left${joint}`),
    ]);
    const legGears = [45, 45, 135, 90, 22.5, 22.5];
    const armGears = [67.5, 67.5, 45];
    expect(robot.actuators.map(({ gear }) => gear)).toEqual([
      ...[67.5, 67.5, 67.5],
      ...legGears,
      ...legGears,
      ...armGears,
      ...armGears,
    ]);
    expect(definition.actions.map(({ actuator }) => actuator)).toEqual(
      hinges.map(({ name }) => name),
    );
  });

  it("weighs 41 kg as shapes of water do, limbs alike on both sides", () => {
    const mass = robot.bodies.reduce((total, { massKg }) => total + massKg, 0);
    expect(mass).toBeGreaterThan(40);
    expect(mass).toBeLessThan(42);
    const named = new Map(robot.bodies.map((body) => [body.name, body]));
    for (const part of ["Thigh", "Shin", "Foot", "UpperArm", "LowerArm"]) {
      const [right, left] = [named.get(`right${part}`)!, named.get(`left${part}`)!];
      expect(left.massKg).toBeCloseTo(right.massKg, 9);
      expect(left.position[0]).toBeCloseTo(right.position[0], 9);
      expect(left.position[1]).toBeCloseTo(-right.position[1], 9);
      expect(left.centerOfMass[1]).toBeCloseTo(-right.centerOfMass[1], 9);
    }
    // A capsule of .049 m and .3 m: π r² (l + 4 r / 3) at 1000 kg/m³.
    expect(named.get("rightShin")?.massKg).toBeCloseTo(
      Math.PI * 0.049 ** 2 * (0.3 + (4 * 0.049) / 3) * 1000,
      6,
    );
  });

  it("moves alike on both sides: axes are mirrored, ranges the same", () => {
    for (const { name, axis, range } of hinges) {
      if (!name.startsWith("right")) continue;
      const left = hinges.find((other) => other.name === name.replace("right", "left"))!;
      expect(left.range).toEqual(range);
      // A turn is mirrored where its axis, as that of a turn, is: x and z change sign, y does not.
      const image = [-axis[0], axis[1], -axis[2]];
      left.axis.forEach((value, k) => {
        expect(value).toBeCloseTo(image[k], 9);
      });
    }
  });
});

describe("the humanoid's task", () => {
  it("is Isaac's without the force sensors: 96 inputs, 1000 steps at 60 Hz", () => {
    const inputs = definition.observation.map(
      ({ signal }) => findSignal(signals, signal).size || 1,
    );
    expect(inputs.reduce((total, size) => total + size)).toBe(96);
    expect(definition.maxEpisodeSteps).toBe(1000);
    expect(definition.controlDtSeconds).toBeCloseTo(1 / 60, 12);
  });

  it("places joints by the ranges of the robot", () => {
    const place = (positions: readonly number[]) => {
      const derived = evaluateProgram(humanoid, "derived", {
        ...level,
        "joint.position": positions,
      });
      return hinges.map((_, i) => derived[`joint.inRange[${i}]`]);
    };
    for (const [end, sign] of [
      [0, -1],
      [1, 1],
    ] as const) {
      for (const value of place(hinges.map(({ range }) => range![end]))) {
        expect(value).toBeCloseTo(sign, 2);
      }
    }
  });

  it("reads yaw, roll, up and heading from the orientation, and power from torques and speeds", () => {
    const half = Math.PI / 8;
    const turned = evaluateProgram(humanoid, "derived", {
      ...level,
      "torso.orientation": [Math.cos(half), 0, 0, Math.sin(half)],
      "joint.velocity": byJoint({ rightKnee: 2, leftKnee: -3 }),
      "joint.torque": byJoint({ rightKnee: -10, leftKnee: -20 }),
    });
    expect(turned).toMatchObject({
      "torso.yaw": digits(Math.PI / 4),
      "torso.angleToTarget": digits(-Math.PI / 4),
      "torso.heading": digits(Math.SQRT1_2),
      "torso.up": 1,
      "motor.power": 80,
    });
    expect(turned["torso.height"]).toBeCloseTo(1.3, 6);
  });

  it("counts as progress what leads to the target", () => {
    const beside = {
      ...level,
      "torso.position": [600, -300, 1.3],
      "torso.travel": [3, 4, 9],
    } as const;
    const derived = evaluateProgram(humanoid, "derived", beside);
    expect(derived["torso.progress"]).toBeCloseTo(3 * 0.8 + 4 * 0.6, 4);
  });

  it("falls below 0.8 m, and scores progress", () => {
    expect(evaluateProgram(humanoid, "termination", { "torso.height": 0.799 }).fell).toBe(1);
    expect(evaluateProgram(humanoid, "termination", { "torso.height": 0.801 }).fell).toBe(0);
    expect(evaluateProgram(humanoid, "fitness", { "torso.progress": 1.5 }).fitness).toBe(1.5);
    expect(evaluateProgram(humanoid, "sparse", { "torso.progress": 1.5 }).total).toBe(1.5);
  });

  it("pays progress + 2 + .1 upright + .5 heading, less effort, energy and limits, and −1 on a fall", () => {
    const running = {
      "torso.height": 1.2,
      "torso.progress": 2,
      "torso.up": 0.95,
      "torso.heading": 0.4,
      action: byJoint({ rightHipY: 1, rightKnee: -0.5 }),
      "joint.velocity": byJoint({ rightHipY: 4, rightKnee: 6 }),
      // 0.99 is half way from where limits begin to count to the limit.
      "joint.inRange": byJoint({ leftHipY: 0.99, leftAnkleX: -1 }),
    };
    const terms = evaluateProgram(humanoid, "human", running);
    expect(terms).toMatchObject({ progress: 2, alive: 2, upright: 0.1, heading: 0.25, fall: 0 });
    expect(terms["effort"]).toBeCloseTo(-0.01 * 1.25, 5);
    // Shares of the strongest motor: hip 1, knee 2/3, ankle 1/6.
    expect(terms["energy"]).toBeCloseTo(-0.05 * (0.4 + (2 / 3) * 0.3), 4);
    expect(terms["limits"]).toBeCloseTo(-0.25 * (0.5 + 1 / 6), 3);
    expect(evaluateProgram(humanoid, "human", { ...running, "torso.height": 0.7 }).total).toBe(-1);
  });
});
