import { defineTask } from "rewardsmith";

const knees = ["knee0", "knee1", "knee2"];

export default defineTask({
  name: "ball-balance",
  controlDtSeconds: 0.01,
  maxEpisodeSteps: 500,
  physics: {
    // One step of 10 ms lets legs give way that do not on the reference.
    train: { substeps: 2, solverIterations: 4 },
    reference: { substeps: 4, solverIterations: 4 },
  },
  signals: {
    "knee.positions": {
      source: { kind: "jointPositions", joints: knees },
      description: "angles of the three driven knees",
      range: [-1.2, 1.6],
    },
    "knee.velocities": {
      source: { kind: "jointVelocities", joints: knees },
      description: "their speeds",
      range: [-10, 10],
    },
    "ball.position": {
      source: { kind: "bodyPosition", body: "ball" },
      description: "centre of the ball; the tray's middle is at (0, 0), the ball on it at 0.67 m",
      range: [-1, 1],
    },
    "ball.linVel": {
      source: { kind: "bodyLinVel", body: "ball" },
      description: "velocity of the ball",
      range: [-3, 3],
    },
    "tray.gravity": {
      source: { kind: "projectedGravity", body: "tray" },
      description: "direction of gravity in the tray's frame, (0, 0, -1) when level",
    },
  },
  observation: [
    { signal: "knee.positions" },
    { signal: "knee.velocities" },
    { signal: "ball.position" },
    { signal: "ball.linVel" },
  ],
  actions: knees.map((actuator) => ({
    actuator,
    mode: "increment" as const,
    scale: 20,
    description: `changes the target angle of ${actuator}, rad`,
  })),
  reset: {
    bodies: {
      ball: {
        position: [
          { uniform: [-0.25, 0.25] },
          { uniform: [-0.25, 0.25] },
          { uniform: [-0.5, 0.5] },
        ],
        linearVelocity: [{ uniform: [-0.4, 0.4] }, { uniform: [-0.4, 0.4] }, -5],
      },
    },
  },
  fitness: { aggregate: "sum", unit: "steps" },
  randomization: {
    massFactor: { distribution: { uniform: [0.9, 1.1] }, when: "startup" },
    motorStrength: { distribution: { uniform: [0.9, 1.1] } },
  },
  actionDelaySteps: [0, 1],
  steps: 1_000_000,
  searchSteps: 300_000,
  training: {
    numEnvs: 64,
    numStepsPerEnv: 32,
    randomize: false,
    ppo: { lr: 1e-3, lrMax: 2e-3, desiredKl: 0.016, minibatchSize: 1024, numLearningEpochs: 4 },
    // Increments add up: noise of full size shakes the ball off.
    network: { actor: [64, 64], critic: [64, 64], initialLogStd: -1 },
  },
  presets: {
    // rl_games' settings of the original. Its critic coefficient weighs half the squared error.
    isaac: {
      steps: 16_400_000,
      training: {
        numEnvs: 4096,
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
          actor: [128, 64, 32],
          critic: [128, 64, 32],
          activation: "elu",
          shared: true,
          initialLogStd: 0,
        },
      },
    },
  },
});
