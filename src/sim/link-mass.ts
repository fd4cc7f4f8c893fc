/**
 * The mass of each link. Several joints on one body have links between them, for engines that know
 * one joint between two rigid bodies, and those need a mass. Far lighter than the body they would
 * leave the solver behind (its error grows with the ratio of the masses that a joint connects), so
 * they take a share of the body's.
 */
import type { RobotModel } from "../robot/model.js";
import {
  type Articulation,
  difference,
  type Member,
  sum,
  turned,
  type Vector3,
} from "./articulation.js";
import {
  addTensors,
  combined,
  type MassProperties,
  outer,
  principal,
  rotated,
  scaledVector,
  shifted,
} from "./inertia.js";

/**
 * Share of the body's mass in each link between. Where all later joints turn about the link's
 * origin, that mass is taken from the body at this point and nothing moves differently. Elsewhere
 * (slides, hinges with anchors apart) `addedShare` is added: that much heavier the body is to
 * earlier joints.
 *
 * Measured on a humanoid's leg, three hinges at the hip, swung by 40 to 120 N m at up to 40 rad/s in
 * steps of 1/60 s with a 4×4 solver: shares of 0.02, 0.1 and 0.25 pull the joint apart by up to 31, 15
 * and 18 mm. Inertia shares of 0.003, 0.01 and 0.04 leave the joints 0.40, 0.12 and 0.05 rad (rms over
 * the first second) from where MuJoCo takes them in steps of 1/960 s.
 */
const massShare = 0.1;
const addedShare = 0.02;
/**
 * Of the body's largest moment about the joint, in each link between. Along the link's own axis it
 * counts as part of the joint's armature; across it is as much armature more.
 */
const inertiaShare = 0.04;
/** The body keeps at least this share of its smallest moment when mass is taken from it. */
const keptMoment = 0.5;

/** What a link's parameters change about its bodies. */
export interface MassChange {
  readonly massFactor: number;
  readonly objectMassFactor: number;
  /** A point mass at the carrier's centre of mass, and a shift of that centre in the body's frame. */
  readonly payloadKg: number;
  readonly centerOffset: Vector3;
  readonly armatureFactor: number;
  /** Rotor inertia added to every joint, kg m² or kg. */
  readonly armature: number;
  /** Size of loose objects about their body's origin; a shift of their centre, in the body's frame, m. */
  readonly objectSizeFactor: number;
  readonly objectCenterOffset: Vector3;
}

export const unchangedMass: MassChange = {
  massFactor: 1,
  objectMassFactor: 1,
  payloadKg: 0,
  centerOffset: [0, 0, 0],
  armatureFactor: 1,
  armature: 0,
  objectSizeFactor: 1,
  objectCenterOffset: [0, 0, 0],
};

/** `weight`: the share of its mass that gravity is to act on. */
export interface LinkMass extends MassProperties {
  readonly weight: number;
}

/**
 * A link's mass properties: its bodies together, and its joint's rotor inertia as inertia about the
 * axis, or as weightless mass of what slides. Exact on a parent that does not give way, as the
 * rotor moves with the link and not with the parent.
 */
export function linkMass(
  robot: RobotModel,
  articulation: Articulation,
  link: number,
  change: MassChange,
): LinkMass {
  const { joint, bodyLink, weight } = articulation.links[link];
  const whole = bodiesMass(robot, articulation, bodyLink, change);
  const split = splitMass(articulation, bodyLink, whole);
  const own = link === bodyLink ? split.rest : split.between[bodyLink - 1 - link];
  if (joint < 0) return { ...own, weight };
  const { axis, model, slide } = articulation.joints[joint];
  const armature = model.armature * change.armatureFactor + change.armature;
  if (slide) {
    const massKg = own.massKg + armature;
    return { ...own, massKg, weight: (weight * own.massKg) / massKg };
  }
  const added = link === bodyLink ? 0 : own.inertia[0];
  const rotor = outer(axis, Math.max(0, armature - added));
  return { ...own, weight, inertia: addTensors(own.inertia, rotor) };
}

function bodiesMass(
  robot: RobotModel,
  { links, carrier }: Articulation,
  link: number,
  change: MassChange,
): MassProperties {
  const { members, object } = links[link];
  if (object) return objectMass(robot, members, change);
  const factor = change.massFactor;
  return combined(
    members.map((member, k): MassProperties => {
      const body = robot.bodies[member.body];
      const carries = link === carrier && k === 0;
      const local = carries ? sum(body.centerOfMass, change.centerOffset) : body.centerOfMass;
      return {
        massKg: body.massKg * factor + (carries ? change.payloadKg : 0),
        center: sum(member.position, turned(member.orientation, local)),
        inertia: rotated(
          scaledVector(body.inertia, factor),
          body.inertiaOrientation,
          member.orientation,
        ),
      };
    }),
  );
}

/** A loose object's: its inertia goes with the square of its size. The bodies of one that is sized are one. */
function objectMass(
  robot: RobotModel,
  members: readonly Member[],
  { objectMassFactor: factor, objectSizeFactor: size, objectCenterOffset: offset }: MassChange,
): MassProperties {
  return combined(
    members.map((member, k): MassProperties => {
      const body = robot.bodies[member.body];
      const own = size === 1 ? body.centerOfMass : scaledVector(body.centerOfMass, size);
      const center = k === 0 ? sum(own, offset) : own;
      return {
        massKg: body.massKg * factor,
        center: sum(member.position, turned(member.orientation, center)),
        inertia: rotated(
          scaledVector(body.inertia, factor * size * size),
          body.inertiaOrientation,
          member.orientation,
        ),
      };
    }),
  );
}

/** The mass of a link's bodies, spread over its link (`rest`) and those before it, nearest first (`between`). */
export function splitMass(
  { links, joints }: Articulation,
  bodyLink: number,
  whole: MassProperties,
): { rest: MassProperties; between: readonly MassProperties[] } {
  if (links[bodyLink - 1]?.bodyLink !== bodyLink) return { rest: whole, between: [] };
  let rest = whole;
  const between: MassProperties[] = [];
  /** Whether all joints from here on turn about one point. */
  const later = [joints[links[bodyLink].joint]];
  for (let l = bodyLink - 1; links[l]?.bodyLink === bodyLink; l--) {
    const at = difference(links[l].origin, links[bodyLink].origin);
    const pivots = later.every(
      ({ slide, axis, link, anchorInLink }) =>
        !slide &&
        distanceToLine(
          at,
          sum(difference(links[link].origin, links[bodyLink].origin), anchorInLink),
          axis,
        ) < 1e-9,
    );
    const taken = pivots ? takePoint(rest, at, massShare * whole.massKg) : undefined;
    if (taken) rest = taken.rest;
    const massKg = taken ? taken.massKg : addedShare * whole.massKg;
    const about = largestMomentAbout(whole, at);
    const moment = inertiaShare * about;
    between.push({ massKg, center: [0, 0, 0], inertia: [moment, moment, moment, 0, 0, 0] });
    later.push(joints[links[l].joint]);
  }
  return { rest, between };
}

/** A mass without a point mass at `at`, as much of `massKg` as leaves it moments enough. */
function takePoint(
  whole: MassProperties,
  at: Vector3,
  massKg: number,
): { rest: MassProperties; massKg: number } {
  const least = keptMoment * Math.min(...principal(whole.inertia).moments);
  for (let taken = massKg; taken > 1e-3 * massKg; taken /= 2) {
    const left = whole.massKg - taken;
    const center = whole.center.map((c, k) => (whole.massKg * c - taken * at[k]) / left) as Vector3;
    const inertia = shifted(
      shifted(whole.inertia, difference(center, whole.center), -left),
      difference(at, whole.center),
      -taken,
    );
    if (Math.min(...principal(inertia).moments) >= least) {
      return { rest: { massKg: left, center, inertia }, massKg: taken };
    }
  }
  return { rest: whole, massKg: 1e-3 * massKg };
}

function largestMomentAbout({ inertia, center, massKg }: MassProperties, at: Vector3): number {
  return Math.max(...principal(shifted(inertia, difference(center, at), massKg)).moments);
}

function distanceToLine(point: Vector3, onLine: Vector3, [x, y, z]: Vector3): number {
  const [dx, dy, dz] = difference(point, onLine);
  return Math.hypot(dy * z - dz * y, dz * x - dx * z, dx * y - dy * x);
}
