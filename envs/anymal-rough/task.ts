import { defineTask } from "rewardsmith";
import flat from "../anymal/task.js";

/** Places around the base whose height the robot sees, m ahead and to the left. */
const ahead = [-0.8, -0.6, -0.4, -0.2, 0, 0.2, 0.4, 0.6, 0.8];
const left = [-0.4, -0.2, 0, 0.2, 0.4];

/** Walking is learned on easy ground first, and at low speed. */
const rising = { success: -0.3, increment: 0.25 };

export default defineTask({
  ...flat,
  name: "anymal-rough",
  extends: "../anymal",
  physics: {
    train: { substeps: 1, solverIterations: 4, softCcdMeters: 0.1 },
    reference: { substeps: 4, solverIterations: 4, softCcdMeters: 0.05 },
  },
  terrain: {
    kinds: [
      { kind: "slope", degrees: [3, 22], direction: "down" },
      { kind: "rough", amplitudeMeters: [0.02, 0.1] },
      { kind: "stairs", stepMeters: [0.04, 0.16], direction: "up" },
      { kind: "stairs", stepMeters: [0.04, 0.16], direction: "down" },
      { kind: "boxes", heightMeters: [0.04, 0.18] },
    ],
    tileMeters: 8,
    levels: 5,
    curriculum: { success: -0.3 },
  },
  signals: {
    ...flat.signals,
    "command.linVel": {
      source: {
        kind: "command",
        low: [-1, -0.5],
        high: [1, 0.5],
        curriculum: { low: [-0.6, -0.3], high: [0.6, 0.3], ...rising },
      },
      unit: "m/s",
      description: "commanded velocity forwards and to the left, in the base's frame",
    },
    "command.yawRate": {
      source: { kind: "command", low: [-0.5], high: [0.5] },
      unit: "rad/s",
      description: "commanded yaw rate",
    },
    "base.height": {
      source: { kind: "heightAboveGround", body: "base" },
      description: "height of the base above the ground below it",
      range: [0.2, 0.8],
    },
    "ground.around": {
      source: { kind: "heightScan", body: "base", ahead, left },
      description: `height of the ground less that of the base, ${ahead.join(", ")} m ahead and for each of these ${left.join(", ")} m to the left`,
      range: [-1, 0],
    },
  },
  observation: [...flat.observation, { signal: "ground.around", scale: 2, noise: 0.02 }],
  reset: { ...flat.reset, baseYaw: { uniform: [-Math.PI, Math.PI] } },
  fitness: { aggregate: "mean", missing: -1, unit: "m²/s²" },
  steps: 10_000_000,
  training: { ...flat.training, finePhase: { afterSteps: null } },
  mirror: {
    joints: flat.mirror?.joints,
    signals: {
      ...flat.mirror?.signals,
      "ground.around": ahead.flatMap((_, row) =>
        left.map((_, place) => (row + 1) * left.length - place),
      ),
    },
  },
});
