/** Forces from outside on bodies, for one control step: somebody pulls at the robot. */
import type { World } from "@dimforge/rapier3d";
import type { Articulation } from "../articulation.js";
import type { WorldHandles } from "./build-world.js";
import { xyz } from "./convert.js";

type Vector3 = readonly [number, number, number];

interface Pull {
  readonly handle: number;
  readonly force: Vector3;
  /** World position, m. */
  readonly point: Vector3;
}

export class Pulls {
  private readonly articulation: Articulation;
  private readonly handles: WorldHandles;
  private waiting: Pull[] = [];

  constructor(articulation: Articulation, handles: WorldHandles) {
    this.articulation = articulation;
    this.handles = handles;
  }

  add(env: number, body: number, force: Vector3, point: Vector3): void {
    const { linkOfBody, links } = this.articulation;
    const link = linkOfBody[body];
    if (link === undefined || link < 0) return;
    const { origins } = this.handles;
    const at = (k: number) => point[k] + origins[3 * env + k];
    const handle = this.handles.links[env * links.length + link];
    this.waiting.push({ handle, force, point: [at(0), at(1), at(2)] });
  }

  /** Takes off the forces of the engine step before, which Rapier keeps; before the thrusters set theirs. */
  clear(world: World): void {
    for (const { handle } of this.waiting) {
      world.bodies.raw.rbResetForces(handle, false);
      world.bodies.raw.rbResetTorques(handle, false);
    }
  }

  /** The control step is over. */
  end(world: World): void {
    this.clear(world);
    if (this.waiting.length > 0) this.waiting = [];
  }

  apply(world: World): void {
    for (const { handle, force, point } of this.waiting) {
      world.getRigidBody(handle).addForceAtPoint(xyz(force), xyz(point), true);
    }
  }
}
