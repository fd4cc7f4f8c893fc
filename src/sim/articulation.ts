/**
 * A robot as rigid links: bodies welded together are one link, each link hangs on one joint.
 * Link frames stand at their first body's origin and are aligned with the world in the reference
 * configuration, so an axis reads the same in parent and child and a joint's turn starts at zero.
 */
import { multiplyQuaternions, quaternionFromAxisAngle, rotateVector } from "../core/quaternion.js";
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
  /** Index into `Articulation.joints`; -1 for a floating base. */
  readonly joint: number;
  /** World position in the reference configuration, m. */
  readonly origin: Vector3;
  readonly members: readonly Member[];
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

export interface Articulation {
  readonly links: readonly Link[];
  readonly joints: readonly LinkJoint[];
  /** The floating base's link, or -1. */
  readonly base: number;
  /** The link of each body, -1 for bodies fixed to the world. */
  readonly linkOfBody: readonly number[];
  /** World pose of each body in the reference configuration. */
  readonly bodies: readonly Member[];
}

export function articulate(robot: RobotModel): Articulation {
  const jointOfBody = new Map(robot.joints.map((joint, index) => [joint.body, index]));
  const links: (Link & { members: Member[] })[] = [];
  const joints: LinkJoint[] = [];
  const linkOfBody: number[] = [];
  const bodies: Member[] = [];
  let base = -1;

  robot.bodies.forEach((body, index) => {
    const parent = body.parent < 0 ? undefined : bodies[body.parent];
    const parentLink = body.parent < 0 ? -1 : linkOfBody[body.parent];
    const pose = compose(parent, body.position, body.orientation);
    const jointIndex = jointOfBody.get(index);
    if (jointIndex === undefined) {
      bodies.push({ body: index, ...pose });
      linkOfBody.push(parentLink);
      if (parentLink >= 0)
        links[parentLink].members.push(inFrame(index, pose, links[parentLink].origin));
      return;
    }
    const model = robot.joints[jointIndex];
    const link = links.length;
    linkOfBody.push(link);
    if (model.kind === "free") {
      base = link;
      bodies.push({ body: index, ...pose });
      links.push({
        parent: -1,
        joint: -1,
        origin: pose.position,
        members: [inFrame(index, pose, pose.position)],
      });
      return;
    }
    const slide = model.kind === "slide";
    const reference = referenceValue(model);
    const axis = turned(pose.orientation, model.axis);
    const anchor = sum(pose.position, turned(pose.orientation, model.anchor));
    const moved = moveJoint(pose, model, axis, anchor, reference - (model.reference ?? 0));
    bodies.push({ body: index, ...moved });
    const anchorNow = slide
      ? sum(anchor, scaled(axis, reference - (model.reference ?? 0)))
      : anchor;
    const parentOrigin: Vector3 = parentLink < 0 ? [0, 0, 0] : links[parentLink].origin;
    links.push({
      parent: parentLink,
      joint: joints.length,
      origin: moved.position,
      members: [inFrame(index, moved, moved.position)],
    });
    joints.push({
      model,
      index: jointIndex,
      link,
      slide,
      axis,
      anchorInParent: difference(anchorNow, parentOrigin),
      anchorInLink: difference(anchorNow, moved.position),
      reference,
    });
  });
  return { links, joints, base, linkOfBody, bodies };
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

function moveJoint(
  pose: { position: Vector3; orientation: Quaternion },
  joint: Joint,
  axis: Vector3,
  anchor: Vector3,
  by: number,
): { position: Vector3; orientation: Quaternion } {
  if (by === 0) return pose;
  if (joint.kind === "slide") return { ...pose, position: sum(pose.position, scaled(axis, by)) };
  const turn: Quaternion = [1, 0, 0, 0];
  quaternionFromAxisAngle(turn, 0, axis, 0, by);
  const orientation: Quaternion = [1, 0, 0, 0];
  multiplyQuaternions(orientation, 0, turn, 0, pose.orientation, 0);
  return { orientation, position: difference(anchor, turned(orientation, joint.anchor)) };
}

function compose(
  parent: Member | undefined,
  position: Vector3,
  orientation: Quaternion,
): { position: Vector3; orientation: Quaternion } {
  if (!parent) return { position, orientation };
  const product: Quaternion = [1, 0, 0, 0];
  multiplyQuaternions(product, 0, parent.orientation, 0, orientation, 0);
  return {
    position: sum(parent.position, turned(parent.orientation, position)),
    orientation: product,
  };
}

function inFrame(
  body: number,
  pose: { position: Vector3; orientation: Quaternion },
  origin: Vector3,
): Member {
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
