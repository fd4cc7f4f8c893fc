import { defineTask } from "rewardsmith";

const fingers = ["index", "middle", "ring"];
const names = [
  ...fingers.flatMap((finger) =>
    ["Side", "Proximal", "Medial", "Distal"].map((joint) => finger + joint),
  ),
  "thumbBase",
  "thumbProximal",
  "thumbMedial",
  "thumbDistal",
];
/** Bent around the place of the cube. */
const cradle = [...fingers.flatMap(() => [0, 0.45, 0.6, 0.5]), 1.1, 0.4, 0.5, 0.5];

export default defineTask({
  name: "allegro-hand",
  controlDtSeconds: 1 / 30,
  maxEpisodeSteps: 600,
  // Long chains of light links: reduced coordinates are sound where a coarse solver is not, and faster.
  engine: "mujoco",
  physics: {
    train: { substeps: 4, mujocoSubsteps: 4, solverIterations: 4, pgsIterations: 4 },
    reference: { substeps: 16, mujocoSubsteps: 16, solverIterations: 8, pgsIterations: 4 },
  },
  signals: {
    "joint.position": {
      source: { kind: "jointPositions", joints: names },
      description: "angles of the joints of index, middle, ring finger and thumb, from base to tip",
    },
    "joint.velocity": {
      source: { kind: "jointVelocities", joints: names },
      description: "their speeds",
      range: [-10, 10],
    },
    "joint.torque": {
      source: { kind: "jointEfforts", joints: names },
      description: "torques of their drives",
      range: [-0.7, 0.7],
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
      range: [-1, 1],
    },
    "cube.angVel": {
      source: { kind: "bodyAngVel", body: "cube" },
      description: "turning of the cube",
      range: [-5, 5],
    },
    "goal.turns": {
      source: { kind: "command", low: [-1, -1], high: [1, 1], renewWhen: "goal.reached" },
      description: "the goal as shares of half a turn about x and y",
    },
    "goal.orientation": {
      source: { kind: "derived", size: 4 },
      description: "orientation the cube should have",
      range: [-1, 1],
    },
    "goal.reached": {
      source: { kind: "derived" },
      description: "1 in the step that reaches the goal, within 0.1 rad",
      range: [0, 1],
    },
    "cube.fromGoal": {
      source: { kind: "derived", size: 4 },
      description: "turn from the goal to the cube, as a quaternion w x y z",
      range: [-1, 1],
    },
    "cube.error": {
      source: { kind: "derived" },
      description: "angle between the cube and the goal",
      unit: "rad",
      range: [0, Math.PI],
    },
    "cube.offset": {
      source: { kind: "derived", size: 3 },
      description: "from the cube's place in the hand to the cube",
      unit: "m",
      range: [-0.1, 0.1],
    },
    "cube.distance": {
      source: { kind: "derived" },
      description: "distance of the cube from its place in the hand",
      unit: "m",
      range: [0, 0.24],
    },
  },
  observation: [
    { signal: "joint.position" },
    { signal: "joint.velocity", scale: 0.2 },
    { signal: "joint.torque" },
    { signal: "cube.offset", scale: 10 },
    { signal: "cube.orientation" },
    { signal: "cube.linVel" },
    { signal: "cube.angVel", scale: 0.2 },
    { signal: "goal.orientation" },
    { signal: "cube.fromGoal" },
    { signal: "action" },
  ],
  actions: names.map((actuator, i) => ({
    actuator,
    mode: "increment",
    // Slower than the real hand: a random start keeps the cube.
    scale: 3,
    offset: cradle[i],
    description: `speed of the target of ${actuator}`,
  })),
  reset: {
    keyframe: "cradle",
    jointPosition: Object.fromEntries(names.map((name) => [name, { uniform: [-0.05, 0.05] }])),
    bodies: { cube: { position: [{ uniform: [-0.005, 0.005] }, { uniform: [-0.005, 0.005] }, 0] } },
  },
  fitness: { aggregate: "sum", unit: "goals" },
  randomization: {
    friction: { distribution: { uniform: [0.7, 1.3] } },
    objectMassFactor: { distribution: { uniform: [0.7, 1.3] } },
    motorStrength: { distribution: { uniform: [0.9, 1.1] } },
  },
  steps: 8_000_000,
  searchSteps: 2_000_000,
  training: {
    numEnvs: 128,
    numStepsPerEnv: 16,
    randomize: false,
    ppo: { lr: 5e-4, desiredKl: 0.016, minibatchSize: 1024, numLearningEpochs: 5 },
    network: { actor: [256, 128], critic: [256, 128], initialLogStd: -0.7 },
  },
  presets: {
    // rl_games' settings of the original. Its critic coefficient weighs half the squared error.
    isaac: {
      steps: 655_000_000,
      training: {
        numEnvs: 16384,
        numStepsPerEnv: 8,
        randomize: false,
        ppo: {
          lr: 5e-4,
          lrMin: 1e-6,
          lrMax: 1e-2,
          desiredKl: 0.016,
          gamma: 0.99,
          gaeLambda: 0.95,
          clipRange: 0.2,
          entropyCoef: 0,
          valueCoef: 2,
          boundCoef: 1e-4,
          maxGradNorm: 1,
          numLearningEpochs: 5,
          minibatchSize: 32768,
          klEstimate: "sampled",
        },
        network: {
          actor: [512, 256, 128],
          critic: [512, 256, 128],
          activation: "elu",
          shared: true,
          initialLogStd: 0,
        },
      },
    },
  },
});
