/** Loose objects in MuJoCo: their size, centre of mass, and what drags at them. */
import { freeBodies } from "../../robot/free-bodies.js";
import type { RobotModel } from "../../robot/model.js";
import type { Ids } from "./ids.js";
import type { Worlds } from "./worlds.js";

/** Numbers that grow with the size of a body or geom, an array of the model each and how many of it. */
interface Part {
  readonly body: number;
  /** MuJoCo's geoms of the body. */
  readonly geoms: readonly number[];
  /** First and number of its nodes in the tree of bounding boxes. */
  readonly boxes: readonly [number, number];
  /** First and number of vertices of each of its meshes. */
  readonly meshes: readonly (readonly [number, number])[];
}

export class ObjectParts {
  /** Degrees of freedom along which objects move. */
  readonly linearDofs: readonly number[];
  private readonly worlds: Worlds;
  private readonly parts: readonly Part[];

  constructor(robot: RobotModel, worlds: Worlds, ids: Ids) {
    this.worlds = worlds;
    const { model } = worlds.nominal;
    const bodies = freeBodies(robot).flatMap(({ object, body }) => (object ? [body] : []));
    this.linearDofs = bodies.flatMap((body) => {
      const first = ids.dof[robot.joints.findIndex((joint) => joint.body === body)];
      return [first, first + 1, first + 2];
    });
    this.parts = bodies.map((body) => {
      const id = ids.body[body];
      const geoms = robot.geoms.flatMap((geom, g) =>
        geom.body === body && ids.geom[g] >= 0 ? [ids.geom[g]] : [],
      );
      const meshes = geoms.map((geom) => model.geom_dataid[geom] as number);
      return {
        body: id,
        geoms,
        boxes: [model.body_bvhadr[id], model.body_bvhnum[id]],
        meshes: meshes.flatMap((mesh) =>
          mesh < 0 ? [] : [[model.mesh_vertadr[mesh], model.mesh_vertnum[mesh]] as const],
        ),
      };
    });
  }

  /**
   * Sizes by a factor about the body's origin, the mass staying as it is: inertia, set before to
   * that of the file's size, goes with the square. Then the centre of mass is shifted, m.
   */
  apply(heap: Float64Array, env: number, factor: number, x: number, y: number, z: number): void {
    const { at, model } = this.worlds.all[env];
    const { at: from, model: nominal } = this.worlds.nominal;
    const scale = (
      array: "geom_size" | "geom_pos" | "geom_rbound" | "geom_aabb" | "bvh_aabb",
      first: number,
      count: number,
    ) => {
      for (let i = first; i < first + count; i++)
        heap[at[array] + i] = heap[from[array] + i] * factor;
    };
    for (const { body, geoms, boxes, meshes } of this.parts) {
      for (let k = 0; k < 3; k++) heap[at.body_inertia + 3 * body + k] *= factor * factor;
      const center = 3 * body;
      heap[at.body_ipos + center] = heap[from.body_ipos + center] * factor + x;
      heap[at.body_ipos + center + 1] = heap[from.body_ipos + center + 1] * factor + y;
      heap[at.body_ipos + center + 2] = heap[from.body_ipos + center + 2] * factor + z;
      for (const geom of geoms) {
        scale("geom_size", 3 * geom, 3);
        scale("geom_pos", 3 * geom, 3);
        scale("geom_rbound", geom, 1);
        scale("geom_aabb", 6 * geom, 6);
      }
      scale("bvh_aabb", 6 * boxes[0], 6 * boxes[1]);
      for (const [first, count] of meshes) {
        const vertices = nominal.mesh_vert as Float32Array;
        const scaled = model.mesh_vert as Float32Array;
        for (let i = 3 * first; i < 3 * (first + count); i++) scaled[i] = vertices[i] * factor;
      }
    }
  }
}
