import { defineTask } from "rewardsmith";

const rotors = [0, 1, 2, 3];
const tilts = rotors.flatMap((rotor) => [`pitch${rotor}`, `roll${rotor}`]);

export default defineTask({
  name: "quadcopter",
  // Nothing touches anything: coordinate joints step this robot twice as fast.
  engine: "mujoco",
  controlDtSeconds: 0.01,
  maxEpisodeSteps: 500,
  physics: {
    train: { substeps: 1, solverIterations: 4 },
    reference: { substeps: 4, solverIterations: 4 },
  },
  signals: {
    "chassis.position": {
      source: { kind: "bodyPosition", body: "chassis" },
      description: "where the chassis is",
      range: [-2, 2],
    },
    "chassis.orientation": {
      source: { kind: "bodyOrientation", body: "chassis" },
      description: "orientation of the chassis as a quaternion w x y z",
    },
    "chassis.linVel": {
      source: { kind: "bodyLinVel", body: "chassis" },
      description: "velocity of the chassis",
      range: [-4, 4],
    },
    "chassis.angVel": {
      source: { kind: "bodyAngVel", body: "chassis" },
      description: "angular velocity of the chassis",
      range: [-6, 6],
    },
    "chassis.gravity": {
      source: { kind: "projectedGravity", body: "chassis" },
      description: "direction of gravity in the chassis' frame, (0, 0, -1) when level",
    },
    "target.offset": {
      source: { kind: "derived", size: 3 },
      unit: "m",
      description: "from the chassis to the target, along the world's axes",
      range: [-2, 2],
    },
    "target.distance": {
      source: { kind: "derived" },
      unit: "m",
      description: "distance of the chassis from the target",
      range: [0, 3],
    },
    "tilt.angles": {
      source: { kind: "jointPositions", joints: tilts },
      description: "pitch and roll of rotors 0 to 3 against the chassis",
      range: [-Math.PI / 6, Math.PI / 6],
    },
  },
  observation: [
    { signal: "target.offset", scale: 1 / 3 },
    { signal: "chassis.orientation" },
    { signal: "chassis.linVel", scale: 1 / 2 },
    { signal: "chassis.angVel", scale: 1 / Math.PI },
    { signal: "tilt.angles" },
  ],
  actions: [
    ...tilts.map((actuator) => ({
      actuator,
      mode: "increment" as const,
      scale: 8 * Math.PI,
      description: `changes the target of ${actuator}, rad`,
    })),
    ...rotors.map((rotor) => ({
      actuator: `thrust${rotor}`,
      mode: "increment" as const,
      scale: 200,
      description: `changes the thrust of rotor ${rotor}, 0 to 2 N`,
    })),
  ],
  reset: {
    basePosition: [{ uniform: [-1.5, 1.5] }, { uniform: [-1.5, 1.5] }, { uniform: [-0.2, 1.5] }],
    jointPosition: Object.fromEntries(tilts.map((tilt) => [tilt, { uniform: [-0.2, 0.2] }])),
  },
  // Lost counts as far as the distance at which an episode ends.
  fitness: { aggregate: "mean", over: "lastHalf", missing: -3, unit: "m" },
  randomization: {
    massFactor: { distribution: { uniform: [0.9, 1.1] }, when: "startup" },
    motorStrength: { distribution: { uniform: [0.9, 1.1] } },
  },
  actionDelaySteps: [0, 1],
  steps: 2_400_000,
  searchSteps: 500_000,
  training: {
    numEnvs: 128,
    numStepsPerEnv: 32,
    randomize: false,
    ppo: {
      lr: 1e-3,
      lrMin: 5e-5,
      lrMax: 2e-3,
      desiredKl: 0.012,
      // A third of a second ahead is enough to hover; the farther, the less exact the hovering.
      gamma: 0.97,
      minibatchSize: 2048,
      numLearningEpochs: 4,
    },
    // Increments add up: noise of full size would throw every control from end to end.
    network: { actor: [64, 64], critic: [64, 64], initialLogStd: -1 },
  },
  transfer: {
    measures: {
      hovering: { description: "share of the time within 0.3 m of the target" },
      offset: { aggregate: "last", unit: "m", description: "distance from the target at the end" },
      distance: { unit: "m", description: "mean distance from the target" },
      tilt: { unit: "rad", description: "mean lean of the chassis" },
      spin: { unit: "rad/s", description: "mean angular speed" },
      jerk: { unit: "1/s", description: "mean rate at which an action changes" },
    },
    success: { measures: { offset: [0, 0.3] } },
    // On its way there, or held off by what blows.
    loose: { measures: { offset: [0, 1] } },
    headline: "hovering",
    smoothness: "jerk",
    exam: { seconds: 5, pass: 0.8 },
    safety:
      "The machine flies to its target and stays there, level and without spinning. Its rotors are near people: it comes in without overshooting, leans little, changes thrust and tilt smoothly and leaves something of both in hand.",
    caveats: [
      "Thrust follows what is asked with a delay, and falls with the battery's voltage.",
      "Air moves, and close to the ground it carries more; neither is simulated.",
      "A camera or a cable moves the centre of mass.",
    ],
  },
  presets: {
    // rl_games' settings of the original. Its critic coefficient weighs half the squared error.
    isaac: {
      steps: 32_800_000,
      training: {
        numEnvs: 8192,
        numStepsPerEnv: 8,
        randomize: false,
        ppo: {
          lr: 1e-3,
          lrMin: 1e-6,
          lrMax: 1e-2,
          desiredKl: 0.016,
          gamma: 0.99,
          gaeLambda: 0.95,
          clipRange: 0.2,
          entropyCoef: 0,
          valueCoef: 1,
          boundCoef: 1e-4,
          maxGradNorm: 1,
          numLearningEpochs: 8,
          minibatchSize: 16384,
          klEstimate: "sampled",
        },
        network: {
          actor: [256, 256, 128],
          critic: [256, 256, 128],
          activation: "elu",
          shared: true,
          initialLogStd: 0,
        },
      },
    },
  },
});
