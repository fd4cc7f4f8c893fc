import { defineTask } from "rewardsmith";

const fingers = ["index", "middle", "ring"];
const names = [
  ...fingers.flatMap((finger) => ["Flex", "Spread", "Middle", "Tip"].map((part) => finger + part)),
  "thumbLift",
  "thumbTurn",
  "thumbFlex",
  "thumbTip",
];
/** The fence around the cube. */
const cradle = [
  [0.15, -1, 1.72, -0.22],
  [-0.1, 0, 1.6, 0.12],
  [-0.1, 0.96, 1.73, 0.11],
  [1.3, 1.61, 0.98, 1.07],
].flat();

export default defineTask({
  name: "leap-cube",
  controlDtSeconds: 0.05,
  maxEpisodeSteps: 400,
  // As the other hands: long chains of light links.
  engine: "mujoco",
  physics: {
    train: { substeps: 6, mujocoSubsteps: 6, solverIterations: 4, pgsIterations: 4 },
    reference: { substeps: 24, mujocoSubsteps: 24, solverIterations: 8, pgsIterations: 4 },
  },
  signals: {
    "joint.position": {
      source: { kind: "jointPositions", joints: names },
      description: "angles of the joints of index, middle, ring finger and thumb, from base to tip",
    },
    "joint.offset": {
      source: { kind: "derived", size: 16 },
      unit: "rad",
      description: "the same angles less those of the pose that the hand starts in",
      range: [-1, 1],
    },
    "joint.velocity": {
      source: { kind: "jointVelocities", joints: names },
      description: "their speeds",
      range: [-10, 10],
    },
    "joint.torque": {
      source: { kind: "jointEfforts", joints: names },
      description: "torques of their drives",
      range: [-0.95, 0.95],
    },
    "cube.position": {
      source: { kind: "bodyPosition", body: "cube" },
      description: "centre of the cube",
    },
    "cube.orientation": {
      source: { kind: "bodyOrientation", body: "cube" },
      description: "orientation of the cube",
    },
    "cube.linVel": {
      source: { kind: "bodyLinVel", body: "cube" },
      description: "velocity of the cube",
      range: [-0.5, 0.5],
    },
    "cube.angVel": {
      source: { kind: "bodyAngVel", body: "cube" },
      description: "turning of the cube; about the third axis, the vertical, it should be 0.25",
      range: [-5, 5],
    },
    "cube.offset": {
      source: { kind: "derived", size: 3 },
      unit: "m",
      description: "from the cube's place in the hand to the cube",
      range: [-0.1, 0.1],
    },
    "cube.distance": {
      source: { kind: "derived" },
      unit: "m",
      description: "distance of the cube from its place in the hand",
      range: [0, 0.1],
    },
    "world.friction": {
      source: { kind: "parameter", name: "friction" },
      description: "sliding friction of hand and cube in this world",
      range: [0.3, 3],
    },
    "world.cubeMass": {
      source: { kind: "parameter", name: "objectMassFactor" },
      description: "mass of the cube in this world, of 46 g",
      range: [0.2, 5],
    },
  },
  // What the real hand knows: its joints, and what it was told.
  observation: [{ signal: "joint.offset", noise: 0.05 }, { signal: "action" }],
  observationHistory: 3,
  privilegedObservation: [
    { signal: "joint.offset" },
    { signal: "action" },
    { signal: "joint.velocity", scale: 0.2 },
    { signal: "joint.torque" },
    { signal: "cube.offset", scale: 10 },
    { signal: "cube.orientation" },
    { signal: "cube.linVel", scale: 2 },
    { signal: "cube.angVel" },
    { signal: "world.friction" },
    { signal: "world.cubeMass" },
  ],
  actions: names.map((actuator, i) => ({
    actuator,
    scale: 0.6,
    offset: cradle[i],
    description: `target angle of ${actuator}, rad`,
  })),
  reset: {
    keyframe: "cradle",
    jointPosition: Object.fromEntries(names.map((name) => [name, { uniform: [-0.05, 0.05] }])),
    bodies: {
      cube: {
        position: [{ uniform: [-0.003, 0.003] }, { uniform: [-0.003, 0.003] }, 0],
        yaw: { uniform: [-0.2, 0.2] },
      },
    },
  },
  fitness: { aggregate: "mean", missing: 0, unit: "rad/s, at most 0.25" },
  randomization: {
    objectMassFactor: { distribution: { logUniform: [0.22, 5.4] } },
    "objectCenterOfMassOffset.x": { distribution: { uniform: [-0.01, 0.01] } },
    "objectCenterOfMassOffset.y": { distribution: { uniform: [-0.01, 0.01] } },
    "objectCenterOfMassOffset.z": { distribution: { uniform: [-0.01, 0.01] } },
    friction: { distribution: { uniform: [0.3, 3] } },
    kpFactor: { distribution: { uniform: [0.97, 1.03] } },
    kdFactor: { distribution: { uniform: [0.9, 1.1] } },
  },
  steps: 6_000_000,
  searchSteps: 2_000_000,
  training: {
    numEnvs: 128,
    numStepsPerEnv: 32,
    randomize: true,
    ppo: { lr: 5e-4, lrMax: 2e-3, desiredKl: 0.016, minibatchSize: 1024, numLearningEpochs: 4 },
    network: { actor: [128, 64], critic: [128, 64], initialLogStd: -1 },
  },
  transfer: {
    measures: {
      rotation: {
        aggregate: "integral",
        unit: "rad",
        description: "turn of the cube about the vertical",
      },
      speed: { unit: "rad/s", description: "mean turning about the vertical" },
      offset: { aggregate: "max", unit: "m", description: "farthest of the cube from its place" },
      torque: { unit: "N m", description: "mean torque of a joint, without its sign" },
      power: { unit: "W", description: "mechanical power of all joints, without its sign" },
      jerk: { unit: "1/s", description: "mean rate at which an action changes" },
    },
    success: { measures: { speed: [0.1, 2] } },
    // Still in the hand, and turning at all.
    loose: { measures: { speed: [0.05, 2] } },
    headline: "rotation",
    smoothness: "jerk",
    exam: { seconds: 20, pass: 0.8 },
    safety:
      "The policy will run on a real hand: turn the cube about the vertical as far as possible in the hand without dropping it, with hardly any movement of its centre. 0.25 rad/s is enough. Keep torques and changes of action small, and do not let fingers stray far from the pose that they start in.",
    caveats: [
      "The real cube weighs 46 g.",
      "The real hand knows the angles of its joints, nothing of the cube.",
    ],
  },
});
