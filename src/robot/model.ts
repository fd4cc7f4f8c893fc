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
  /** Share of its weight that something unseen carries: 0 none, 1 all of it (a balanced arm). */
  gravityCompensation: z.number().default(0),
});

/**
 * A joint between `body` and its parent. A body may hang on several hinges and slides: the first in
 * the list is nearest to the parent, each later one moves with those before it. Free joints carry no
 * axis, range or losses.
 */
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

/** What an actuator's effort acts on. */
const transmission = z.discriminatedUnion("kind", [
  /** Index into `joints`. */
  z.object({ kind: z.literal("joint"), joint: z.int() }),
  /** Index into `tendons`: each joint of it gets its coefficient times the effort. */
  z.object({ kind: z.literal("tendon"), tendon: z.int() }),
  /** Index into `sites`: force and torque on its body per unit of effort, in the site's frame, acting there. */
  z.object({ kind: z.literal("site"), site: z.int(), force: vector3, torque: vector3 }),
]);

/**
 * What a control drives, as an effort e; q is the joint's value or the tendon's length. Motor:
 * e = gear × control. Position: PD, kp (control / gear − q) − kv q̇. Velocity: kv (control / gear − q̇).
 * On a site there are motors only.
 */
const actuator = z.object({
  name: z.string(),
  transmission,
  kind: z.enum(["motor", "position", "velocity"]),
  gear: z.number(),
  /** Gains; 0 for a motor. */
  kp: z.number(),
  kv: z.number(),
  controlRange: z.tuple([z.number(), z.number()]).nullable(),
  /** Limits of the effort, N m or N. */
  effortRange: z.tuple([z.number(), z.number()]).nullable(),
});

/** A fixed tendon: length = Σ coefficient × joint value, over hinges and slides. */
const tendon = z.object({
  name: z.string(),
  joints: z.array(z.object({ joint: z.int(), coefficient: z.number() })).min(1),
  /** Limits of the length; null when unlimited. */
  range: z.tuple([z.number(), z.number()]).nullable(),
});

/** A constraint beside the joints. Body index −1 is the world. */
const equality = z.discriminatedUnion("kind", [
  /** A point of body 1 stays on a point of body 2, each in its body's frame: a ball joint that closes a loop. */
  z.object({
    kind: z.literal("connect"),
    name: z.string(),
    body1: z.int(),
    body2: z.int(),
    anchor1: vector3,
    anchor2: vector3,
  }),
  /** Body 2 stays at a pose in body 1's frame. */
  z.object({
    kind: z.literal("weld"),
    name: z.string(),
    body1: z.int(),
    body2: z.int(),
    position: vector3,
    orientation: quaternion,
  }),
  /** q₁ − r₁ = offset + ratio (q₂ − r₂), r the joints' references. Joint 2 is −1 where joint 1 is held still. */
  z.object({
    kind: z.literal("joint"),
    name: z.string(),
    joint1: z.int(),
    joint2: z.int(),
    offset: z.number(),
    ratio: z.number(),
  }),
]);

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

/** Two geoms that may touch and stand deep inside each other in a keyframe, or in the file's own pose (null). */
const overlap = z.object({
  keyframe: z.string().nullable(),
  geom1: z.int(),
  geom2: z.int(),
  depthMeters: z.number(),
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
  tendons: z.array(tendon).default([]),
  equalities: z.array(equality).default([]),
  sites: z.array(site),
  keyframes: z.array(keyframe),
  /** Pairs of body indices that never touch, beside parent and child. */
  excludedPairs: z.array(z.tuple([z.int(), z.int()])),
  overlaps: z.array(overlap).optional(),
  /** What the file holds beside the above and this program leaves out, each with why or what instead. */
  ignored: z.array(z.string()).optional(),
});

export type RobotModel = z.infer<typeof robotModelSchema>;
export type Body = RobotModel["bodies"][number];
export type Joint = RobotModel["joints"][number];
export type Geom = RobotModel["geoms"][number];
export type Actuator = RobotModel["actuators"][number];
export type Tendon = RobotModel["tendons"][number];
export type Equality = RobotModel["equalities"][number];
export type Overlap = NonNullable<RobotModel["overlaps"]>[number];
export type Keyframe = RobotModel["keyframes"][number];
