/**
 * The neutral robot: what both engines are built from. Produced by the MJCF/URDF compiler,
 * kept as small JSON. SI units, z up, quaternions w x y z, poses at qpos0 (all joint values
 * zero unless a joint has a reference), every list in the order of the compiled file.
 */
import { z } from "zod";

const vector3 = z.tuple([z.number(), z.number(), z.number()]);
const quaternion = z.tuple([z.number(), z.number(), z.number(), z.number()]);

/** A rigid part. `parent` is an index into `bodies`, or -1 for the world. */
const body = z.object({
  name: z.string(),
  parent: z.int(),
  /** Pose in the parent's frame (in the world's for parent -1), m. */
  position: vector3,
  orientation: quaternion,
  massKg: z.number(),
  /** Centre of mass in the body frame, m. */
  centerOfMass: vector3,
  /** Principal moments about the centre of mass, kg m², and the axes they refer to. */
  inertia: vector3,
  inertiaOrientation: quaternion,
});

/** A joint between `body` and its parent. Free joints carry no axis, range or losses. */
const joint = z.object({
  name: z.string(),
  kind: z.enum(["hinge", "slide", "ball", "free"]),
  body: z.int(),
  /** Anchor and unit axis in the body frame. */
  anchor: vector3,
  axis: vector3,
  /** rad or m; null when unlimited. */
  range: z.tuple([z.number(), z.number()]).nullable(),
  /** N m s/rad or N s/m. */
  damping: z.number(),
  /** Rotor inertia reflected to the joint, kg m² or kg. */
  armature: z.number(),
  /** Dry friction, N m or N. */
  frictionLoss: z.number(),
  /** Passive spring, N m/rad or N/m, and its rest position. */
  stiffness: z.number(),
  springReference: z.number(),
  /** The joint's value in the file's pose (MJCF `ref`); absent is 0. */
  reference: z.number().optional(),
});

/** A shape. `body` -1 is fixed to the world. Capsules and cylinders lie along their z axis. */
const geom = z.object({
  name: z.string(),
  body: z.int(),
  shape: z.enum(["plane", "sphere", "capsule", "cylinder", "box", "mesh"]),
  /** sphere [r]; capsule and cylinder [r, half length]; box half sizes; plane half sizes (0 = infinite); mesh []. */
  size: z.array(z.number()),
  position: vector3,
  orientation: quaternion,
  /** Sliding friction coefficient. */
  friction: z.number(),
  /** MuJoCo's collision bits; two geoms may touch when (ct1 & ca2) || (ct2 & ca1). */
  contype: z.int(),
  conaffinity: z.int(),
  rgba: quaternion,
  /** Convex hull points of a mesh, flat x y z, m. */
  vertices: z.array(z.number()).optional(),
});

/**
 * What a control drives, as an effort at the joint. Motor: gear × control. Position: PD,
 * kp (control / gear − q) − kv q̇. Velocity: kv (control / gear − q̇).
 */
const actuator = z.object({
  name: z.string(),
  /** Index into `joints`. */
  joint: z.int(),
  kind: z.enum(["motor", "position", "velocity"]),
  gear: z.number(),
  /** Gains; 0 for a motor. */
  kp: z.number(),
  kv: z.number(),
  controlRange: z.tuple([z.number(), z.number()]).nullable(),
  /** Effort limits at the joint, N m or N. */
  effortRange: z.tuple([z.number(), z.number()]).nullable(),
});

const site = z.object({
  name: z.string(),
  body: z.int(),
  position: vector3,
  orientation: quaternion,
});

/** A named state. Joint values by joint order; a free joint takes x y z qw qx qy qz. */
const keyframe = z.object({
  name: z.string(),
  qpos: z.array(z.number()),
  ctrl: z.array(z.number()),
});

export const robotModelSchema = z.object({
  format: z.literal(1),
  name: z.string(),
  /** m/s². */
  gravity: vector3,
  bodies: z.array(body),
  joints: z.array(joint),
  geoms: z.array(geom),
  actuators: z.array(actuator),
  sites: z.array(site),
  keyframes: z.array(keyframe),
  /** Pairs of body indices that never touch, beside parent and child. */
  excludedPairs: z.array(z.tuple([z.int(), z.int()])),
  /** What the file holds beside the above and this program leaves out, each with why or what instead. */
  ignored: z.array(z.string()).optional(),
});

export type RobotModel = z.infer<typeof robotModelSchema>;
export type Body = RobotModel["bodies"][number];
export type Joint = RobotModel["joints"][number];
export type Geom = RobotModel["geoms"][number];
export type Actuator = RobotModel["actuators"][number];
export type Keyframe = RobotModel["keyframes"][number];
