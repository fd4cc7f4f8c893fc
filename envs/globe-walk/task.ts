import { defineTask } from "rewardsmith";
import walk from "../go1-walk/task.js";

const { "command.speed": _, ...own } = walk.signals;
/** Targets of hip, thigh and calf, rad: they hold the weight with the feet below the hips. */
const stance: Record<string, readonly [number, number, number]> = {
  frontRight: [0.2, 0.7, -1.2],
  frontLeft: [-0.2, 0.7, -1.2],
  rearRight: [0.2, 0.9, -1.2],
  rearLeft: [-0.2, 0.9, -1.2],
};
const offsets = Object.values(stance).flat();

export default defineTask({
  ...walk,
  name: "globe-walk",
  extends: "../go1-walk",
  robot: "on-ball.xml",
  maxEpisodeSteps: 1000,
  physics: {
    train: { substeps: 2, solverIterations: 4, pgsIterations: 4 },
    reference: { substeps: 8, solverIterations: 4, pgsIterations: 4 },
  },
  signals: {
    ...own,
    "base.height": {
      source: { kind: "derived" },
      unit: "m",
      description: "height of the trunk above the ground, about 1.1 when it stands on the ball",
      range: [0.9, 1.2],
    },
    "ball.position": {
      source: { kind: "bodyPosition", body: "ball" },
      description: "centre of the ball, from where the episode began",
    },
    "ball.linVel": {
      source: { kind: "bodyLinVel", body: "ball" },
      description: "velocity of the ball's centre",
      range: [-1, 1],
    },
    "ball.angVel": {
      source: { kind: "bodyAngVel", body: "ball" },
      description: "angular velocity of the ball",
      range: [-3, 3],
    },
    "ball.offset": {
      source: { kind: "derived", size: 3 },
      unit: "m",
      description:
        "from the trunk to the ball's centre: ahead and to the left, as the trunk heads, and up",
      range: [-0.3, 0.3],
    },
    "ball.travel": {
      source: { kind: "derived", size: 2 },
      unit: "m/s",
      description: "level velocity of the ball, ahead and to the left as the trunk heads",
      range: [-1, 1],
    },
  },
  // What the real robot feels: the ball it does not see.
  observation: [
    { signal: "base.gravity", noise: 0.02 },
    { signal: "base.yaw" },
    { signal: "joint.offset", noise: 0.01 },
    { signal: "joint.velocity", scale: 0.05, noise: 0.5 },
    { signal: "action" },
    { signal: "previousAction" },
  ],
  observationHistory: 4,
  privilegedObservation: [
    { signal: "base.gravity" },
    { signal: "base.yaw" },
    { signal: "base.height", scale: 5 },
    { signal: "base.linVel", scale: 2 },
    { signal: "base.angVel", scale: 0.25 },
    { signal: "joint.offset" },
    { signal: "joint.velocity", scale: 0.05 },
    { signal: "action" },
    { signal: "ball.offset", scale: 5 },
    { signal: "ball.travel", scale: 2 },
  ],
  actions: walk.actions.map((action, i) => ({ ...action, offset: offsets[i] })),
  reset: {
    keyframe: "onBall",
    jointPosition: walk.reset?.jointPosition,
  },
  fitness: { aggregate: "sum", unit: "steps" },
  randomization: {
    friction: { distribution: { uniform: [0.5, 1.25] }, when: "startup" },
    payloadKg: { distribution: { uniform: [-1, 3] }, when: "startup" },
    "centerOfMassOffset.x": { distribution: { uniform: [-0.03, 0.03] }, when: "startup" },
    "centerOfMassOffset.y": { distribution: { uniform: [-0.03, 0.03] }, when: "startup" },
    motorStrength: { distribution: { uniform: [0.9, 1.1] } },
    objectMassFactor: { distribution: { uniform: [0.7, 2] } },
    // Not larger: the robot stands on it where it is put down.
    objectSizeFactor: { distribution: { uniform: [0.95, 1] }, when: "startup" },
  },
  events: [
    { kind: "push", body: "trunk", intervalSeconds: [3, 7], velocity: [0.2, 0.2, 0] },
    { kind: "push", body: "ball", intervalSeconds: [3, 7], velocity: [0.2, 0.2, 0] },
  ],
  steps: 3_000_000,
  transfer: {
    measures: {
      time: { aggregate: "integral", unit: "s", description: "time on the ball" },
      height: { aggregate: "min", unit: "m", description: "lowest that the trunk came" },
      offset: { unit: "m", description: "mean level distance of the trunk from the ball's centre" },
      ballSpeed: { unit: "m/s", description: "mean speed of the ball" },
      torque: { unit: "N m", description: "mean torque of a joint, without its sign" },
      power: { unit: "W", description: "mechanical power of all joints, without its sign" },
      jerk: { unit: "1/s", description: "mean rate at which an action changes" },
    },
    success: { measures: { height: [1, 1.3] } },
    // DrEureka's rule for its physics prior, 0.9 to 1.2 m at every step, where an episode goes on so far.
    loose: { measures: { height: [0.95, 1.2] } },
    headline: "time",
    smoothness: "jerk",
    exam: { seconds: 10, pass: 0.8 },
    safety:
      "The policy will run on a real robot: prefer safety, robustness and feasibility to performance. Keep the trunk above 0.95 m and level, punish jittery or fast actions, which could burn motors, and keep such terms small beside those for staying on the ball (of squared torques about 1e-5).",
    caveats: [
      "The real ball is hollow, of rubber, and gives way; here it is rigid.",
      "The robot knows its joints and which way is down, nothing of the ball.",
    ],
  },
  mirror: {
    joints: walk.mirror?.joints,
    signals: {
      "base.yaw": [-1],
      "base.height": [1],
      "joint.offset": { as: "joint.position" },
      "ball.offset": [1, -2, 3],
      "ball.travel": [1, -2],
    },
  },
});
