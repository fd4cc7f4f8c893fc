/** Forces from outside on bodies, for one control step: somebody pulls at the robot. */
import type { Ids } from "./ids.js";
import type { Worlds } from "./worlds.js";

type Vector3 = readonly [number, number, number];

export class Pulls {
  private readonly worlds: Worlds;
  private readonly ids: Ids;
  /** [env][3] */
  private readonly origins: Float64Array;
  /** Addresses of forces and torques that are not zero. */
  private written: number[] = [];

  constructor(worlds: Worlds, ids: Ids, origins: Float64Array) {
    this.worlds = worlds;
    this.ids = ids;
    this.origins = origins;
  }

  /** MuJoCo wants the force and its torque about the body's centre of mass. */
  add(env: number, body: number, force: Vector3, point: Vector3): void {
    const { at } = this.worlds.all[env];
    const heap = this.worlds.heap.refresh();
    const id = this.ids.body[body];
    const center = at.xipos + 3 * id;
    const to = at.xfrc_applied + 6 * id;
    const arm = (k: number) => point[k] + this.origins[3 * env + k] - heap[center + k];
    const [x, y, z] = [arm(0), arm(1), arm(2)];
    for (let k = 0; k < 3; k++) heap[to + k] += force[k];
    heap[to + 3] += y * force[2] - z * force[1];
    heap[to + 4] += z * force[0] - x * force[2];
    heap[to + 5] += x * force[1] - y * force[0];
    this.written.push(to);
  }

  /** The control step is over. */
  end(heap: Float64Array): void {
    if (this.written.length === 0) return;
    for (const to of this.written) heap.fill(0, to, to + 6);
    this.written = [];
  }
}
