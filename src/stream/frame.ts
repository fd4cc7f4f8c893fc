/**
 * One control step of a roll-out: what live evaluation produces, the codec packs, a recording keeps
 * and the page unpacks. SI, z up, quaternions w x y z, positions relative to the environment's origin.
 */

/** Lengths that never change between two `model` messages. */
export interface RolloutShape {
  readonly numEnvs: number;
  readonly numBodies: number;
  readonly numTerms: number;
  readonly observationDim: number;
  readonly actionDim: number;
  /** Hinge and slide joints, as in `Simulator.jointNames`. */
  readonly numJoints: number;
  /** Columns of the signal table. */
  readonly numSignals: number;
  /** World parameters, as listed in the `model` message. */
  readonly numParameters: number;
}

/** What happened to an environment in this step: bits of `RolloutFrame.flags`. */
export const envFlag = {
  /** A termination of the task ended the last episode. */
  fell: 1,
  timeOut: 2,
  /** The engine lost its way: no numbers, or impossible speeds. */
  nonFinite: 4,
  pushed: 8,
} as const;

/** Points where something touches in this step; the first `count` entries are valid. */
export interface RolloutContacts {
  count: number;
  /** [contact] */
  readonly env: Uint16Array;
  /** [contact] body index. */
  readonly body: Uint16Array;
  /** [contact][3] m. */
  readonly point: Float32Array;
  /** [contact][3] force on the body, N, world frame. */
  readonly force: Float32Array;
}

/** Arrays are made once by `createFrame` and overwritten in place at every step. */
export interface RolloutFrame {
  /** Counts control steps since the roll-out began; never falls, not even at a reset. uint32. */
  sequence: number;
  /** Simulated time since the roll-out began, s; it runs on over resets. */
  simTimeSeconds: number;
  paused: boolean;
  /** The model the arrays belong to: `number` of the `model` message. uint16. */
  model: number;
  readonly shape: RolloutShape;
  /** [env] bits of `envFlag`. */
  readonly flags: Uint8Array;
  /** [env] episodes begun so far; poses of two different episodes are never interpolated. */
  readonly episode: Uint16Array;
  /** [env] control steps since the episode began. */
  readonly episodeSteps: Uint32Array;
  /** [env] reward summed since the episode began. */
  readonly episodeReturn: Float32Array;
  /** [env][body][7] position, then w x y z of each body frame. */
  readonly poses: Float32Array;
  /** [env] reward of this step. */
  readonly totals: Float32Array;
  /** [env][term] weighted values of this step, as in the reflection table. */
  readonly terms: Float32Array;
  /** [env][observationDim] what the policy saw before it acted. */
  readonly observations: Float32Array;
  /** [env][actionDim] clipped to ±1. */
  readonly actions: Float32Array;
  /** [env][joint] rad or m; rad/s or m/s; N m or N. */
  readonly jointPosition: Float32Array;
  readonly jointVelocity: Float32Array;
  readonly jointEffort: Float32Array;
  /** [env][column] the signal table. */
  readonly signals: Float32Array;
  readonly contacts: RolloutContacts;
  /** Grows by one whenever `parameters` or `origins` changed; uint32. */
  worldVersion: number;
  /** [env][parameter] NaN: as in the robot file. */
  readonly parameters: Float32Array;
  /** [env][3] where the environment's origin stands in the world, m; 0 but on terrain. */
  readonly origins: Float32Array;
}

export function createFrame(shape: RolloutShape, maxContacts = 16 * shape.numEnvs): RolloutFrame {
  const { numEnvs } = shape;
  const perEnv = (width: number) => new Float32Array(numEnvs * width);
  return {
    sequence: 0,
    simTimeSeconds: 0,
    paused: false,
    model: 0,
    shape,
    flags: new Uint8Array(numEnvs),
    episode: new Uint16Array(numEnvs),
    episodeSteps: new Uint32Array(numEnvs),
    episodeReturn: perEnv(1),
    poses: perEnv(7 * shape.numBodies),
    totals: perEnv(1),
    terms: perEnv(shape.numTerms),
    observations: perEnv(shape.observationDim),
    actions: perEnv(shape.actionDim),
    jointPosition: perEnv(shape.numJoints),
    jointVelocity: perEnv(shape.numJoints),
    jointEffort: perEnv(shape.numJoints),
    signals: perEnv(shape.numSignals),
    contacts: {
      count: 0,
      env: new Uint16Array(maxContacts),
      body: new Uint16Array(maxContacts),
      point: new Float32Array(3 * maxContacts),
      force: new Float32Array(3 * maxContacts),
    },
    worldVersion: 0,
    parameters: perEnv(shape.numParameters),
    origins: perEnv(3),
  };
}
