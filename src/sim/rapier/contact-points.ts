/**
 * Where an environment's bodies touch, for pictures: from Rapier's contact manifolds, as in
 * contact-forces.ts and with the same reservations. The manifolds with a height field hold no impulses,
 * and distances that may be some steps old. There a geom touches where events told of a force on it in
 * the last control step, which they do where the task named it: with its points that lie nearest, which
 * share that force evenly.
 */
import type { TempContactManifold, World } from "@dimforge/rapier3d";
import { rotateVector } from "../../core/quaternion.js";
import type { RobotModel } from "../../robot/model.js";
import type { ContactPoints } from "../simulator.js";
import type { WorldHandles } from "./build-world.js";
import { ContactPairs } from "./contact-pairs.js";

/** Points on a height field that are farther from it than the nearest by no more than this touch as well, m. */
const evenMeters = 0.002;

/** Net force on a geom, N: the numbers and where its own begin; undefined where it is not told. */
export type ToldForce = (
  env: number,
  geom: number,
) => { readonly forces: Float32Array; readonly at: number } | undefined;

export class ContactPointReader {
  private readonly robot: RobotModel;
  private readonly handles: WorldHandles;
  private readonly pairs: ContactPairs;
  private readonly told: ToldForce;
  private world: World | undefined;
  private out: ContactPoints | undefined;
  private env = 0;
  private geom = 0;
  /** Of the points that were just read from a height field, m. */
  private readonly distances: number[] = [];
  private body = 0;
  private handle = 0;
  private other = 0;
  private scale = 0;
  private readonly point = { x: 0, y: 0, z: 0 };
  private readonly position = new Float32Array(3);
  private readonly raw = new Float32Array(4);
  private readonly orientation = new Float64Array(4);
  private readonly local = new Float64Array(3);

  constructor(robot: RobotModel, handles: WorldHandles, told: ToldForce) {
    this.told = told;
    this.robot = robot;
    this.handles = handles;
    this.pairs = new ContactPairs(handles);
  }

  read(world: World, env: number, out: ContactPoints): void {
    const { colliders, colliderGeom } = this.handles;
    const perEnv = colliderGeom.length;
    const iterations = world.numSolverIterations;
    this.world = world;
    this.out = out;
    this.env = env;
    this.scale = iterations / ((iterations + 1) * world.timestep);
    for (let c = 0; c < perEnv; c++) {
      this.handle = colliders[env * perEnv + c];
      this.geom = colliderGeom[c];
      this.body = this.robot.geoms[this.geom].body;
      this.pairs.visitPartners(world, this.handle, this.visitCollider);
    }
  }

  private readonly visitCollider = (other: number): void => {
    this.other = other;
    const out = this.out!;
    if (other !== this.handles.sheet) {
      this.pairs.visit(this.world!, this.handle, other, this.visitManifold);
      return;
    }
    const told = this.told(this.env, this.geom);
    if (told === undefined || isNone(told.forces, told.at)) return;
    const before = out.count;
    this.distances.length = 0;
    this.pairs.visit(this.world!, this.handle, other, this.visitManifold);
    this.keepNearest(out, before);
    for (let at = before; at < out.count; at++) {
      for (let k = 0; k < 3; k++) {
        out.force[3 * at + k] = told.forces[told.at + k] / (out.count - before);
      }
    }
  };

  private keepNearest(out: ContactPoints, from: number): void {
    const { distances } = this;
    const most = Math.min(...distances) + evenMeters;
    let to = from;
    distances.forEach((distance, i) => {
      if (distance > most) return;
      out.point.copyWithin(3 * to, 3 * (from + i), 3 * (from + i) + 3);
      to++;
    });
    out.count = to;
  }

  private readonly visitManifold = (manifold: TempContactManifold, flipped: boolean): void => {
    const count = manifold.numContacts();
    if (count === 0) return;
    const { out, env, point, local } = this;
    const { origins } = this.handles;
    const normal = manifold.normal();
    const onSheet = this.other === this.handles.sheet;
    // The normal points from the first collider to the second, away from what it pushes.
    const sign = flipped ? this.scale : -this.scale;
    // The field itself lies a skin below the ground: there the point is the moving collider's.
    const second = flipped && onSheet;
    this.readPose(flipped && !onSheet ? this.other : this.handle);
    for (let i = 0; i < count && out!.count < out!.env.length; i++) {
      const size = sign * manifold.contactImpulse(i);
      if (onSheet) this.distances.push(manifold.contactDist(i));
      else if (size === 0) continue;
      if (second) manifold.localContactPoint2(i, point);
      else manifold.localContactPoint1(i, point);
      local[0] = point.x;
      local[1] = point.y;
      local[2] = point.z;
      rotateVector(local, 0, this.orientation, 0, local, 0);
      const at = out!.count++;
      out!.env[at] = env;
      out!.body[at] = this.body;
      for (let k = 0; k < 3; k++) {
        out!.point[3 * at + k] = local[k] + this.position[k] - origins[3 * env + k];
      }
      out!.force[3 * at] = size * normal.x;
      out!.force[3 * at + 1] = size * normal.y;
      out!.force[3 * at + 2] = size * normal.z;
    }
  };

  private readPose(handle: number): void {
    const colliders = this.world!.colliders.raw;
    colliders.coTranslation(handle, this.position);
    colliders.coRotation(handle, this.raw);
    this.orientation[0] = this.raw[3];
    for (let k = 0; k < 3; k++) this.orientation[k + 1] = this.raw[k];
  }
}

function isNone(forces: Float32Array, at: number): boolean {
  return forces[at] === 0 && forces[at + 1] === 0 && forces[at + 2] === 0;
}
