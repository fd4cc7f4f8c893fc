/** A RobotModel N times in one Rapier world. */
import {
  ActiveHooks,
  Ball,
  Capsule,
  CoefficientCombineRule,
  type Collider,
  ColliderDesc,
  Cuboid,
  Cylinder,
  JointData,
  MotorModel,
  type RigidBody,
  RigidBodyDesc,
  type Shape,
  type UnitImpulseJoint,
  World,
} from "@dimforge/rapier3d";
import { RewardsmithError } from "../../core/errors.js";
import { multiplyQuaternions } from "../../core/quaternion.js";
import type { Geom } from "../../robot/model.js";
import type { Articulation, Member, Quaternion, Vector3 } from "../articulation.js";
import { sum, turned } from "../articulation.js";
import type { CollisionFilter } from "../collision-filter.js";
import type { SimulatorOptions } from "../simulator.js";
import { groundGeom } from "../terrain/ground.js";
import { buildHeightField } from "../terrain/tiles.js";
import { xyz, xyzw } from "./convert.js";
import { terrainColliders } from "./terrain-colliders.js";

/** Handles into a world, valid for every world restored from its snapshots. */
export interface WorldHandles {
  /** [env][link] rigid bodies. */
  readonly links: Float64Array;
  /** [env][joint] impulse joints. */
  readonly joints: Float64Array;
  /** [env][collider of a moving link], and the geom of each. */
  readonly colliders: Float64Array;
  readonly colliderGeom: readonly number[];
  /** Colliders of the world's own geoms, shared by all environments, and the geom of each. */
  readonly fixedColliders: Float64Array;
  readonly fixedGeom: readonly number[];
  /** What moving colliders may touch, where that is one collider for all: the plain ground. */
  readonly onlyPartner: number | undefined;
  /** The collider that is terrain's height field; NaN where there is none. */
  readonly sheet: number;
  /**
   * Friction of the world's geoms where all have the same: it is folded into the moving ones, which
   * then decide their contacts with the world alone.
   */
  readonly sharedFriction: number | undefined;
  /** [env][3] where each environment's origin stands. */
  readonly origins: Float64Array;
}

/** Half size of the box that stands for an endless plane, m. */
const planeHalfSize = 500;
const everyGroup = 0xffff;

export function buildWorld(
  options: SimulatorOptions,
  articulation: Articulation,
  filter: CollisionFilter,
): { world: World; handles: WorldHandles } {
  const { robot, numEnvs, physics } = options;
  const world = new World(xyz(robot.gravity));
  world.timestep = options.controlDtSeconds / physics.substeps;
  world.numSolverIterations = physics.solverIterations;
  world.numInternalPgsIterations = physics.pgsIterations;
  world.maxCcdSubsteps = 0;
  if (physics.contactSeconds !== undefined) {
    // A critically damped contact of MuJoCo's time constant τ swings at 1 / τ rad/s.
    world.integrationParameters.contact_natural_frequency =
      1 / (2 * Math.PI * physics.contactSeconds);
  }

  const { links, joints } = articulation;
  const moving = robot.geoms.flatMap((geom, g) => (isMoving(geom, articulation) ? [g] : []));
  const fixed = robot.geoms.flatMap((geom, g) => (isMoving(geom, articulation) ? [] : [g]));
  const colliding = (geom: number) => filter.group[geom] >= 0;
  const colliderGeom = moving.filter(colliding);
  const fixedGeom = fixed.filter(colliding);
  const origins = layOut(options, articulation, filter);
  const sharedFriction = groundFriction(robot.geoms, fixedGeom);
  const handles: WorldHandles = {
    links: new Float64Array(numEnvs * links.length),
    joints: new Float64Array(numEnvs * joints.length),
    colliders: new Float64Array(numEnvs * colliderGeom.length),
    colliderGeom,
    fixedColliders: new Float64Array(0),
    fixedGeom: [],
    onlyPartner: undefined,
    sheet: Number.NaN,
    sharedFriction,
    origins,
  };

  const ground = world.createRigidBody(RigidBodyDesc.fixed());
  const fixedHandles: number[] = [];
  const fixedOwners: number[] = [];
  const keepFixed = (collider: Collider, geom: number) => {
    if (sharedFriction !== undefined) collider.setFriction(0);
    fixedHandles.push(collider.handle);
    fixedOwners.push(geom);
  };
  const addFixed = (geom: number, origin: Vector3) => {
    const pose = placed(robot.geoms[geom], bodyPose(robot.geoms[geom], articulation), origin);
    keepFixed(addCollider(world, ground, robot.geoms[geom], pose, filter, geom), geom);
  };
  const replaced = options.terrain ? groundGeom(robot) : -1;
  let sheet = Number.NaN;
  // A plane has no end, and where environments share one origin so do their fixed geoms.
  for (const geom of fixedGeom) {
    if (geom === replaced && options.terrain) {
      const made = terrainColliders(buildHeightField(options.terrain)).map((desc) =>
        world.createCollider(touching(desc, robot.geoms[geom], filter, geom), ground),
      );
      for (const collider of made) keepFixed(collider, geom);
      sheet = made[0].handle;
    } else if (robot.geoms[geom].shape === "plane" || !filter.selfCollision) {
      addFixed(geom, [0, 0, 0]);
    }
  }

  for (let env = 0; env < numEnvs; env++) {
    const origin: Vector3 = [origins[3 * env], origins[3 * env + 1], origins[3 * env + 2]];
    if (filter.selfCollision) {
      for (const geom of fixedGeom) if (robot.geoms[geom].shape !== "plane") addFixed(geom, origin);
    }
    const bodies: RigidBody[] = links.map((link) => {
      const desc = RigidBodyDesc.dynamic().setCanSleep(false);
      desc.setTranslation(...sum(link.origin, origin));
      if (physics.softCcdMeters > 0) desc.setSoftCcdPrediction(physics.softCcdMeters);
      return world.createRigidBody(desc);
    });
    bodies.forEach((body, l) => {
      handles.links[env * links.length + l] = body.handle;
    });
    colliderGeom.forEach((geom, c) => {
      const { body } = robot.geoms[geom];
      const link = articulation.linkOfBody[body];
      const member = links[link].members.find((candidate) => candidate.body === body)!;
      const pose = placed(robot.geoms[geom], member, [0, 0, 0]);
      const collider = addCollider(world, bodies[link], robot.geoms[geom], pose, filter, geom);
      collider.setFriction(Math.max(robot.geoms[geom].friction, sharedFriction ?? 0));
      handles.colliders[env * colliderGeom.length + c] = collider.handle;
    });
    joints.forEach((joint, j) => {
      const parent = links[joint.link].parent;
      const anchor = parent < 0 ? sum(joint.anchorInParent, origin) : joint.anchorInParent;
      const make = joint.slide ? JointData.prismatic : JointData.revolute;
      const made = world.createImpulseJoint(
        make(xyz(anchor), xyz(joint.anchorInLink), xyz(joint.axis)),
        parent < 0 ? ground : bodies[parent],
        bodies[joint.link],
        true,
      ) as UnitImpulseJoint;
      made.configureMotorModel(MotorModel.ForceBased);
      // Who may touch is the filter's business.
      made.setContactsEnabled(true);
      if (joint.model.range !== null) {
        const [low, high] = joint.model.range;
        made.setLimits(low - joint.reference, high - joint.reference);
      }
      handles.joints[env * joints.length + j] = made.handle;
    });
    const bodyOf = (link: number) => (link < 0 ? ground : bodies[link]);
    for (const { weld, link1, link2, frame1, frame2 } of articulation.loops) {
      const at1 = xyz(link1 < 0 ? sum(frame1.position, origin) : frame1.position);
      const at2 = xyz(link2 < 0 ? sum(frame2.position, origin) : frame2.position);
      const data = weld
        ? JointData.fixed(at1, xyzw(frame1.orientation), at2, xyzw(frame2.orientation))
        : JointData.spherical(at1, at2);
      world.createImpulseJoint(data, bodyOf(link1), bodyOf(link2), true).setContactsEnabled(true);
    }
  }
  return {
    world,
    handles: {
      ...handles,
      fixedColliders: Float64Array.from(fixedHandles),
      fixedGeom: fixedOwners,
      onlyPartner: filter.selfCollision || fixedHandles.length > 1 ? undefined : fixedHandles[0],
      sheet,
    },
  };
}

/**
 * The friction all of the world's geoms share, or undefined where they differ. A shared one is
 * folded into the moving geoms (a pair takes the larger), so that each environment may have its own.
 */
function groundFriction(geoms: readonly Geom[], fixed: readonly number[]): number | undefined {
  const values = new Set(fixed.map((geom) => geoms[geom].friction));
  return values.size > 1 ? undefined : (values.values().next().value ?? 0);
}

/**
 * Where moving links only ever touch the world, all environments stand on one spot: collision
 * groups keep them apart and every copy computes with the same numbers. Where links may touch each
 * other, environments stand side by side, so that the broad phase finds few foreign pairs. On
 * terrain each is told where to stand.
 */
function layOut(
  options: SimulatorOptions,
  articulation: Articulation,
  filter: CollisionFilter,
): Float64Array {
  const origins = new Float64Array(3 * options.numEnvs);
  if (!filter.selfCollision || options.terrain) return origins;
  const spacing = Math.ceil(2 * reach(options, articulation) + 1);
  const columns = Math.ceil(Math.sqrt(options.numEnvs));
  for (let env = 0; env < options.numEnvs; env++) {
    origins[3 * env] = ((env % columns) - (columns - 1) / 2) * spacing;
    origins[3 * env + 1] = (Math.floor(env / columns) - (columns - 1) / 2) * spacing;
  }
  return origins;
}

/** No farther from its origin does any geom reach in the reference configuration, m. */
function reach({ robot }: SimulatorOptions, articulation: Articulation): number {
  let farthest = 0;
  for (const geom of robot.geoms) {
    if (geom.shape === "plane") continue;
    const { position } = placed(geom, bodyPose(geom, articulation), [0, 0, 0]);
    const points = geom.vertices ?? [];
    const extent =
      geom.shape === "mesh"
        ? Math.max(...points.map(Math.abs)) * 2
        : geom.size.reduce((a, b) => a + b, 0);
    farthest = Math.max(farthest, Math.hypot(position[0], position[1]) + extent);
  }
  return farthest;
}

function isMoving(geom: Geom, articulation: Articulation): boolean {
  return geom.body >= 0 && articulation.linkOfBody[geom.body] >= 0;
}

function bodyPose(geom: Geom, articulation: Articulation): Member {
  const world: Member = { body: -1, position: [0, 0, 0], orientation: [1, 0, 0, 0] };
  return geom.body < 0 ? world : articulation.bodies[geom.body];
}

/** A geom's pose in the frame its body's pose is given in. */
function placed(
  geom: Geom,
  body: Member,
  origin: Vector3,
): { position: Vector3; orientation: Quaternion } {
  const orientation: Quaternion = [1, 0, 0, 0];
  multiplyQuaternions(orientation, 0, body.orientation, 0, geom.orientation, 0);
  const position = sum(sum(body.position, origin), turned(body.orientation, geom.position));
  return { position, orientation };
}

/** The shape of a geom of a body that is a link of its own, and where it stands in the link. */
export function shapeAt(geom: Geom): { shape: Shape; translation: ReturnType<typeof xyz> } {
  const body: Member = { body: geom.body, position: [0, 0, 0], orientation: upright };
  const { position, orientation } = placed(geom, body, [0, 0, 0]);
  const { desc, offset } = shapeOf(geom);
  return { shape: desc.shape, translation: xyz(sum(position, turned(orientation, offset))) };
}

function addCollider(
  world: World,
  body: RigidBody,
  geom: Geom,
  pose: { position: Vector3; orientation: Quaternion },
  filter: CollisionFilter,
  index: number,
): Collider {
  const { desc, turn, offset } = shapeOf(geom);
  const orientation: Quaternion = [1, 0, 0, 0];
  multiplyQuaternions(orientation, 0, pose.orientation, 0, turn, 0);
  const position = sum(pose.position, turned(pose.orientation, offset));
  desc.setTranslation(...position).setRotation(xyzw(orientation));
  return world.createCollider(touching(desc, geom, filter, index), body);
}

/** What a collider is made of, and whom it touches. */
function touching(
  desc: ColliderDesc,
  geom: Geom,
  filter: CollisionFilter,
  index: number,
): ColliderDesc {
  desc
    .setDensity(0)
    .setFriction(geom.friction)
    .setRestitution(0)
    .setFrictionCombineRule(CoefficientCombineRule.Max)
    .setRestitutionCombineRule(CoefficientCombineRule.Max)
    .setCollisionGroups(groupsOf(index, filter));
  // Groups do not tell environments apart; where links may touch, a hook does.
  if (filter.selfCollision) desc.setActiveHooks(ActiveHooks.FILTER_CONTACT_PAIRS);
  return desc;
}

/** Rapier's membership (high half) and filter (low half); beyond 16 groups the hook decides alone. */
function groupsOf(geom: number, filter: CollisionFilter): number {
  if (filter.numGroups > 16) return ((everyGroup << 16) | everyGroup) >>> 0;
  const n = filter.group.length;
  let touches = 0;
  for (let other = 0; other < n; other++) {
    if (filter.allowed[geom * n + other]) touches |= 1 << filter.group[other];
  }
  return (((1 << filter.group[geom]) << 16) | touches) >>> 0;
}

const upright: Quaternion = [1, 0, 0, 0];
/** Rapier's capsules and cylinders lie along y, MuJoCo's along z: a quarter turn about x. */
const yToZ: Quaternion = [Math.SQRT1_2, Math.SQRT1_2, 0, 0];

function shapeOf(geom: Geom): { desc: ColliderDesc; turn: Quaternion; offset: Vector3 } {
  const [a, b, c] = geom.size;
  const here: Vector3 = [0, 0, 0];
  switch (geom.shape) {
    case "plane":
      return {
        desc: new ColliderDesc(new Cuboid(planeHalfSize, planeHalfSize, 10)),
        turn: upright,
        offset: [0, 0, -10],
      };
    case "sphere":
      return { desc: new ColliderDesc(new Ball(a)), turn: upright, offset: here };
    case "capsule":
      return { desc: new ColliderDesc(new Capsule(b, a)), turn: yToZ, offset: here };
    case "cylinder":
      return { desc: new ColliderDesc(new Cylinder(b, a)), turn: yToZ, offset: here };
    case "box":
      return { desc: new ColliderDesc(new Cuboid(a, b, c)), turn: upright, offset: here };
    case "mesh": {
      const desc = ColliderDesc.convexHull(Float32Array.from(geom.vertices ?? []));
      if (desc) return { desc, turn: upright, offset: here };
      throw new RewardsmithError(
        "E_ROBOT_UNSUPPORTED",
        `geom "${geom.name}": its mesh has no volume`,
        {
          hint: 'give it thickness, or take it out of collisions: contype="0" conaffinity="0"',
        },
      );
    }
  }
}
