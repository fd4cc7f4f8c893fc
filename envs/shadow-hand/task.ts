import { defineTask, type TaskInput } from "rewardsmith";

const finger = (name: string) => [4, 3, 2, 1].map((joint) => `${name}J${joint}`);
const joints = [
  "WRJ2",
  "WRJ1",
  ...finger("FF"),
  ...finger("MF"),
  ...finger("RF"),
  "LFJ5",
  ...finger("LF"),
  "THJ5",
  "THJ4",
  "THJ3",
  "THJ2",
  "THJ1",
];

/** Drives in the order of the robot, and the target each begins with: J0 bends J2 and J1 by their sum. */
const drivesOf = (name: string) => ({ [`${name}J4`]: 0, [`${name}J3`]: 0.3, [`${name}J0`]: 0.9 });
const cradle = {
  WRJ2: 0,
  WRJ1: 0,
  ...drivesOf("FF"),
  ...drivesOf("MF"),
  ...drivesOf("RF"),
  LFJ5: 0,
  ...drivesOf("LF"),
  THJ5: 0.6,
  THJ4: 0.8,
  THJ3: 0,
  THJ2: 0.2,
  THJ1: 0.4,
};

const tips = Object.entries({ first: "FF", middle: "MF", ring: "RF", little: "LF", thumb: "TH" });
type Signals = TaskInput["signals"];
const tipSignals: Signals = Object.fromEntries(
  tips.flatMap(([name, part]): [string, Signals[string]][] => {
    const body = `${part}tip`;
    const what = `tip of the ${name === "thumb" ? "thumb" : `${name} finger`}`;
    return [
      [`${name}.position`, { source: { kind: "bodyPosition", body }, description: what }],
      [
        `${name}.orientation`,
        { source: { kind: "bodyOrientation", body }, description: "its orientation" },
      ],
      [
        `${name}.linVel`,
        {
          source: { kind: "bodyLinVel", body },
          description: "its velocity",
          range: [-1, 1],
        },
      ],
      [
        `${name}.angVel`,
        {
          source: { kind: "bodyAngVel", body },
          description: "its turning",
          range: [-10, 10],
        },
      ],
      [
        `${name}.force`,
        {
          source: { kind: "contactForce", geom: body },
          description: "force of the cube on it",
          range: [-5, 5],
        },
      ],
    ];
  }),
);
const tipTerms = tips.flatMap(([name]) => [
  { signal: `${name}.position` },
  { signal: `${name}.orientation` },
  { signal: `${name}.linVel` },
  { signal: `${name}.angVel`, scale: 0.2 },
  { signal: `${name}.force` },
]);

export default defineTask({
  name: "shadow-hand",
  controlDtSeconds: 1 / 30,
  maxEpisodeSteps: 600,
  // Long chains of light links: reduced coordinates are sound where a coarse solver is not, and faster.
  engine: "mujoco",
  physics: {
    train: { substeps: 8, mujocoSubsteps: 4, solverIterations: 4, pgsIterations: 4 },
    reference: { substeps: 16, mujocoSubsteps: 16, solverIterations: 8, pgsIterations: 4 },
  },
  signals: {
    "joint.position": {
      source: { kind: "jointPositions", joints },
      description: `angles of ${joints.join(", ")}: wrist, first to little finger, thumb; J4 sideways, J3 to J1 bend from root to tip`,
    },
    "joint.velocity": {
      source: { kind: "jointVelocities", joints },
      description: "their speeds",
      range: [-10, 10],
    },
    "joint.torque": {
      source: { kind: "jointEfforts", joints },
      description: "torques of their drives",
      range: [-1, 1],
    },
    ...tipSignals,
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
    ...tipTerms,
    { signal: "action" },
  ],
  actions: Object.entries(cradle).map(([actuator, offset]) => ({
    actuator,
    mode: "increment",
    // Slower than the real hand, the wrist more so: a random start keeps the cube.
    scale: actuator.startsWith("WR") ? 0.5 : 2,
    offset,
    description: "speed of its target",
  })),
  reset: {
    keyframe: "cradle",
    jointPosition: Object.fromEntries(joints.map((name) => [name, { uniform: [-0.05, 0.05] }])),
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
          actor: [512, 512, 256, 128],
          critic: [512, 512, 256, 128],
          activation: "elu",
          shared: true,
          initialLogStd: 0,
        },
      },
    },
  },
});
