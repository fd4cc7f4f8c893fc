/**
 * A robot as rigid links: bodies welded together are one link, each link hangs on one joint. Between
 * a body with several joints and its parent stand links without a body, one for each joint but the last.
 * Link frames stand at their first body's origin and are aligned with the world in the reference
 * configuration, so an axis reads the same in parent and child and a joint's turn starts at zero.
 */
import { multiplyQuaternions, quaternionFromAxisAngle, rotateVector } from "../core/quaternion.js";
import { floatingBase, freeBodies } from "../robot/free-bodies.js";
import type { Joint, RobotModel } from "../robot/model.js";

export type Vector3 = [number, number, number];
export type Quaternion = [number, number, number, number];

/** A body as part of a link: its pose in the link's frame. */
export interface Member {
  readonly body: number;
  readonly position: Vector3;
  readonly orientation: Quaternion;
}

export interface Link {
  /** Index of the parent link, -1 for the world. Parents come first. */
  readonly parent: number;
  /** Index into `Articulation.joints`; -1 for a free body. */
  readonly joint: number;
  /** Index into `freeBodies`; -1 for a link on a joint. */
  readonly free: number;
  /** World position in the reference configuration, m. */
  readonly origin: Vector3;
  /** The body it is for comes first. None in a link between two joints of one body. */
  readonly members: readonly Member[];
  /** The link whose body hangs on it, by way of further joints; itself where it has a body. */
  readonly bodyLink: number;
  /** Part of a loose object, not of the robot. */
  readonly object: boolean;
  /** Share of its weight that it feels: the rest is compensated. */
  readonly weight: number;
}

/** A hinge or slide joint. */
export interface LinkJoint {
  readonly model: Joint;
  /** Index into the robot's joints. */
  readonly index: number;
  readonly link: number;
  readonly slide: boolean;
  /** Unit axis in the frames of both links. */
  readonly axis: Vector3;
  /** Anchor in the parent link's frame (the world's for parent -1) and in the link's, m. */
  readonly anchorInParent: Vector3;
  readonly anchorInLink: Vector3;
  /** The joint's value in the reference configuration. */
  readonly reference: number;
}

/** A constraint between two links beside the tree of joints; -1 is the world. */
export interface Loop {
  readonly name: string;
  /** Points held together, or whole frames. */
  readonly weld: boolean;
  readonly link1: number;
  readonly link2: number;
  /** Where they meet, in the frame of each link (the world's for -1), m. */
  readonly frame1: Pose;
  readonly frame2: Pose;
}

export interface Articulation {
  readonly links: readonly Link[];
  readonly joints: readonly LinkJoint[];
  /** The floating base's link, or -1. */
  readonly base: number;
  /** The robot's first link with a body: it carries payloads. -1 where nothing is jointed. */
  readonly carrier: number;
  readonly loops: readonly Loop[];
  /** The link of each body, -1 for bodies fixed to the world. */
  readonly linkOfBody: readonly number[];
  /** World pose of each body in the reference configuration. */
  readonly bodies: readonly Member[];
}

export function articulate(robot: RobotModel): Articulation {
  const free = freeBodies(robot);
  const baseBody = floatingBase(robot)?.body;
  const links: (Link & { members: Member[] })[] = [];
  const joints: LinkJoint[] = [];
  const linkOfBody: number[] = [];
  const bodies: Member[] = [];
  let base = -1;

  robot.bodies.forEach((body, index) => {
    const parent = body.parent < 0 ? undefined : bodies[body.parent];
    const parentLink = body.parent < 0 ? -1 : linkOfBody[body.parent];
    const pose = compose(parent, body.position, body.orientation);
    const own = robot.joints.flatMap((joint, j) => (joint.body === index ? [j] : []));
    if (own.length === 0) {
      bodies.push({ body: index, ...pose });
      linkOfBody.push(parentLink);
      if (parentLink >= 0)
        links[parentLink].members.push(inFrame(index, pose, links[parentLink].origin));
      return;
    }
    const bodyLink = links.length + own.length - 1;
    linkOfBody.push(bodyLink);
    if (robot.joints[own[0]].kind === "free") {
      const loose = free.findIndex((each) => each.body === index);
      if (index === baseBody) base = bodyLink;
      bodies.push({ body: index, ...pose });
      links.push({
        parent: -1,
        joint: -1,
        free: loose,
        origin: pose.position,
        members: [inFrame(index, pose, pose.position)],
        bodyLink,
        object: free[loose].object,
        weight: 1 - body.gravityCompensation,
      });
      return;
    }
    let now = pose;
    const chain = own.map((j) => {
      const step = referenceStep(robot.joints[j], now);
      now = step.moved;
      return step;
    });
    bodies.push({ body: index, ...now });
    own.forEach((j, k) => {
      const { axis, anchor, reference } = chain[k];
      const last = k === own.length - 1;
      const before = k === 0 ? parentLink : links.length - 1;
      const parentOrigin: Vector3 = before < 0 ? [0, 0, 0] : links[before].origin;
      const origin = last ? now.position : anchor;
      joints.push({
        model: robot.joints[j],
        index: j,
        link: links.length,
        slide: robot.joints[j].kind === "slide",
        axis,
        anchorInParent: difference(anchor, parentOrigin),
        anchorInLink: difference(anchor, origin),
        reference,
      });
      links.push({
        parent: before,
        joint: joints.length - 1,
        free: -1,
        origin,
        members: last ? [inFrame(index, now, origin)] : [],
        bodyLink,
        object: before >= 0 && links[before].object,
        weight: 1 - body.gravityCompensation,
      });
    });
  });
  const carrier = links.findIndex((link) => !link.object && link.members.length > 0);
  const loops = closedLoops(robot, links, linkOfBody, bodies);
  return { links, joints, loops, base, carrier, linkOfBody, bodies };
}

function closedLoops(
  robot: RobotModel,
  links: readonly Link[],
  linkOfBody: readonly number[],
  bodies: readonly Member[],
): Loop[] {
  const still: Quaternion = [1, 0, 0, 0];
  /** A body's frame in its link's, and in it a point and turn. */
  const within = (body: number, position: Vector3, orientation: Quaternion): Pose => {
    if (body < 0) return { position, orientation };
    const member = links[linkOfBody[body]]?.members.find((each) => each.body === body);
    return compose(member ?? bodies[body], position, orientation);
  };
  const linkOf = (body: number) => (body < 0 ? -1 : linkOfBody[body]);
  return robot.equalities.flatMap((equality): Loop[] => {
    if (equality.kind === "joint") return [];
    const { kind, name, body1, body2 } = equality;
    const connect = kind === "connect";
    return [
      {
        name,
        weld: !connect,
        link1: linkOf(body1),
        link2: linkOf(body2),
        frame1: connect
          ? within(body1, equality.anchor1, still)
          : within(body1, equality.position, equality.orientation),
        frame2: within(body2, connect ? equality.anchor2 : [0, 0, 0], still),
      },
    ];
  });
}

/** A joint that moves a body from its pose to where the joint's reference value puts it, in the world. */
function referenceStep(
  joint: Joint,
  pose: Pose,
): { axis: Vector3; anchor: Vector3; reference: number; moved: Pose } {
  const reference = referenceValue(joint);
  const by = reference - (joint.reference ?? 0);
  const axis = turned(pose.orientation, joint.axis);
  const anchor = sum(pose.position, turned(pose.orientation, joint.anchor));
  const moved = moveJoint(pose, joint, axis, anchor, by);
  const now = joint.kind === "slide" ? sum(anchor, scaled(axis, by)) : anchor;
  return { axis, anchor: now, reference, moved };
}

export interface Pose {
  readonly position: Vector3;
  readonly orientation: Quaternion;
}

/**
 * An engine measures a hinge within half a turn of its reference. A range that reaches farther than
 * that from the file's pose is measured from its middle.
 */
function referenceValue(joint: Joint): number {
  const zero = joint.reference ?? 0;
  if (joint.kind !== "hinge" || joint.range === null) return zero;
  const [low, high] = joint.range;
  return Math.max(high - zero, zero - low) < 0.95 * Math.PI ? zero : (low + high) / 2;
}

function moveJoint(pose: Pose, joint: Joint, axis: Vector3, anchor: Vector3, by: number): Pose {
  if (by === 0) return pose;
  if (joint.kind === "slide") return { ...pose, position: sum(pose.position, scaled(axis, by)) };
  const turn: Quaternion = [1, 0, 0, 0];
  quaternionFromAxisAngle(turn, 0, axis, 0, by);
  const orientation: Quaternion = [1, 0, 0, 0];
  multiplyQuaternions(orientation, 0, turn, 0, pose.orientation, 0);
  return { orientation, position: difference(anchor, turned(orientation, joint.anchor)) };
}

function compose(parent: Member | undefined, position: Vector3, orientation: Quaternion): Pose {
  if (!parent) return { position, orientation };
  const product: Quaternion = [1, 0, 0, 0];
  multiplyQuaternions(product, 0, parent.orientation, 0, orientation, 0);
  return {
    position: sum(parent.position, turned(parent.orientation, position)),
    orientation: product,
  };
}

function inFrame(body: number, pose: Pose, origin: Vector3): Member {
  return { body, position: difference(pose.position, origin), orientation: pose.orientation };
}

export function turned(q: Quaternion, v: Vector3): Vector3 {
  const out: Vector3 = [0, 0, 0];
  rotateVector(out, 0, q, 0, v, 0);
  return out;
}

export function sum(a: Vector3, b: Vector3): Vector3 {
  return [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
}

export function difference(a: Vector3, b: Vector3): Vector3 {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

function scaled(a: Vector3, by: number): Vector3 {
  return [a[0] * by, a[1] * by, a[2] * by];
}
