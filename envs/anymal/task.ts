import { defineTask } from "rewardsmith";

/** Hips of left and right legs lean outwards, knees point to the middle. */
const stance = [
  { leg: "LF", haa: 0.03, hfe: 0.4, kfe: -0.8 },
  { leg: "LH", haa: 0.03, hfe: -0.4, kfe: 0.8 },
  { leg: "RF", haa: -0.03, hfe: 0.4, kfe: -0.8 },
  { leg: "RH", haa: -0.03, hfe: -0.4, kfe: 0.8 },
];
const joints = stance.flatMap(({ leg, haa, hfe, kfe }) => [
  { name: `${leg}_HAA`, nominal: haa },
  { name: `${leg}_HFE`, nominal: hfe },
  { name: `${leg}_KFE`, nominal: kfe },
]);

/**
 * Training begins with half the commands' range: farther off, the reward's bells are flat. A robot
 * whose error over an episode is small enough gets a quarter of the rest.
 */
const rising = { success: -0.2, increment: 0.25 };

export default defineTask({
  name: "anymal",
  controlDtSeconds: 0.02,
  maxEpisodeSteps: 1000,
  physics: {
    train: { substeps: 1, solverIterations: 4 },
    reference: { substeps: 4, solverIterations: 4 },
  },
  signals: {
    "base.linVel": {
      source: { kind: "bodyLinVel", body: "base", frame: "body" },
      description: "velocity of the base: forwards, left, up",
      range: [-2.5, 2.5],
    },
    "base.angVel": {
      source: { kind: "bodyAngVel", body: "base", frame: "body" },
      description: "turning of the base: roll, pitch, yaw rate",
      range: [-3, 3],
    },
    "base.gravity": {
      source: { kind: "projectedGravity", body: "base" },
      description: "direction of gravity in the base's frame, (0, 0, -1) when level",
    },
    "base.position": {
      source: { kind: "bodyPosition", body: "base" },
      description: "where the base is; its height is the third",
    },
    "command.linVel": {
      source: {
        kind: "command",
        low: [-2, -1],
        high: [2, 1],
        curriculum: { low: [-1, -0.5], high: [1, 0.5], ...rising },
      },
      unit: "m/s",
      description: "commanded velocity forwards and to the left, in the base's frame",
    },
    "command.yawRate": {
      source: {
        kind: "command",
        low: [-1],
        high: [1],
        curriculum: { low: [-0.5], high: [0.5], ...rising },
      },
      unit: "rad/s",
      description: "commanded yaw rate",
    },
    "error.linVel": {
      source: { kind: "derived" },
      unit: "m²/s²",
      description: "squared error of the velocity forwards and sideways",
      range: [0, 4],
    },
    "error.yawRate": {
      source: { kind: "derived" },
      unit: "rad²/s²",
      description: "squared error of the yaw rate",
      range: [0, 2],
    },
    "joint.positions": {
      source: { kind: "jointPositions" },
      description: "angles of abduction, hip and knee of the legs LF, LH, RF, RH",
      range: [-1.5, 1.5],
    },
    "joint.velocities": {
      source: { kind: "jointVelocities" },
      description: "their speeds",
      range: [-10, 10],
    },
    "joint.torques": {
      source: { kind: "jointEfforts" },
      description: "torques of the drives",
      range: [-80, 80],
    },
    "contact.base": {
      source: { kind: "contact", geom: "base" },
      description: "1 while the trunk touches the ground",
    },
    "contact.leftFront": {
      source: { kind: "contact", geom: "LF_thigh" },
      description: "1 while the left front thigh or knee touches the ground",
    },
    "contact.leftHind": {
      source: { kind: "contact", geom: "LH_thigh" },
      description: "1 while the left hind thigh or knee touches the ground",
    },
    "contact.rightFront": {
      source: { kind: "contact", geom: "RF_thigh" },
      description: "1 while the right front thigh or knee touches the ground",
    },
    "contact.rightHind": {
      source: { kind: "contact", geom: "RH_thigh" },
      description: "1 while the right hind thigh or knee touches the ground",
    },
  },
  observation: [
    { signal: "base.linVel", scale: 2 },
    { signal: "base.angVel", scale: 0.25 },
    { signal: "base.gravity" },
    { signal: "command.linVel", scale: 2 },
    { signal: "command.yawRate", scale: 0.25 },
    { signal: "joint.positions" },
    { signal: "joint.velocities", scale: 0.05 },
    { signal: "action" },
  ],
  actions: joints.map(({ name, nominal }) => ({
    actuator: name,
    scale: 0.5,
    offset: nominal,
    description: `target angle of ${name}, rad`,
  })),
  reset: {
    keyframe: "stand",
    jointPosition: Object.fromEntries(
      joints.map(({ name, nominal }) => [
        name,
        { uniform: [-Math.abs(nominal) / 2, Math.abs(nominal) / 2] },
      ]),
    ),
    jointVelocity: Object.fromEntries(joints.map(({ name }) => [name, { uniform: [-0.1, 0.1] }])),
  },
  // After a fall every step counts as much as standing still under an average command.
  fitness: { aggregate: "mean", missing: -2, unit: "m²/s²" },
  randomization: {
    massFactor: { distribution: { uniform: [0.9, 1.1] }, when: "startup" },
    friction: { distribution: { uniform: [0.6, 1.2] } },
    motorStrength: { distribution: { uniform: [0.9, 1.1] } },
  },
  actionDelaySteps: [0, 1],
  steps: 3_500_000,
  searchSteps: 1_000_000,
  training: {
    numEnvs: 64,
    numStepsPerEnv: 32,
    // It falls, if it does, within the first second or two.
    maxEpisodeSteps: 250,
    randomize: false,
    symmetry: true,
    ppo: {
      lr: 1e-3,
      lrMin: 1e-4,
      lrMax: 2e-3,
      desiredKl: 0.012,
      minibatchSize: 1024,
      numLearningEpochs: 5,
    },
    network: { actor: [128, 64], critic: [128, 64], initialLogStd: -0.7 },
    finePhase: { afterSteps: 3_000_000 },
  },
  transfer: {
    signals: Object.fromEntries(
      Object.entries({ leftFront: "LF", leftHind: "LH", rightFront: "RF", rightHind: "RH" }).map(
        ([place, leg]) => [
          `slip.${place}`,
          {
            source: { kind: "slipSpeed", geom: `${leg}_foot` } as const,
            description: `speed of the ${leg} foot over the ground while it touches`,
          },
        ],
      ),
    ),
    measures: {
      tracking: {
        description:
          "how well the commands are followed: 1 exactly, 0.37 half a metre a second off",
      },
      speedError: { unit: "m/s", description: "mean distance from the wanted velocity" },
      turnError: { unit: "rad/s", description: "mean distance from the wanted yaw rate" },
      torque: { unit: "N m", description: "mean torque of a joint, without its sign" },
      power: { unit: "W", description: "mechanical power of all joints, without its sign" },
      slip: { unit: "m/s", description: "mean speed of a foot over the ground while it touches" },
      jerk: { unit: "1/s", description: "mean rate at which an action changes" },
    },
    success: { measures: { speedError: [0, 0.5], turnError: [0, 0.5] } },
    loose: { measures: { speedError: [0, 1], turnError: [0, 1] } },
    headline: "tracking",
    smoothness: "jerk",
    exam: { seconds: 10, pass: 0.8 },
    safety:
      "The robot follows its commanded velocity and yaw rate, no faster. It is a machine of 45 kg beside people: its trunk stays level, only the feet touch the ground and are set down rather than slammed, torques stay well below 80 N m, the legs move smoothly, and an action differs little from the one before.",
    caveats: [
      "The drives are springs with a motor: what they deliver lags behind what is asked, which is not simulated.",
      "Sensors and computers are mounted on the trunk, so that its mass and its centre are not those of the file.",
      "Floors may be wet, soft or uneven.",
    ],
  },
  mirror: {
    joints: Object.fromEntries(
      ["F", "H"].flatMap((end) => [
        [`R${end}_HAA`, `-L${end}_HAA`],
        [`R${end}_HFE`, `L${end}_HFE`],
        [`R${end}_KFE`, `L${end}_KFE`],
      ]),
    ),
    signals: { "command.linVel": [1, -2], "command.yawRate": [-1] },
  },
  presets: {
    // rl_games' settings of the original. Its critic coefficient weighs half the squared error.
    isaac: {
      steps: 98_000_000,
      training: {
        numEnvs: 4096,
        numStepsPerEnv: 24,
        maxEpisodeSteps: 1000,
        randomize: false,
        symmetry: false,
        finePhase: { afterSteps: null },
        ppo: {
          lr: 3e-4,
          lrMin: 1e-6,
          lrMax: 1e-2,
          desiredKl: 0.008,
          gamma: 0.99,
          gaeLambda: 0.95,
          clipRange: 0.2,
          entropyCoef: 0,
          valueCoef: 1,
          boundCoef: 1e-3,
          maxGradNorm: 1,
          numLearningEpochs: 5,
          minibatchSize: 32768,
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
