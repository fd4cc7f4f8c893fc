import { defineTask } from "rewardsmith";

const ready = [1.157, -1.066, -0.155, -2.239, -1.841, 1.003, 0.469];
const arm = ready.map((nominal, i) => ({ name: `joint${i + 1}`, nominal, scale: 7.5 }));
const fingers = ["leftFinger", "rightFinger"].map((name) => ({
  name,
  nominal: 0.035,
  scale: 0.75,
}));
const joints = [...arm, ...fingers];
const names = joints.map(({ name }) => name);

export default defineTask({
  name: "franka-cabinet",
  controlDtSeconds: 1 / 60,
  maxEpisodeSteps: 500,
  // A sixth of Rapier's time a step, with its drives as stiff.
  engine: "mujoco",
  physics: {
    train: { substeps: 1, mujocoSubsteps: 2, solverIterations: 8, pgsIterations: 4 },
    reference: { substeps: 8, solverIterations: 4, pgsIterations: 4 },
  },
  signals: {
    "joint.position": {
      source: { kind: "jointPositions", joints: names },
      description: `positions of ${names.join(", ")}`,
    },
    "joint.velocity": {
      source: { kind: "jointVelocities", joints: names },
      description: "their speeds",
      range: [-5, 5],
    },
    "drawer.opening": {
      source: { kind: "jointPosition", joint: "drawer" },
      description: "how far the drawer is out; open above 0.39",
    },
    "drawer.speed": {
      source: { kind: "jointVelocity", joint: "drawer" },
      description: "speed of the drawer, positive when it opens",
      range: [-1, 1],
    },
    "grasp.position": {
      source: { kind: "bodyPosition", body: "grasp" },
      description: "the point between the finger pads",
    },
    "handle.position": {
      source: { kind: "bodyPosition", body: "handle" },
      description: "middle of the handle",
    },
    "hand.orientation": {
      source: { kind: "bodyOrientation", body: "hand" },
      description: "orientation of the hand",
    },
    "leftTip.position": {
      source: { kind: "bodyPosition", body: "leftTip" },
      description: "tip of the left finger, which belongs above the handle",
    },
    "rightTip.position": {
      source: { kind: "bodyPosition", body: "rightTip" },
      description: "tip of the right finger, which belongs below the handle",
    },
    "handle.offset": {
      source: { kind: "derived", size: 3 },
      description: "from the point between the pads to the handle",
      unit: "m",
      range: [-0.5, 0.5],
    },
    "handle.distance": {
      source: { kind: "derived" },
      description: "distance from the point between the pads to the handle",
      unit: "m",
      range: [0, 0.6],
    },
    "hand.forward": {
      source: { kind: "derived" },
      description: "how straight the hand points into the cabinet: 1 straight, 0 across",
      range: [-1, 1],
    },
    "hand.upright": {
      source: { kind: "derived" },
      description: "how upright the line through the fingers stands: 1 left finger straight above",
      range: [-1, 1],
    },
    "tip.above": {
      source: { kind: "derived" },
      description: "height of the left tip above the handle",
      unit: "m",
      range: [-0.2, 0.2],
    },
    "tip.below": {
      source: { kind: "derived" },
      description: "height of the handle above the right tip",
      unit: "m",
      range: [-0.2, 0.2],
    },
    "tip.around": {
      source: { kind: "derived" },
      description: "1 while the handle's height is between the tips'",
      range: [0, 1],
    },
    "tip.ahead": {
      source: { kind: "derived" },
      description: "how far the deeper tip is still before the handle; negative behind it",
      unit: "m",
      range: [-0.1, 0.6],
    },
  },
  observation: [
    { signal: "joint.position" },
    { signal: "joint.velocity", scale: 0.1 },
    { signal: "handle.offset" },
    { signal: "drawer.opening" },
    { signal: "drawer.speed" },
  ],
  actions: joints.map(({ name, nominal, scale }) => ({
    actuator: name,
    mode: "increment",
    scale,
    offset: nominal,
    description: `speed of the target of ${name}`,
  })),
  reset: {
    keyframe: "ready",
    jointPosition: Object.fromEntries(arm.map(({ name }) => [name, { uniform: [-0.125, 0.125] }])),
  },
  fitness: { aggregate: "max", unit: "share of episodes" },
  randomization: {
    friction: { distribution: { uniform: [0.8, 1.4] } },
    motorStrength: { distribution: { uniform: [0.9, 1.1] } },
  },
  steps: 5_000_000,
  searchSteps: 1_000_000,
  training: {
    numEnvs: 64,
    numStepsPerEnv: 32,
    randomize: false,
    ppo: { lr: 5e-4, desiredKl: 0.01, minibatchSize: 1024, numLearningEpochs: 5 },
    network: { actor: [128, 64], critic: [128, 64], initialLogStd: -0.7 },
    // On coarse physics alone a grasp is learned that slips on finer ones.
    finePhase: { afterSteps: 3_600_000 },
  },
  presets: {
    // rl_games' settings of the original. Its critic coefficient weighs half the squared error.
    isaac: {
      steps: 98_000_000,
      training: {
        numEnvs: 4096,
        numStepsPerEnv: 16,
        randomize: false,
        finePhase: { afterSteps: null },
        ppo: {
          lr: 5e-4,
          lrMin: 1e-6,
          lrMax: 1e-2,
          desiredKl: 0.008,
          gamma: 0.99,
          gaeLambda: 0.95,
          clipRange: 0.2,
          entropyCoef: 0,
          valueCoef: 2,
          boundCoef: 1e-4,
          maxGradNorm: 1,
          numLearningEpochs: 8,
          minibatchSize: 8192,
          klEstimate: "sampled",
        },
        network: {
          actor: [256, 128, 64],
          critic: [256, 128, 64],
          activation: "elu",
          shared: true,
          initialLogStd: 0,
        },
      },
    },
  },
});
