import { defineTask } from "rewardsmith";

export default defineTask({
  name: "cartpole",
  controlDtSeconds: 1 / 60,
  maxEpisodeSteps: 500,
  physics: {
    train: { substeps: 1, solverIterations: 4 },
    reference: { substeps: 4, solverIterations: 4 },
  },
  signals: {
    "cart.position": {
      source: { kind: "jointPosition", joint: "cart" },
      description: "how far the cart is from the middle of the rail",
      range: [-3, 3],
    },
    "cart.velocity": {
      source: { kind: "jointVelocity", joint: "cart" },
      description: "speed of the cart along the rail",
      range: [-5, 5],
    },
    "pole.angle": {
      source: { kind: "jointPosition", joint: "pole" },
      description: "angle of the pole from upright, 0 when it stands",
      range: [-Math.PI / 2, Math.PI / 2],
    },
    "pole.angularVelocity": {
      source: { kind: "jointVelocity", joint: "pole" },
      description: "how fast the pole turns",
      range: [-8, 8],
    },
  },
  observation: [
    { signal: "cart.position" },
    { signal: "cart.velocity" },
    { signal: "pole.angle" },
    { signal: "pole.angularVelocity" },
  ],
  actions: [{ actuator: "cart", scale: 400, description: "force on the cart, N" }],
  reset: {
    jointPosition: { cart: { uniform: [-0.1, 0.1] }, pole: { uniform: [-0.1, 0.1] } },
    jointVelocity: { cart: { uniform: [-0.25, 0.25] }, pole: { uniform: [-0.25, 0.25] } },
  },
  fitness: { aggregate: "sum", unit: "steps" },
  randomization: {
    massFactor: { distribution: { uniform: [0.8, 1.2] }, when: "startup" },
    gravityScale: { distribution: { uniform: [0.95, 1.05] } },
    motorStrength: { distribution: { uniform: [0.9, 1.1] } },
  },
  actionDelaySteps: [0, 1],
  steps: 300_000,
  searchSteps: 100_000,
  training: {
    numEnvs: 128,
    numStepsPerEnv: 16,
    randomize: false,
    ppo: { lr: 3e-4, desiredKl: 0.008, minibatchSize: 1024, numLearningEpochs: 4 },
    network: { actor: [32, 32], critic: [32, 32] },
  },
  presets: {
    // rl_games' settings of the original. Its critic coefficient weighs half the squared error.
    isaac: {
      steps: 819_200,
      training: {
        numEnvs: 512,
        numStepsPerEnv: 16,
        randomize: false,
        ppo: {
          lr: 3e-4,
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
          actor: [32, 32],
          critic: [32, 32],
          activation: "elu",
          shared: true,
          initialLogStd: 0,
        },
      },
    },
  },
});
