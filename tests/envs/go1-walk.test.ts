/** The walking Go1: its robot against published figures, and its programs on hand-computed states. */
import { describe, expect, it } from "vitest";
import { instantiate } from "../../src/reward/batch.js";
import { compileTask } from "../../src/reward/node/compile-task.js";
import type { Program } from "../../src/reward/program.js";
import { loadTask } from "../../src/task/node/load.js";
import { findSignal } from "../../src/task/signal-table.js";

const { task, programs } = compileTask(await loadTask("go1-walk"));
const { definition, robot, signals } = task;

type State = Record<string, number | readonly number[]>;

/** What a program gives in a state whose unnamed signals are 0. */
function evaluate(kind: "fitness" | "termination" | "human" | "sparse" | "derived", state: State) {
  const row = new Float32Array(signals.stride);
  for (const [signal, value] of Object.entries(state))
    row.set([value].flat(), findSignal(signals, signal).offset);
  const program = instantiate(programs[kind] as Program, signals);
  const out = new Float64Array(program.columns.length);
  program.run(row, row.length, 1, out);
  return (column: string) => out[program.columns.indexOf(column)];
}

const legs = ["frontRight", "frontLeft", "rearRight", "rearLeft"];
const level = { "base.gravity": [0, 0, -1], "base.height": 0.29, "command.speed": 2 } as const;

describe("the Go1's robot", () => {
  it("weighs 12.74 kg, and left and right, front and rear legs mirror each other", () => {
    expect(robot.bodies.reduce((sum, { massKg }) => sum + massKg, 0)).toBeCloseTo(12.744, 3);
    const part = (leg: string, name: string) => robot.bodies.find((b) => b.name === leg + name);
    for (const name of ["Hip", "Thigh", "Calf"]) {
      const front = part("frontLeft", name);
      for (const leg of legs) {
        const other = part(leg, name);
        expect(other?.massKg).toBe(front?.massKg);
        expect(other?.inertia).toEqual(front?.inertia);
        const side = leg.endsWith("Left") ? 1 : -1;
        expect(other?.centerOfMass[1]).toBeCloseTo(side * (front?.centerOfMass[1] ?? 0), 9);
      }
    }
  });

  it("is driven by kp 20, kd 0.5 within the published torques and ranges", () => {
    const limits = robot.actuators.map(({ kp, kv, effortRange }) => [kp, kv, effortRange?.[1]]);
    const leg = [
      [20, 0.5, 23.7],
      [20, 0.5, 23.7],
      [20, 0.5, 35.55],
    ];
    expect(limits).toEqual([...leg, ...leg, ...leg, ...leg]);
    expect(robot.joints.slice(1, 4).map(({ range }) => range)).toEqual([
      [-0.863, 0.863],
      [-0.686, 4.501],
      [-2.818, -0.888],
    ]);
  });
});

describe("the Go1's task", () => {
  it("commands targets around the standing pose, half as far for the hips, at 50 Hz for 20 s", () => {
    const { actions, controlDtSeconds, maxEpisodeSteps } = definition;
    expect(controlDtSeconds).toBe(0.02);
    expect(maxEpisodeSteps).toBe(1000);
    const stand = robot.keyframes.find(({ name }) => name === definition.reset.keyframe);
    expect(actions.map(({ offset }) => offset)).toEqual(stand?.qpos.slice(7));
    expect(stand?.ctrl).toEqual(stand?.qpos.slice(7));
    for (const [i, { scale }] of actions.entries()) {
      expect(scale).toBe(i % 3 === 0 ? actions[1].scale / 2 : actions[1].scale);
    }
  });

  it("is tested at 2 m/s, and trained from slower commands on", () => {
    const { source } = findSignal(signals, "command.speed");
    if (source.kind !== "command") throw new Error("no command");
    expect([source.low, source.high]).toEqual([[2], [2]]);
    expect(source.curriculum?.high[0]).toBeLessThanOrEqual(1);
  });

  it("scores exp(−4 (commanded − actual speed)²) by the way covered along +x", () => {
    const score = (speed: number) =>
      evaluate("fitness", { "command.speed": 2, "base.travel": [speed, 5, 5] })("fitness");
    expect(score(2)).toBe(1);
    expect(score(1.5)).toBeCloseTo(Math.exp(-1), 6);
    expect(score(2.5)).toBeCloseTo(Math.exp(-1), 6);
  });

  it("ends when the trunk is below 0.15 m or tilted by more than 53 degrees", () => {
    const tilted = (degrees: number) => {
      const angle = (degrees * Math.PI) / 180;
      return { ...level, "base.gravity": [Math.sin(angle), 0, -Math.cos(angle)] };
    };
    expect(evaluate("termination", { ...level, "base.height": 0.149 })("fell")).toBe(1);
    expect(evaluate("termination", level)("fell")).toBe(0);
    expect(evaluate("termination", tilted(54))("tipped")).toBe(1);
    expect(evaluate("termination", tilted(52))("tipped")).toBe(0);
  });

  it("reads the heading, and joints from the standing pose", () => {
    const half = Math.PI / 6;
    const derived = evaluate("derived", {
      "base.orientation": [Math.cos(half), 0, 0, Math.sin(half)],
      "joint.position": robot.keyframes[0].qpos.slice(7).map((angle) => angle + 0.25),
    });
    expect(derived("base.yaw")).toBeCloseTo(Math.PI / 3, 5);
    for (let i = 0; i < 12; i++) expect(derived(`joint.offset[${i}]`)).toBeCloseTo(0.25, 6);
  });

  it("rewards a faster walk up to the command, and less beyond it", () => {
    const total = (speed: number) =>
      evaluate("human", { ...level, "base.travel": [speed, 0, 0] })("total");
    expect(total(0.2)).toBeGreaterThan(total(0));
    expect(total(1)).toBeGreaterThan(total(0.2));
    expect(total(2)).toBeGreaterThan(total(1));
    expect(total(2)).toBeGreaterThan(total(2.4));
    expect(evaluate("human", { ...level, "base.height": 0.1 })("fall")).toBeLessThan(0);
  });
});
