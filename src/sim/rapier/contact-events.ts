/**
 * Net contact force per named geom on terrain. Of what touches a height field Rapier merges the
 * contacts and leaves the impulses out of the manifolds it shows; it tells them as events, one a
 * pair of colliders and step. The same holds as in contact-forces.ts: normal part only, and n solver
 * iterations report (n + 1) / n of it.
 */
import {
  ActiveEvents,
  EventQueue,
  type TempContactForceEvent,
  type World,
} from "@dimforge/rapier3d";
import type { ContactReader } from "./contact-forces.js";

export class ContactEvents implements ContactReader {
  readonly queue = new EventQueue(false);
  private readonly forces: Float32Array;
  private readonly numGeoms: number;
  /** First number of a collider's force, by its handle. */
  private readonly placeOf: Map<number, number>;
  private readonly force = { x: 0, y: 0, z: 0 };
  private scale = 0;

  /** @param colliders [env][contact geom] handles */
  constructor(world: World, colliders: Float64Array, numGeoms: number, forces: Float32Array) {
    this.forces = forces;
    this.numGeoms = numGeoms;
    this.placeOf = new Map(Array.from(colliders, (handle, i) => [handle, 3 * i]));
    for (const handle of colliders) {
      const collider = world.getCollider(handle);
      collider.setActiveEvents(ActiveEvents.CONTACT_FORCE_EVENTS);
      collider.setContactForceEventThreshold(0);
    }
  }

  clear(): void {
    this.forces.fill(0);
  }

  clearEnv(env: number): void {
    this.forces.fill(0, 3 * env * this.numGeoms, 3 * (env + 1) * this.numGeoms);
  }

  add(world: World, weight: number): void {
    const iterations = world.numSolverIterations;
    this.scale = weight * (iterations / (iterations + 1));
    this.queue.drainContactForceEvents(this.visit);
  }

  dispose(): void {
    this.queue.free();
  }

  private readonly visit = (event: TempContactForceEvent): void => {
    // The force is what the first collider does to the second.
    event.totalForce(this.force);
    this.push(event.collider1(), -this.scale);
    this.push(event.collider2(), this.scale);
  };

  private push(handle: number, scale: number): void {
    const at = this.placeOf.get(handle);
    if (at === undefined) return;
    this.forces[at] += this.force.x * scale;
    this.forces[at + 1] += this.force.y * scale;
    this.forces[at + 2] += this.force.z * scale;
  }
}
