/**
 * Net contact force per named geom, from the impulses of Rapier's contact manifolds. Its JavaScript
 * interface gives the normal part; friction is not included. What it calls a contact's impulse also
 * counts the warm start, so n solver iterations report (n + 1) / n of a lasting contact's impulse:
 * that share is taken off, which makes a lasting force exact and an impact's up to 1 / (n + 1) low.
 */
import type { TempContactManifold, World } from "@dimforge/rapier3d";
import { RewardsmithError } from "../../core/errors.js";
import type { SimulatorOptions } from "../simulator.js";
import type { WorldHandles } from "./build-world.js";
import { ContactPairs } from "./contact-pairs.js";

/** Sums up the contact forces of a control step. */
export interface ContactReader {
  clear(): void;
  clearEnv(env: number): void;
  /** Adds the last engine step's forces, times `weight`. */
  add(world: World, weight: number): void;
  dispose(): void;
}

/** [env][contact geom] collider handles; E_SIM_CONTACT_GEOM where a geom is missing or touches nothing. */
export function contactColliders(options: SimulatorOptions, handles: WorldHandles): Float64Array {
  const { robot, contactGeoms, numEnvs } = options;
  const colliders = new Float64Array(numEnvs * contactGeoms.length);
  const perEnv = handles.colliderGeom.length;
  contactGeoms.forEach((name, k) => {
    const geom = robot.geoms.findIndex((candidate) => candidate.name === name);
    const c = handles.colliderGeom.indexOf(geom);
    if (c < 0) {
      const names = handles.colliderGeom.map((g) => robot.geoms[g].name);
      throw new RewardsmithError(
        "E_SIM_CONTACT_GEOM",
        geom < 0
          ? `there is no geom "${name}" in robot "${robot.name}"`
          : `geom "${name}" touches nothing that moves against it`,
        { hint: `geoms that may touch something: ${names.join(", ") || "none"}` },
      );
    }
    for (let env = 0; env < numEnvs; env++) {
      colliders[env * contactGeoms.length + k] = handles.colliders[env * perEnv + c];
    }
  });
  return colliders;
}

export class ContactForces implements ContactReader {
  private readonly forces: Float32Array;
  private readonly numGeoms: number;
  /** [env][contact geom] collider handles. */
  private readonly colliders: Float64Array;
  private readonly pairs: ContactPairs;
  private readonly normal = { x: 0, y: 0, z: 0 };
  private world: World | undefined;
  private handle = 0;
  private at = 0;
  private scale = 0;

  constructor(
    handles: WorldHandles,
    colliders: Float64Array,
    numGeoms: number,
    forces: Float32Array,
  ) {
    this.pairs = new ContactPairs(handles);
    this.forces = forces;
    this.numGeoms = numGeoms;
    this.colliders = colliders;
  }

  clear(): void {
    this.forces.fill(0);
  }

  clearEnv(env: number): void {
    this.forces.fill(0, 3 * env * this.numGeoms, 3 * (env + 1) * this.numGeoms);
  }

  add(world: World, weight: number): void {
    this.world = world;
    const iterations = world.numSolverIterations;
    this.scale = (weight / world.timestep) * (iterations / (iterations + 1));
    for (let i = 0; i < this.colliders.length; i++) {
      this.handle = this.colliders[i];
      this.at = 3 * i;
      this.pairs.visitPartners(world, this.handle, this.visitCollider);
    }
  }

  dispose(): void {}

  private readonly visitCollider = (other: number): void => {
    this.pairs.visit(this.world!, this.handle, other, this.visitManifold);
  };

  private readonly visitManifold = (manifold: TempContactManifold, flipped: boolean): void => {
    let impulse = 0;
    for (let i = manifold.numContacts() - 1; i >= 0; i--) impulse += manifold.contactImpulse(i);
    if (impulse === 0) return;
    // The normal points from the first collider to the second, away from what it pushes.
    const { x, y, z } = manifold.normal(this.normal);
    const size = (flipped ? impulse : -impulse) * this.scale;
    this.forces[this.at] += x * size;
    this.forces[this.at + 1] += y * size;
    this.forces[this.at + 2] += z * size;
  };
}
