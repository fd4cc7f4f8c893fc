/**
 * One interface, two engines: N copies of a robot stepped together, their state in flat typed
 * arrays `[env][dim]` made once. SI, z up, quaternions w x y z, world-frame velocities.
 * "Joints" below are the robot's hinge and slide joints in MJCF order; free bodies are those with a
 * free joint, the robot's floating base and loose objects (`freeBodies` in robot/).
 */
import type { RobotModel } from "../robot/model.js";
import type { Terrain } from "./terrain/declaration.js";

export const engineNames = ["rapier", "mujoco"] as const;
export type EngineName = (typeof engineNames)[number];

export interface SimulatorOptions {
  readonly robot: RobotModel;
  readonly numEnvs: number;
  /** Duration of one control step, s. */
  readonly controlDtSeconds: number;
  readonly physics: PhysicsProfile;
  /** Names of geoms whose net contact force is reported, in this order. */
  readonly contactGeoms: readonly string[];
  /** Takes the place of the robot file's ground plane. */
  readonly terrain?: Terrain | undefined;
}

/** How finely a control step is resolved. MuJoCo reads `substeps` alone: its solver runs until it has converged. */
export interface PhysicsProfile {
  /** Engine steps per control step (decimation). */
  readonly substeps: number;
  /** The same in MuJoCo; by default the above, or as many as make contacts work. */
  readonly mujocoSubsteps?: number | undefined;
  readonly solverIterations: number;
  /** Inner Gauss–Seidel iterations (Rapier). */
  readonly pgsIterations: number;
  /** Soft continuous collision detection distance, m; 0 is off (Rapier). */
  readonly softCcdMeters: number;
  /** Time in which a contact gives way and recovers, s; by default Rapier's own, in MuJoCo what the steps resolve. */
  readonly contactSeconds?: number | undefined;
}

/** Refreshed by every `step` and `reset`. All Float32Array, laid out `[env][...]`. */
export interface SimulatorState {
  /** [env][joint] rad or m; an unlimited hinge reads in (−π, π]. */
  readonly jointPosition: Float32Array;
  /** [env][joint] rad/s or m/s. */
  readonly jointVelocity: Float32Array;
  /** [env][joint] effort applied by the actuators over the last engine step, N m or N. */
  readonly jointEffort: Float32Array;
  /** [env][body][7] position then w x y z of each body frame, relative to the env's origin. */
  readonly bodyPose: Float32Array;
  /** [env][body][6] linear velocity of the body frame's origin, then angular velocity; world frame. */
  readonly bodyVelocity: Float32Array;
  /** [env][contact geom][3] net contact force on the geom, N, world frame, mean of the control step (Rapier: its normal part). */
  readonly contactForce: Float32Array;
}

/** A full initial state of one environment: joints in their order, free bodies in that of `freeBodies`. */
export interface ResetState {
  readonly jointPosition: Float32Array;
  readonly jointVelocity: Float32Array;
  /** [free body][7] pose: position, then w x y z. */
  readonly freePose: Float32Array;
  /** [free body][6] world velocity of the body's origin, then angular velocity. */
  readonly freeVelocity: Float32Array;
}

/**
 * Physics of one environment that may differ from the robot file: what each stands for is told in
 * `parameterFacts`. New ones go to the end: draws follow the order.
 */
export const parameterNames = [
  "massFactor",
  "objectMassFactor",
  "payloadKg",
  "centerOfMassOffset.x",
  "centerOfMassOffset.y",
  "centerOfMassOffset.z",
  "friction",
  "restitution",
  "gravityScale",
  "kpFactor",
  "kdFactor",
  "motorStrength",
  "jointDampingFactor",
  "armatureFactor",
  "motorOffset",
  "jointStiffness",
  "jointDamping",
  "jointFriction",
  "armature",
  "gravityOffset.x",
  "gravityOffset.y",
  "gravityOffset.z",
  "objectCenterOfMassOffset.x",
  "objectCenterOfMassOffset.y",
  "objectCenterOfMassOffset.z",
  "objectFriction",
  "objectRestitution",
  "objectSizeFactor",
  "objectDrag",
  "groundFriction",
  "groundRestitution",
] as const;
export type ParameterName = (typeof parameterNames)[number];

export interface Simulator {
  readonly engine: EngineName;
  readonly robot: RobotModel;
  readonly numEnvs: number;
  /** Names of the hinge and slide joints in the order of the joint arrays. */
  readonly jointNames: readonly string[];
  readonly state: SimulatorState;
  /**
   * [env][actuator] the control of each actuator (N or N m × gear for a motor, rad or m for a
   * position actuator, rad/s or m/s for a velocity actuator); read at every `step`.
   */
  readonly controls: Float32Array;
  /** Advances every environment by one control step. */
  step(): void;
  /**
   * Where one environment's origin stands in the world, m, from its next reset on: what it starts
   * from and all its positions are relative to it. Only on terrain does it matter.
   */
  setOrigin(env: number, x: number, y: number, z: number): void;
  /** Puts one environment into a state and leaves the others alone. */
  reset(env: number, initial: ResetState): void;
  /** Sets one parameter of one environment; takes effect at the next step. Payload and centre act on the base (the robot's first moving body). */
  setParameter(env: number, name: ParameterName, value: number): void;
  /**
   * Adds a world-frame velocity to a body of one environment (a push), m/s. What floats is pushed as a
   * whole; a part of what hangs on the world gets the impulse, which its joints then share.
   */
  push(env: number, body: number, velocity: readonly [number, number, number]): void;
  /**
   * Pulls at a body of one environment during the next step: a world-frame force, N, at a point
   * relative to the env's origin, m. Several add up; what is fixed to the world stays.
   */
  pull(
    env: number,
    body: number,
    force: readonly [number, number, number],
    point: readonly [number, number, number],
  ): void;
  /**
   * Adds to `contacts` where bodies of an environment touch anything now and what pushes them there
   * (Rapier: its normal part), as far as there is room. Both bodies of a pair have an entry.
   */
  readContacts(env: number, contacts: ContactPoints): void;
  /** The whole state as bytes; `load` continues bit for bit as the saved one would have. */
  save(): Uint8Array;
  load(snapshot: Uint8Array): void;
  dispose(): void;
  /** What the engine tells about its own honesty; absent where a back end cannot. */
  readonly watch?: SimulatorWatch;
}

/** Points where something touches; the first `count` entries are valid. */
export interface ContactPoints {
  count: number;
  /** [contact] */
  readonly env: Uint16Array;
  /** [contact] index of the body that is pushed. */
  readonly body: Uint16Array;
  /** [contact][3] relative to the env's origin, m. */
  readonly point: Float32Array;
  /** [contact][3] force on the body, N, world frame. */
  readonly force: Float32Array;
}

/** Read on the present state of one environment, for some environments in every control step. */
export interface SimulatorWatch {
  /** Kinetic, gravitational and spring energy of all that moves, as the engine integrates it, J. */
  energyJoules(env: number): number;
  /** Largest distance between the two anchors of a joint or closed loop, m; 0 in joint coordinates. */
  anchorErrorMeters(env: number): number;
  /** Deepest contact, m; 0 where nothing touches. */
  penetrationMeters(env: number): number;
}
