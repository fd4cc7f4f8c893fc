/** Allegro and Shadow hand: their definitions and robots, and their programs on hand-computed states. */
import { describe, expect, it } from "vitest";
import { compileTask } from "../../src/reward/node/compile-task.js";
import { loadTask } from "../../src/task/node/load.js";
import { findSignal } from "../../src/task/signal-table.js";
import { evaluateProgram } from "./evaluate-program.js";

const allegro = compileTask(await loadTask("allegro-hand"));
const shadow = compileTask(await loadTask("shadow-hand"));
const hands = [
  ["allegro-hand", allegro, [-0.018, 0, 0.541]],
  ["shadow-hand", shadow, [0.007, 0.003, 0.541]],
] as const;

/** √½ to six digits, as programs are evaluated. */
const rootHalf = Number(Math.SQRT1_2.toFixed(6));

const hinges = ({ task }: typeof allegro) =>
  task.robot.joints.filter(({ kind }) => kind === "hinge");

describe("the Allegro hand", () => {
  it("has 16 joints of the V3's ranges, each with a drive of 3 N m/rad and 0.7 N m", () => {
    const finger = [
      [-0.47, 0.47],
      [-0.196, 1.61],
      [-0.174, 1.709],
      [-0.227, 1.618],
    ];
    expect(hinges(allegro).map(({ range }) => range)).toEqual([
      ...finger,
      ...finger,
      ...finger,
      [0.263, 1.396],
      [-0.105, 1.163],
      [-0.189, 1.644],
      [-0.162, 1.719],
    ]);
    allegro.task.robot.actuators.forEach(({ transmission, ...drive }, i) => {
      expect(transmission).toEqual({ kind: "joint", joint: i });
      expect(drive).toMatchObject({ kind: "position", kp: 3, kv: 0.1, effortRange: [-0.7, 0.7] });
    });
  });

  it("sees 85 numbers: Isaac's 88 without the goal's place", () => {
    expect(inputs(allegro)).toBe(85);
  });
});

describe("the Shadow hand", () => {
  it("has the E3M5's 24 joints, fingers alike", () => {
    const names = hinges(shadow).map(({ name }) => name);
    const finger = (name: string) => [4, 3, 2, 1].map((joint) => `${name}J${joint}`);
    const thumb = [5, 4, 3, 2, 1].map((joint) => `THJ${joint}`);
    expect(names).toEqual([
      ...["WRJ2", "WRJ1"],
      ...["FF", "MF", "RF"].flatMap(finger),
      "LFJ5",
      ...finger("LF"),
      ...thumb,
    ]);
    const range = new Map(hinges(shadow).map(({ name, range }) => [name, range]));
    for (const name of ["FF", "MF", "RF", "LF"]) {
      expect(range.get(`${name}J4`)).toEqual([-0.349, 0.349]);
      expect(range.get(`${name}J3`)).toEqual([-0.262, 1.571]);
      expect(range.get(`${name}J2`)).toEqual([0, 1.571]);
      expect(range.get(`${name}J1`)).toEqual([0, 1.571]);
    }
    expect(range.get("THJ4")).toEqual([0, 1.222]);
  });

  it("drives them with 20: each finger's outer two by their sum, 0 to π", () => {
    const { actuators, tendons, joints } = shadow.task.robot;
    expect(actuators).toHaveLength(20);
    const coupled = actuators.filter(({ transmission }) => transmission.kind === "tendon");
    expect(coupled.map(({ name }) => name)).toEqual(["FFJ0", "MFJ0", "RFJ0", "LFJ0"]);
    for (const { name, transmission, controlRange } of coupled) {
      if (transmission.kind !== "tendon") continue;
      expect(controlRange?.[0]).toBe(0);
      expect(controlRange?.[1]).toBeCloseTo(Math.PI, 3);
      const parts = tendons[transmission.tendon].joints;
      expect(parts.map(({ joint, coefficient }) => [joints[joint].name, coefficient])).toEqual([
        [name.replace("J0", "J2"), 1],
        [name.replace("J0", "J1"), 1],
      ]);
    }
  });

  it("begins each target where the joints begin: nothing moves by itself", () => {
    const { robot, definition } = shadow.task;
    const [{ qpos, ctrl }] = robot.keyframes;
    expect(definition.actions.map(({ offset }) => offset)).toEqual(ctrl);
    robot.actuators.forEach(({ transmission: t }, a) => {
      const parts =
        t.kind === "tendon"
          ? robot.tendons[t.tendon].joints
          : [{ joint: t.kind === "joint" ? t.joint : -1, coefficient: 1 }];
      const sum = parts.reduce((s, { joint, coefficient }) => s + coefficient * qpos[joint], 0);
      expect(sum).toBeCloseTo(ctrl[a], 9);
    });
  });

  it("bends every finger towards the palm's inside, and the thumb across it", () => {
    const { bodies, joints } = shadow.task.robot;
    for (const name of ["FFJ3", "MFJ3", "RFJ3", "LFJ3", "FFJ1", "THJ4"]) {
      const joint = joints.find((each) => each.name === name)!;
      // A turn about +x takes what points along z to −y, where the inside looks.
      expect(joint.axis).toEqual([1, 0, 0]);
      expect(bodies[joint.body].orientation).toEqual([1, 0, 0, 0]);
    }
    const side = new Map(joints.map(({ name, axis }) => [name, axis]));
    expect([side.get("FFJ4"), side.get("RFJ4"), side.get("LFJ4")]).toEqual([
      [0, 1, 0],
      [0, -1, 0],
      [0, -1, 0],
    ]);
  });

  it("sees 193 numbers: Isaac's 211 with contact forces for the fingertips' force sensors", () => {
    expect(inputs(shadow)).toBe(211 - 30 + 15 - 3);
  });
});

function inputs({ task }: typeof allegro): number {
  return task.definition.observation
    .map(({ signal }) => findSignal(task.signals, signal).size || 1)
    .reduce((total, size) => total + size);
}

describe.each(hands)("%s", (_name, hand, place) => {
  const at = { "cube.position": place };

  it("turns a cube of 80 g and 65 mm in 600 steps at 30 Hz", () => {
    const { robot, definition } = hand.task;
    expect(robot.bodies.find(({ name }) => name === "cube")?.massKg).toBeCloseTo(0.08, 9);
    expect(robot.geoms.find(({ name }) => name === "cube")?.size).toEqual([0.0325, 0.0325, 0.0325]);
    expect(definition.maxEpisodeSteps).toBe(600);
    expect(definition.controlDtSeconds).toBeCloseTo(1 / 30, 12);
    expect(definition.actions.every(({ mode }) => mode === "increment")).toBe(true);
  });

  it("draws goals turned about x, then y", () => {
    const aboutX = evaluateProgram(hand, "derived", { ...at, "goal.turns": [0.5, 0] });
    expect(goal(aboutX)).toEqual([rootHalf, rootHalf, 0, 0]);
    const aboutY = evaluateProgram(hand, "derived", { ...at, "goal.turns": [0, 1] });
    expect(goal(aboutY)).toEqual([0, 0, 1, 0]);
    // i j = k.
    const both = evaluateProgram(hand, "derived", { ...at, "goal.turns": [1, 1] });
    expect(goal(both)).toEqual([0, 0, 0, 1]);
  });

  it("measures the cube's turn from the goal, and whether it is within 0.1 rad", () => {
    const cube = (angle: number) => ({
      ...at,
      "goal.turns": [0.5, 0],
      "cube.orientation": [Math.cos(angle / 2), Math.sin(angle / 2), 0, 0],
    });
    const far = evaluateProgram(hand, "derived", cube(0));
    expect(far["cube.error"]).toBeCloseTo(Math.PI / 2, 5);
    expect(far["goal.reached"]).toBe(0);
    expect([0, 1, 2, 3].map((k) => far[`cube.fromGoal[${k}]`])).toEqual([
      rootHalf,
      -rootHalf,
      0,
      0,
    ]);
    const near = evaluateProgram(hand, "derived", cube(Math.PI / 2 + 0.09));
    expect(near["cube.error"]).toBeCloseTo(0.09, 5);
    expect(near["goal.reached"]).toBe(1);
    expect(evaluateProgram(hand, "derived", cube(Math.PI / 2 - 0.11))["goal.reached"]).toBe(0);
    // A whole turn away is the same orientation.
    const around = evaluateProgram(hand, "derived", cube(Math.PI / 2 + 2 * Math.PI));
    expect(around["cube.error"]).toBeCloseTo(0, 3);
  });

  it("measures how far the cube is from its place, and fails at 0.24 m", () => {
    const moved = evaluateProgram(hand, "derived", {
      "cube.position": [place[0] + 0.03, place[1], place[2] - 0.04],
    });
    expect(moved["cube.distance"]).toBeCloseTo(0.05, 5);
    expect(moved["cube.offset[2]"]).toBeCloseTo(-0.04, 5);
    expect(evaluateProgram(hand, "termination", { "cube.distance": 0.25 }).dropped).toBe(1);
    expect(evaluateProgram(hand, "termination", { "cube.distance": 0.23 }).dropped).toBe(0);
  });

  it("pays −10 distance + 1 / (error + .1) − .0002 Σa² + 250 for a goal", () => {
    const state = { "cube.distance": 0.05, "cube.error": 0.4, action: [1, -1, 0.5] };
    expect(evaluateProgram(hand, "human", state)).toEqual({
      total: 1.49955,
      distance: -0.5,
      rotation: 2,
      effort: -0.00045,
      success: 0,
    });
    const reached = { "goal.reached": 1, "cube.error": 0 };
    expect(evaluateProgram(hand, "human", reached).total).toBe(260);
    expect(evaluateProgram(hand, "fitness", reached).fitness).toBe(1);
    expect(evaluateProgram(hand, "sparse", reached).total).toBe(1);
  });
});

const goal = (derived: Record<string, number>) =>
  [0, 1, 2, 3].map((k) => derived[`goal.orientation[${k}]`] + 0);
