import { defineTask } from "rewardsmith";

export default defineTask({
  name: "cartpole-swingup",
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
      range: [-6, 6],
    },
    "pole.angle": {
      source: { kind: "jointPosition", joint: "pole" },
      description: "angle of the pole from upright: 0 when it stands, ±π when it hangs",
      range: [-Math.PI, Math.PI],
    },
    "pole.angularVelocity": {
      source: { kind: "jointVelocity", joint: "pole" },
      description: "how fast the pole turns",
      range: [-10, 10],
    },
    "pole.cos": {
      source: { kind: "derived" },
      description: "cosine of the pole's angle: 1 upright, −1 hanging",
      range: [-1, 1],
    },
    "pole.sin": {
      source: { kind: "derived" },
      description: "sine of the pole's angle: 0 both upright and hanging",
      range: [-1, 1],
    },
  },
  observation: [
    { signal: "cart.position" },
    { signal: "cart.velocity" },
    { signal: "pole.cos" },
    { signal: "pole.sin" },
    { signal: "pole.angularVelocity" },
  ],
  actions: [{ actuator: "cart", scale: 25, description: "force on the cart, N" }],
  reset: {
    jointPosition: {
      cart: { uniform: [-0.1, 0.1] },
      pole: { uniform: [Math.PI - 0.3, Math.PI + 0.3] },
    },
    jointVelocity: { cart: { uniform: [-0.25, 0.25] }, pole: { uniform: [-0.25, 0.25] } },
  },
  fitness: { aggregate: "mean", over: "lastHalf", missing: 0, unit: "share of steps" },
  randomization: {
    massFactor: { distribution: { uniform: [0.9, 1.1] }, when: "startup" },
    gravityScale: { distribution: { uniform: [0.95, 1.05] } },
    motorStrength: { distribution: { uniform: [0.9, 1.1] } },
  },
  actionDelaySteps: [0, 1],
  steps: 720_000,
  training: {
    numEnvs: 128,
    numStepsPerEnv: 64,
    randomize: true,
    ppo: {
      lr: 3e-4,
      desiredKl: 0.008,
      // A little keeps the policy trying while the pole only spins. With 0.01 the sparse reward's
      // policies, too, try for long enough to meet the top by chance.
      entropyCoef: 0.003,
      // Means far beyond ±1 are clipped anyway; held back, the policy does not collapse later.
      boundCoef: 0.1,
      minibatchSize: 1024,
      numLearningEpochs: 4,
    },
    network: { actor: [32, 32], critic: [32, 32] },
  },
  transfer: {
    signals: {
      "cart.force": {
        source: { kind: "jointEffort", joint: "cart" },
        description: "force of the motor on the cart",
        range: [-25, 25],
      },
    },
    measures: {
      upright: { description: "share of the time upright and near the middle" },
      height: { aggregate: "last", description: "cosine of the pole's angle at the end" },
      reach: { aggregate: "max", unit: "m", description: "farthest of the cart from the middle" },
      force: { unit: "N", description: "mean force of the motor, without its sign" },
      jerk: { unit: "1/s", description: "mean rate at which the action changes" },
    },
    // Up for longer than it took to get there, and still.
    success: { measures: { upright: [0.5, 1], height: [0.9, 1] } },
    loose: { measures: { height: [0.7, 1] } },
    headline: "upright",
    smoothness: "jerk",
    exam: { seconds: 8, pass: 0.8 },
    safety:
      "The cart runs on a rail with hard ends 3 m from the middle: it keeps well away from them, swings the pole up with as little force as it needs, and holds it there with small, smooth corrections rather than by switching to and fro.",
    caveats: [
      "The rail has dry friction, and the belt between motor and cart gives way.",
      "Mass and length of the pole are known to some per cent.",
    ],
  },
});
