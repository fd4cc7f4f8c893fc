import { defineTask } from "rewardsmith";
import walk from "../go1-walk/task.js";

/** Places around the trunk whose height the critic sees, m ahead and to the left. */
const ahead = [-0.4, -0.2, 0, 0.2, 0.4, 0.6, 0.8];
const left = [-0.3, -0.15, 0, 0.15, 0.3];

export default defineTask({
  ...walk,
  name: "go1-rough",
  extends: "../go1-walk",
  physics: {
    train: { substeps: 1, solverIterations: 8, pgsIterations: 4, softCcdMeters: 0.1 },
    reference: { substeps: 8, solverIterations: 4, pgsIterations: 4, softCcdMeters: 0.05 },
  },
  terrain: {
    kinds: [
      { kind: "rough", amplitudeMeters: [0.01, 0.08] },
      { kind: "slope", degrees: [3, 20], direction: "down" },
      { kind: "boxes", heightMeters: [0.02, 0.1] },
      { kind: "slope", degrees: [3, 20], direction: "up" },
      { kind: "stairs", stepMeters: [0.02, 0.1], direction: "down" },
    ],
    // 20 s at 1 m/s from the first of each kind.
    columns: 9,
    tileMeters: 6,
    levels: 5,
    platformMeters: 1.2,
    curriculum: { success: 0.6 },
  },
  signals: {
    ...walk.signals,
    "command.speed": {
      source: {
        kind: "command",
        low: [1],
        high: [1],
        intervalSeconds: 5,
        curriculum: { low: [0.4], high: [0.7], success: 0.6, increment: 0.25 },
      },
      unit: "m/s",
      description: "forward speed that is wanted, along +x; 1 m/s in every test",
    },
    "base.height": {
      source: { kind: "heightAboveGround", body: "trunk" },
      description: "height of the trunk above the ground below it, about 0.3 when it stands",
      range: [0.1, 0.4],
    },
    "ground.around": {
      source: { kind: "heightScan", body: "trunk", ahead, left },
      description: `height of the ground less that of the trunk, ${ahead.join(", ")} m ahead and for each of these ${left.join(", ")} m to the left; the policy does not see it`,
      range: [-0.6, 0],
    },
  },
  privilegedObservation: [
    ...walk.observation.map(({ noise: _, ...term }) => term),
    { signal: "ground.around", scale: 2 },
  ],
  steps: 3_000_000,
});
