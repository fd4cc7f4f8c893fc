/**
 * Where an environment's bodies touch, for pictures: from Rapier's contact manifolds, as in
 * contact-forces.ts and with the same reservations. On terrain the manifolds hold no impulses.
 */
import type { TempContactManifold, World } from "@dimforge/rapier3d";
import { rotateVector } from "../../core/quaternion.js";
import type { RobotModel } from "../../robot/model.js";
import type { ContactPoints } from "../simulator.js";
import type { WorldHandles } from "./build-world.js";
import { ContactPairs } from "./contact-pairs.js";

export class ContactPointReader {
  private readonly robot: RobotModel;
  private readonly handles: WorldHandles;
  private readonly pairs: ContactPairs;
  private world: World | undefined;
  private out: ContactPoints | undefined;
  private env = 0;
  private body = 0;
  private handle = 0;
  private other = 0;
  private scale = 0;
  private readonly point = { x: 0, y: 0, z: 0 };
  private readonly position = new Float32Array(3);
  private readonly raw = new Float32Array(4);
  private readonly orientation = new Float64Array(4);
  private readonly local = new Float64Array(3);

  constructor(robot: RobotModel, handles: WorldHandles) {
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
      this.body = this.robot.geoms[colliderGeom[c]].body;
      this.pairs.visitPartners(world, this.handle, this.visitCollider);
    }
  }

  private readonly visitCollider = (other: number): void => {
    this.other = other;
    this.pairs.visit(this.world!, this.handle, other, this.visitManifold);
  };

  private readonly visitManifold = (manifold: TempContactManifold, flipped: boolean): void => {
    const count = manifold.numContacts();
    if (count === 0) return;
    const { out, env, point, local } = this;
    const { origins } = this.handles;
    const normal = manifold.normal();
    // The normal points from the first collider to the second, away from what it pushes.
    const sign = flipped ? this.scale : -this.scale;
    this.readPose(flipped ? this.other : this.handle);
    for (let i = 0; i < count && out!.count < out!.env.length; i++) {
      const size = sign * manifold.contactImpulse(i);
      if (size === 0) continue;
      manifold.localContactPoint1(i, point);
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
