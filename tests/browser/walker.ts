/**
 * A four-legged robot that walks by sines: a roll-out for tests of the page, with every channel and
 * without physics. The same time gives the same frame.
 */
import { quaternionFromAxisAngle, rotateVector } from "../../src/core/quaternion.js";
import { createFrame, envFlag, type RolloutFrame } from "../../src/stream/frame.js";
import { type RolloutModel, shapeOfModel } from "../../src/stream/rollout-model.js";

const rewardCode = `/** Walk on, stay up, spend little. */
export function reward(s: State): Terms {
  const fell = s.torso.height < 0.2;
  const speed = s.torso.linVel[0];
  return {
    progress: 2 * clamp(speed / 1.2, 0, 1),
    alive: fell ? 0 : 0.5,
    upright: 0.4 * s.torso.up,
    effort: -0.06 * sumOfSquares(s.action),
    swing: -0.1 * sum(s.joint.speed.map(Math.abs)),
    fall: fell ? -2 : 0,
  };
}
`;

const legs = ["front_left", "front_right", "rear_left", "rear_right"];
const half = [0.24, 0.12];
const upper = 0.2;
const lower = 0.2;

export function walkerModel(numEnvs: number, number = 1): RolloutModel {
  const vector = (x: number, y: number, z: number) => [x, y, z] as [number, number, number];
  const body = (name: string, parent: number, massKg: number) => ({
    name,
    parent,
    massKg,
    centerOfMass: vector(0, 0, 0),
  });
  const joint = (name: string, bodyIndex: number) => ({
    name,
    kind: "hinge" as const,
    body: bodyIndex,
    anchor: vector(0, 0, 0),
    axis: vector(0, 1, 0),
    range: [-1.2, 1.2] as [number, number],
  });
  const geom = (
    name: string,
    bodyIndex: number,
    shape: "plane" | "sphere" | "capsule" | "box",
    size: number[],
    position: [number, number, number],
    rgb: readonly [number, number, number],
  ) => ({
    name,
    body: bodyIndex,
    shape,
    size,
    position,
    orientation: [1, 0, 0, 0] as [number, number, number, number],
    contype: 1,
    conaffinity: 1,
    rgba: [...rgb, 1] as [number, number, number, number],
  });
  const dark = [0.2, 0.23, 0.28] as const;
  const orange = [0.91, 0.52, 0.23] as const;
  const pale = [0.75, 0.78, 0.82] as const;
  return {
    number,
    task: "walker",
    numEnvs,
    controlDtSeconds: 0.02,
    maxEpisodeSteps: 400,
    robot: {
      name: "walker",
      bodies: [
        body("torso", -1, 6),
        ...legs.flatMap((leg, i) => [
          body(`${leg}_thigh`, 0, 0.8),
          body(`${leg}_shank`, 1 + 2 * i, 0.4),
        ]),
      ],
      joints: [
        {
          ...joint("root", 0),
          kind: "free",
          range: null,
        },
        ...legs.flatMap((leg, i) => [
          joint(`${leg}_hip`, 1 + 2 * i),
          joint(`${leg}_knee`, 2 + 2 * i),
        ]),
      ],
      geoms: [
        geom("floor", -1, "plane", [0, 0, 1], [0, 0, 0], pale),
        geom("torso", 0, "box", [0.3, 0.1, 0.06], [0, 0, 0], orange),
        geom("head", 0, "box", [0.07, 0.07, 0.05], [0.36, 0, 0.05], dark),
        ...legs.flatMap((leg, i) => [
          geom(`${leg}_thigh`, 1 + 2 * i, "capsule", [0.035, upper / 2], [0, 0, -upper / 2], dark),
          geom(`${leg}_shank`, 2 + 2 * i, "capsule", [0.025, lower / 2], [0, 0, -lower / 2], pale),
          geom(`${leg}_foot`, 2 + 2 * i, "sphere", [0.035], [0, 0, -lower], dark),
        ]),
      ],
    },
    baseBody: 0,
    terrain: null,
    terms: ["progress", "alive", "upright", "effort", "swing", "fall"].map((name, i) => ({
      name,
      line: 6 + i,
    })),
    rewardCode,
    signals: [
      signal("torso.linVel", 0, 3, "m/s", "world", "velocity of the torso"),
      signal("torso.height", 3, 1, "m", null, "height of the torso over the ground"),
      signal("command", 4, 2, "m/s, rad/s", "body", "wanted speed ahead and rate of turn"),
    ],
    observationNames: [
      ...["x", "y", "z"].map((axis) => `torso.linVel.${axis}`),
      "torso.height",
      ...legs.flatMap((leg) => [`${leg}_hip.pos`, `${leg}_knee.pos`]),
      ...legs.flatMap((leg) => [`${leg}_hip.vel`, `${leg}_knee.vel`]),
    ],
    actionNames: legs.flatMap((leg) => [`${leg}_hip`, `${leg}_knee`]),
    jointNames: legs.flatMap((leg) => [`${leg}_hip`, `${leg}_knee`]),
    parameters: [
      parameter("gravityScale", "×", 1, [0, 2], null),
      parameter("friction", "", 0.8, [0, 2], [0.5, 1.2]),
      parameter("payloadKg", "kg", 0, [-2, 8], [-1, 2]),
      parameter("motorStrength", "×", 1, [0, 1.5], [0.9, 1.1]),
      parameter("latency", "ms", 0, [0, 80], [0, 20]),
    ],
    commands: [
      { name: "speed ahead", unit: "m/s", range: [-1, 1.5] },
      { name: "turn", unit: "rad/s", range: [-1, 1] },
    ],
    fitnessUnit: "m/s",
  };
}

function signal(
  name: string,
  offset: number,
  size: number,
  unit: string,
  frame: string | null,
  description: string,
) {
  return { name, offset, size, unit, frame, description, range: null };
}

function parameter(
  name: string,
  unit: string,
  nominal: number,
  [min, max]: [number, number],
  trainedRange: [number, number] | null,
) {
  return { name, unit, nominal, min, max, trainedRange };
}

/** Steps a frame of `walkerModel` on; `push` knocks environment 0 over. */
export class Walker {
  readonly frame: RolloutFrame;
  private readonly model: RolloutModel;
  private readonly startedAt: Float64Array;

  private readonly firstSequence: number;

  constructor(model: RolloutModel, firstSequence = 0) {
    this.model = model;
    this.firstSequence = firstSequence;
    this.frame = createFrame(shapeOfModel(model));
    this.frame.model = model.number;
    this.frame.sequence = firstSequence;
    this.startedAt = new Float64Array(model.numEnvs);
    const { parameters, origins } = this.frame;
    this.frame.worldVersion = 1;
    origins.fill(0);
    for (let env = 0; env < model.numEnvs; env++) {
      model.parameters.forEach(({ nominal, trainedRange }, p) => {
        const [low, high] = trainedRange ?? [nominal!, nominal!];
        const share = ((env * 7 + p * 3) % model.numEnvs) / Math.max(1, model.numEnvs - 1);
        parameters[env * model.parameters.length + p] = low + share * (high - low);
      });
    }
  }

  /** Ends the episode of an environment as a fall in the next step. */
  push(env: number): void {
    this.startedAt[env] = Number.NEGATIVE_INFINITY;
  }

  reset(): void {
    this.startedAt.fill(Number.NEGATIVE_INFINITY);
  }

  step(): void {
    const { frame, model } = this;
    frame.sequence++;
    frame.simTimeSeconds = (frame.sequence - this.firstSequence) * model.controlDtSeconds;
    frame.contacts.count = 0;
    for (let env = 0; env < model.numEnvs; env++) this.stepEnv(env);
  }

  private stepEnv(env: number): void {
    const { frame } = this;
    const { numBodies, numTerms, observationDim, numSignals } = frame.shape;
    const episodeSeconds = 3.5 + ((env * 1.7) % 4.5);
    let t = frame.simTimeSeconds - this.startedAt[env];
    frame.flags[env] = 0;
    if (t > episodeSeconds) {
      const fell = !Number.isFinite(t) || env % 3 === 1;
      this.startedAt[env] = frame.simTimeSeconds;
      frame.flags[env] = fell ? envFlag.fell | envFlag.pushed : envFlag.timeOut;
      frame.episode[env]++;
      frame.episodeSteps[env] = 0;
      frame.episodeReturn[env] = 0;
      t = 0;
    }
    frame.episodeSteps[env]++;
    const pace = 0.6 + 0.6 * (((env * 5) % 7) / 6);
    const turn = 0.25 * Math.sin(env * 2.1 + 0.4);
    const heading = turn * t;
    const x = (pace / turn) * Math.sin(heading);
    const y = (pace / turn) * (1 - Math.cos(heading));
    const phase = 2 * Math.PI * 1.6 * t + env;
    const z = 0.37 + 0.012 * Math.cos(2 * phase);
    const { poses } = frame;
    const at = 7 * numBodies * env;
    const put = (body: number, place: readonly number[], pitch: number) => {
      poses.set(place, at + 7 * body);
      const yaw = [0, 0, 0, 0];
      const about = [0, 0, 0, 0];
      quaternionFromAxisAngle(yaw, 0, [0, 0, 1], 0, heading);
      quaternionFromAxisAngle(about, 0, [0, 1, 0], 0, pitch);
      const [aw, ax, ay, az] = yaw;
      const [bw, bx, by, bz] = about;
      poses.set(
        [
          aw * bw - ax * bx - ay * by - az * bz,
          aw * bx + ax * bw + ay * bz - az * by,
          aw * by - ax * bz + ay * bw + az * bx,
          aw * bz + ax * by - ay * bx + az * bw,
        ],
        at + 7 * body + 3,
      );
    };
    put(0, [x, y, z], 0.04 * Math.sin(phase));
    legs.forEach((_, leg) => {
      const swing = phase + (leg === 0 || leg === 3 ? 0 : Math.PI);
      const hip = 0.55 * Math.sin(swing) + 0.25;
      const knee = -0.5 - 0.45 * Math.max(0, Math.cos(swing));
      const mount = [leg < 2 ? half[0] : -half[0], leg % 2 === 0 ? half[1] : -half[1], -0.02];
      const place = turned(mount, heading, 0);
      const thigh = [x + place[0], y + place[1], z + place[2]];
      put(1 + 2 * leg, thigh, hip);
      const end = turned([0, 0, -upper], heading, hip);
      const shank = [thigh[0] + end[0], thigh[1] + end[1], thigh[2] + end[2]];
      put(2 + 2 * leg, shank, hip + knee);
      const j = env * frame.shape.numJoints + 2 * leg;
      frame.jointPosition[j] = hip;
      frame.jointPosition[j + 1] = knee;
      frame.jointVelocity[j] = 5.5 * Math.cos(swing);
      frame.jointVelocity[j + 1] = 4.5 * Math.sin(swing);
      frame.jointEffort[j] = 8 * Math.sin(swing + 0.6);
      frame.jointEffort[j + 1] = 5 * Math.cos(swing);
      frame.actions[j] = 0.7 * Math.sin(swing + 0.4);
      frame.actions[j + 1] = 0.5 * Math.cos(swing + 0.4);
      frame.observations[env * observationDim + 4 + 2 * leg] = hip;
      frame.observations[env * observationDim + 5 + 2 * leg] = knee;
      if (Math.cos(swing) < 0.2) this.touch(env, 2 + 2 * leg, shank, heading, hip + knee, swing);
    });
    const speed = pace * (1 + 0.2 * Math.sin(2 * phase));
    frame.observations.set([speed, 0, 0.1 * Math.sin(phase), z], env * observationDim);
    frame.signals.set([speed, turn * speed, 0, z, pace, turn], env * numSignals);
    const values = [
      2 * Math.min(1, speed / 1.2),
      0.5,
      0.4 * Math.cos(0.1 * Math.sin(phase)),
      -0.12 * (1 + Math.sin(3 * phase) ** 2),
      -0.3 * Math.abs(Math.cos(phase)),
      (frame.flags[env] & envFlag.fell) !== 0 ? -2 : 0,
    ];
    frame.terms.set(values, env * numTerms);
    const total = values.reduce((sum, value) => sum + value, 0);
    frame.totals[env] = total;
    frame.episodeReturn[env] += total;
  }

  private touch(
    env: number,
    body: number,
    shank: number[],
    heading: number,
    pitch: number,
    swing: number,
  ): void {
    const { contacts } = this.frame;
    const foot = turned([0, 0, -lower], heading, pitch);
    const i = contacts.count++;
    contacts.env[i] = env;
    contacts.body[i] = body;
    contacts.point.set([shank[0] + foot[0], shank[1] + foot[1], 0], 3 * i);
    contacts.force.set([6 * Math.sin(swing), 0, 38 + 10 * Math.cos(swing)], 3 * i);
  }
}

/** A vector pitched about y, then turned about z. */
function turned(vector: readonly number[], heading: number, pitch: number): number[] {
  const out = [...vector];
  const q = [0, 0, 0, 0];
  quaternionFromAxisAngle(q, 0, [0, 1, 0], 0, pitch);
  rotateVector(out, 0, q, 0, out, 0);
  quaternionFromAxisAngle(q, 0, [0, 0, 1], 0, heading);
  rotateVector(out, 0, q, 0, out, 0);
  return out;
}
