/**
 * How deep an environment's parts are in each other and in the world. Rapier moves the points of a
 * lasting contact with their shapes, and works its distance out anew only now and then: what it
 * says of the depth may be many steps old. Here it is measured between the points as they are now.
 */
import type { TempContactManifold, World } from "@dimforge/rapier3d";
import { rotateVector } from "../../core/quaternion.js";
import type { WorldHandles } from "./build-world.js";
import { ContactPairs } from "./contact-pairs.js";
import { groundSkinMeters } from "./terrain-colliders.js";

/** A collider's present pose: position, then w x y z. */
type ColliderPose = Float64Array;

export class PenetrationReader {
  private readonly handles: WorldHandles;
  private readonly pairs: ContactPairs;
  private world: World | undefined;
  private handle = 0;
  private partner = 0;
  /** Whether `other` is where the partner is: most environments have one alone, the ground. */
  private partnerIsRead = false;
  /** How thick the other collider's skin is, m. */
  private skin = 0;
  private deepest = 0;
  private readonly own: ColliderPose = new Float64Array(7);
  private readonly other: ColliderPose = new Float64Array(7);
  private readonly position = new Float32Array(3);
  private readonly orientation = new Float32Array(4);
  private readonly point = { x: 0, y: 0, z: 0 };
  private readonly normal = { x: 0, y: 0, z: 0 };
  private readonly local = new Float64Array(3);

  constructor(handles: WorldHandles) {
    this.handles = handles;
    this.pairs = new ContactPairs(handles);
  }

  /** Depth of the deepest contact of an environment, m; 0 where nothing touches. */
  deepestOf(world: World, env: number): number {
    const { colliders, colliderGeom } = this.handles;
    const perEnv = colliderGeom.length;
    this.world = world;
    this.deepest = 0;
    this.partnerIsRead = false;
    for (let c = env * perEnv; c < (env + 1) * perEnv; c++) {
      this.handle = colliders[c];
      this.pairs.visitPartners(world, this.handle, this.visitCollider);
    }
    return this.deepest;
  }

  private readonly visitCollider = (other: number): void => {
    this.partnerIsRead &&= other === this.partner;
    this.partner = other;
    this.skin = other === this.handles.sheet ? groundSkinMeters : 0;
    this.pairs.visit(this.world!, this.handle, other, this.visitManifold);
  };

  private readonly visitManifold = (manifold: TempContactManifold, flipped: boolean): void => {
    const count = manifold.numContacts();
    if (count === 0) return;
    const { normal, point } = this;
    this.readPose(this.handle, this.own);
    if (!this.partnerIsRead) this.readPose(this.partner, this.other);
    this.partnerIsRead = true;
    manifold.normal(normal);
    const first = flipped ? this.other : this.own;
    const second = flipped ? this.own : this.other;
    for (let i = 0; i < count; i++) {
      manifold.localContactPoint1(i, point);
      const start = this.along(first);
      manifold.localContactPoint2(i, point);
      // The normal points from the first to the second: where they overlap, the second's point lies behind.
      this.deepest = Math.max(this.deepest, start - this.along(second) + this.skin);
    }
  };

  /** Where `point`, in a collider's frame, is along the normal, m. */
  private along(pose: ColliderPose): number {
    const { local, point, normal } = this;
    local[0] = point.x;
    local[1] = point.y;
    local[2] = point.z;
    rotateVector(local, 0, pose, 3, local, 0);
    return (
      (local[0] + pose[0]) * normal.x +
      (local[1] + pose[1]) * normal.y +
      (local[2] + pose[2]) * normal.z
    );
  }

  private readPose(handle: number, pose: ColliderPose): void {
    const { position, orientation } = this;
    const colliders = this.world!.colliders.raw;
    colliders.coTranslation(handle, position);
    colliders.coRotation(handle, orientation);
    for (let k = 0; k < 3; k++) {
      pose[k] = position[k];
      pose[4 + k] = orientation[k];
    }
    pose[3] = orientation[3];
  }
}
