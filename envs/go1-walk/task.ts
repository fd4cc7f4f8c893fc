import { defineTask } from "rewardsmith";

const legs = ["frontRight", "frontLeft", "rearRight", "rearLeft"];
/** The standing pose, hip, thigh and calf, rad; the policy commands offsets from it. */
const stance: Record<string, readonly [number, number, number]> = {
  frontRight: [-0.1, 0.8, -1.5],
  frontLeft: [0.1, 0.8, -1.5],
  rearRight: [-0.1, 1, -1.5],
  rearLeft: [0.1, 1, -1.5],
};
const joints = legs.flatMap((leg) => [`${leg}Hip`, `${leg}Thigh`, `${leg}Calf`]);

export default defineTask({
  name: "go1-walk",
  controlDtSeconds: 0.02,
  maxEpisodeSteps: 1000,
  physics: {
    train: { substeps: 1, solverIterations: 4, pgsIterations: 4 },
    reference: { substeps: 8, solverIterations: 4, pgsIterations: 4 },
  },
  signals: {
    "command.speed": {
      source: {
        kind: "command",
        low: [2],
        high: [2],
        intervalSeconds: 5,
        curriculum: { low: [0.5], high: [1], success: 0.6, increment: 0.25 },
      },
      unit: "m/s",
      description: "forward speed that is wanted, along +x; 2 m/s in every test",
    },
    "base.height": {
      source: { kind: "derived" },
      unit: "m",
      description: "height of the trunk above the ground, about 0.3 when it stands",
      range: [0.1, 0.4],
    },
    "base.position": {
      source: { kind: "bodyPosition", body: "trunk" },
      description: "centre of the trunk, from where the episode began",
    },
    "base.travel": {
      source: { kind: "bodyTravel", body: "trunk" },
      description:
        "mean velocity of the trunk over the last step: what it covered, by its duration",
      range: [-2, 2],
    },
    "base.linVel": {
      source: { kind: "bodyLinVel", body: "trunk", frame: "body" },
      description: "velocity of the trunk: forward, left, up",
      range: [-2, 2],
    },
    "base.angVel": {
      source: { kind: "bodyAngVel", body: "trunk", frame: "body" },
      description: "angular velocity of the trunk: roll, pitch, yaw rate",
      range: [-3, 3],
    },
    "base.gravity": {
      source: { kind: "projectedGravity", body: "trunk" },
      description: "direction of gravity as the trunk sees it: (0, 0, −1) when it is level",
    },
    "base.orientation": {
      source: { kind: "bodyOrientation", body: "trunk" },
      description: "orientation of the trunk",
    },
    "base.yaw": {
      source: { kind: "derived" },
      unit: "rad",
      description: "heading of the trunk, 0 along +x",
      range: [-Math.PI, Math.PI],
    },
    "joint.position": {
      source: { kind: "jointPositions", joints },
      description: `angles of ${joints.join(", ")}`,
      range: [-2.8, 2.8],
    },
    "joint.offset": {
      source: { kind: "derived", size: 12 },
      unit: "rad",
      description: "angles of the same joints less those of the standing pose",
      range: [-1, 1],
    },
    "joint.velocity": {
      source: { kind: "jointVelocities", joints },
      description: "speeds of the same joints",
      range: [-15, 15],
    },
    "joint.torque": {
      source: { kind: "jointEfforts", joints },
      description: "torques of the same joints",
      range: [-24, 24],
    },
    ...Object.fromEntries(
      legs.flatMap((leg) => [
        [
          `${leg}Foot.airTime`,
          {
            source: { kind: "airTime", geom: `${leg}Foot` } as const,
            description: "time since the foot last touched, 0 while it touches",
            range: [0, 0.5] as [number, number],
          },
        ],
        [
          `${leg}Foot.contactTime`,
          {
            source: { kind: "contactTime", geom: `${leg}Foot` } as const,
            description: "time for which the foot has touched, 0 while it is in the air",
            range: [0, 0.5] as [number, number],
          },
        ],
      ]),
    ),
  },
  observation: [
    { signal: "base.linVel", scale: 2, noise: 0.05 },
    { signal: "base.angVel", scale: 0.25, noise: 0.1 },
    { signal: "base.gravity", noise: 0.02 },
    { signal: "base.yaw" },
    { signal: "command.speed" },
    { signal: "joint.offset", noise: 0.01 },
    { signal: "joint.velocity", scale: 0.05, noise: 0.5 },
    { signal: "action" },
  ],
  actions: joints.map((joint) => {
    const part = ["Hip", "Thigh", "Calf"].findIndex((suffix) => joint.endsWith(suffix));
    const leg = legs.find((name) => joint.startsWith(name)) as string;
    return {
      actuator: joint,
      scale: part === 0 ? 0.5 : 1,
      offset: stance[leg][part],
      description: `target angle of ${joint}, rad`,
    };
  }),
  reset: {
    keyframe: "stand",
    jointPosition: Object.fromEntries(joints.map((joint) => [joint, { uniform: [-0.1, 0.1] }])),
  },
  fitness: { aggregate: "mean", over: "episode", missing: 0, unit: "share of the speed's reward" },
  randomization: {
    friction: { distribution: { uniform: [0.4, 1.25] }, when: "startup" },
    payloadKg: { distribution: { uniform: [-1, 2] }, when: "startup" },
    "centerOfMassOffset.x": { distribution: { uniform: [-0.05, 0.05] }, when: "startup" },
    "centerOfMassOffset.y": { distribution: { uniform: [-0.03, 0.03] }, when: "startup" },
    motorStrength: { distribution: { uniform: [0.85, 1.15] } },
  },
  events: [{ kind: "push", body: "trunk", intervalSeconds: [3, 7], velocity: [0.5, 0.5, 0] }],
  steps: 2_000_000,
  searchSteps: 1_000_000,
  training: {
    numEnvs: 64,
    numStepsPerEnv: 64,
    randomize: true,
    ppo: {
      lr: 1e-3,
      lrMin: 5e-5,
      lrMax: 2e-3,
      desiredKl: 0.012,
      entropyCoef: 0.005,
      minibatchSize: 1024,
      numLearningEpochs: 5,
      boundCoef: 1e-3,
    },
    network: { actor: [128, 64], critic: [128, 64], initialLogStd: -1.6 },
  },
  transfer: {
    signals: Object.fromEntries(
      legs.map((leg) => [
        `${leg}Foot.slip`,
        {
          source: { kind: "slipSpeed", geom: `${leg}Foot` } as const,
          description: "speed of the foot over the ground while it touches",
        },
      ]),
    ),
    measures: {
      distance: { aggregate: "integral", unit: "m", description: "way along +x" },
      speed: { unit: "m/s", description: "mean speed along +x" },
      speedError: { unit: "m/s", description: "mean distance from the wanted speed" },
      drift: { aggregate: "last", unit: "m", description: "way off the line at the end" },
      torque: { unit: "N m", description: "mean torque of a joint, without its sign" },
      power: { unit: "W", description: "mechanical power of all joints, without its sign" },
      slip: { unit: "m/s", description: "mean speed of a foot over the ground while it touches" },
      jerk: { unit: "1/s", description: "mean rate at which an action changes" },
    },
    success: { measures: { speedError: [0, 0.5] } },
    // DrEureka's rule for its physics prior.
    loose: { measures: { speedError: [0, 1] } },
    // The column of people's ranges in DrEureka's table for this robot (Ma et al. 2024, appendix).
    humanRandomization: {
      friction: { distribution: { uniform: [0.05, 4.5] }, when: "startup" },
      restitution: { distribution: { uniform: [0, 1] }, when: "startup" },
      payloadKg: { distribution: { uniform: [-1, 3] }, when: "startup" },
      "centerOfMassOffset.x": { distribution: { uniform: [-0.1, 0.1] }, when: "startup" },
      "centerOfMassOffset.y": { distribution: { uniform: [-0.1, 0.1] }, when: "startup" },
      "centerOfMassOffset.z": { distribution: { uniform: [-0.1, 0.1] }, when: "startup" },
      motorStrength: {
        distribution: { uniform: [0.9, 1.1] },
        when: { intervalSeconds: [6, 6] },
      },
    },
    headline: "distance",
    smoothness: "jerk",
    exam: { seconds: 10, pass: 0.8 },
    safety:
      "The robot runs forward at exactly 2 m/s, heading straight on. It is a machine of 12 kg with legs that break: its trunk stays level and about 0.3 m high, the feet are set down rather than slammed, the legs move smoothly and keep clear of their end stops, and an action differs little from the one before.",
    caveats: [
      "Feet are rubber; floors may be carpet, dusty concrete or wet tiles.",
      "Motors have less torque at high speed and when they are hot, which is not simulated.",
      "Between a command and the torque lie a few milliseconds of bus and driver, which are not simulated.",
      "Battery and computer sit on the trunk where people mount them, and cables move.",
    ],
  },
  mirror: {
    joints: {
      frontRightHip: "-frontLeftHip",
      frontRightThigh: "frontLeftThigh",
      frontRightCalf: "frontLeftCalf",
      rearRightHip: "-rearLeftHip",
      rearRightThigh: "rearLeftThigh",
      rearRightCalf: "rearLeftCalf",
    },
    signals: {
      "base.yaw": [-1],
      "command.speed": [1],
      "joint.offset": { as: "joint.position" },
    },
  },
});
