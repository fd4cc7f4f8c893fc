import { defineTask } from "rewardsmith";

const legs = (side: string) =>
  ["HipX", "HipZ", "HipY", "Knee", "AnkleY", "AnkleX"].map((joint) => side + joint);
const arms = (side: string) => ["Shoulder1", "Shoulder2", "Elbow"].map((joint) => side + joint);
const joints = [
  "abdomenZ",
  "abdomenY",
  "abdomenX",
  ...legs("right"),
  ...legs("left"),
  ...arms("right"),
  ...arms("left"),
];

export default defineTask({
  name: "humanoid",
  controlDtSeconds: 1 / 60,
  maxEpisodeSteps: 1000,
  // Up to three hinges in one joint: sound at fewer steps in reduced coordinates, and five times as fast.
  engine: "mujoco",
  physics: {
    train: { substeps: 4, mujocoSubsteps: 2, solverIterations: 4, pgsIterations: 4 },
    reference: { substeps: 16, mujocoSubsteps: 8, solverIterations: 4, pgsIterations: 4 },
  },
  signals: {
    "torso.position": {
      source: { kind: "bodyPosition", body: "torso" },
      description: "centre of the chest, from where the episode began",
    },
    "torso.height": {
      source: { kind: "derived" },
      description: "height of the chest above the ground, about 1.28 when it stands",
      unit: "m",
      range: [0.7, 1.5],
    },
    "torso.orientation": {
      source: { kind: "bodyOrientation", body: "torso" },
      description: "orientation of the torso",
    },
    "torso.progress": {
      source: { kind: "derived" },
      description: "speed towards the target, which is 1000 m ahead along +x",
      unit: "m/s",
      range: [-1, 4],
    },
    "torso.travel": {
      source: { kind: "bodyTravel", body: "torso" },
      description:
        "mean velocity of the torso over the last step: what it covered, by its duration",
      range: [-4, 4],
    },
    "torso.linVel": {
      source: { kind: "bodyLinVel", body: "torso", frame: "body" },
      description: "velocity of the torso: forward, left, up",
      range: [-4, 4],
    },
    "torso.angVel": {
      source: { kind: "bodyAngVel", body: "torso", frame: "body" },
      description: "angular velocity of the torso",
      range: [-6, 6],
    },
    "torso.yaw": {
      source: { kind: "derived" },
      description: "heading of the torso, 0 towards +x",
      unit: "rad",
      range: [-Math.PI, Math.PI],
    },
    "torso.roll": {
      source: { kind: "derived" },
      description: "roll of the torso",
      unit: "rad",
      range: [-Math.PI, Math.PI],
    },
    "torso.angleToTarget": {
      source: { kind: "derived" },
      description: "direction of the target less the heading: positive when it lies to the left",
      unit: "rad",
      range: [-Math.PI, Math.PI],
    },
    "torso.up": {
      source: { kind: "derived" },
      description: "height of the torso's own up axis: 1 upright, 0 lying",
      range: [-1, 1],
    },
    "torso.heading": {
      source: { kind: "derived" },
      description: "how much the torso's own forward axis points to the target: 1 straight at it",
      range: [-1, 1],
    },
    "joint.position": {
      source: { kind: "jointPositions", joints },
      description: `angles of ${joints.join(", ")}`,
    },
    "joint.velocity": {
      source: { kind: "jointVelocities", joints },
      description: "their speeds",
      range: [-15, 15],
    },
    "joint.torque": {
      source: { kind: "jointEfforts", joints },
      description: "torques of their motors",
      range: [-135, 135],
    },
    "joint.inRange": {
      source: { kind: "derived", size: 21 },
      description: "where each joint is in its range: −1 at the lower limit, 1 at the upper one",
      range: [-1, 1],
    },
    "motor.power": {
      source: { kind: "derived" },
      description: "what the motors turn over, as sum of |torque × joint speed|",
      unit: "W",
      range: [0, 4000],
    },
    "foot.right": {
      source: { kind: "contact", geom: "rightFootInner" },
      description: "1 while the right foot touches the ground",
    },
    "foot.left": {
      source: { kind: "contact", geom: "leftFootInner" },
      description: "1 while the left foot touches the ground",
    },
  },
  observation: [
    { signal: "torso.height" },
    { signal: "torso.linVel" },
    { signal: "torso.angVel", scale: 0.25 },
    { signal: "torso.yaw" },
    { signal: "torso.roll" },
    { signal: "torso.angleToTarget" },
    { signal: "torso.up" },
    { signal: "torso.heading" },
    { signal: "joint.inRange" },
    { signal: "joint.velocity", scale: 0.1 },
    { signal: "joint.torque", scale: 0.01 },
    { signal: "action" },
  ],
  actions: joints.map((actuator) => ({
    actuator,
    scale: 1,
    description: `torque of ${actuator}, the motor's full at 1`,
  })),
  reset: {
    keyframe: "stand",
    jointPosition: Object.fromEntries(joints.map((joint) => [joint, { uniform: [-0.2, 0.2] }])),
    jointVelocity: Object.fromEntries(joints.map((joint) => [joint, { uniform: [-0.1, 0.1] }])),
  },
  fitness: { aggregate: "mean", over: "episode", missing: 0, unit: "m/s" },
  randomization: {
    massFactor: { distribution: { uniform: [0.8, 1.2] }, when: "startup" },
    friction: { distribution: { uniform: [0.7, 1.3] }, when: "startup" },
    motorStrength: { distribution: { uniform: [0.8, 1.2] } },
  },
  steps: 4_000_000,
  searchSteps: 1_500_000,
  training: {
    numEnvs: 128,
    numStepsPerEnv: 32,
    randomize: false,
    symmetry: true,
    ppo: { lr: 1e-3, desiredKl: 0.01, minibatchSize: 2048, numLearningEpochs: 4 },
    network: { actor: [128, 64], critic: [128, 64], initialLogStd: -0.7 },
    finePhase: { afterSteps: 3_500_000 },
  },
  mirror: {
    joints: {
      ...Object.fromEntries(
        [...legs(""), ...arms("")].map((joint) => [`right${joint}`, `left${joint}`]),
      ),
      abdomenZ: "-abdomenZ",
      abdomenX: "-abdomenX",
    },
    signals: {
      "torso.height": [1],
      "torso.yaw": [-1],
      "torso.roll": [-1],
      "torso.angleToTarget": [-1],
      "torso.up": [1],
      "torso.heading": [1],
      "joint.inRange": { as: "joint.position" },
    },
  },
  presets: {
    // rl_games' settings of the original. Its critic coefficient weighs half the squared error.
    isaac: {
      steps: 131_000_000,
      training: {
        numEnvs: 4096,
        numStepsPerEnv: 32,
        randomize: false,
        symmetry: false,
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
          numLearningEpochs: 5,
          minibatchSize: 32768,
          klEstimate: "sampled",
        },
        network: {
          actor: [400, 200, 100],
          critic: [400, 200, 100],
          activation: "elu",
          shared: true,
          initialLogStd: 0,
        },
      },
    },
  },
});
