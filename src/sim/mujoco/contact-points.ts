/** Where an environment's bodies touch and what pushes them there, for pictures. */
import type { Mujoco } from "../../robot/mujoco/engine.js";
import type { ContactPoints } from "../simulator.js";
import type { Ids } from "./ids.js";
import type { Worlds } from "./worlds.js";

export class ContactPointReader {
  private readonly engine: Mujoco;
  private readonly worlds: Worlds;
  /** [MuJoCo's geom] index of the robot's body, or -1. */
  private readonly bodyOf: Int32Array;
  /** [env][3] */
  private readonly origins: Float64Array;
  private readonly warmStart: Float64Array;

  constructor(engine: Mujoco, worlds: Worlds, ids: Ids, origins: Float64Array) {
    const { model } = worlds.nominal;
    this.engine = engine;
    this.worlds = worlds;
    this.origins = origins;
    this.bodyOf = Int32Array.from({ length: model.ngeom }, (_, geom) =>
      ids.body.indexOf(model.geom_bodyid[geom]),
    );
    this.warmStart = new Float64Array(model.nv);
  }

  /** Forces are worked out for the present state; where the solver starts from next is left as it was. */
  read(env: number, out: ContactPoints): void {
    const { engine, worlds, bodyOf, origins, warmStart } = this;
    const { model, data, at } = worlds.all[env];
    const before = worlds.heap.refresh();
    warmStart.set(before.subarray(at.qacc_warmstart, at.qacc_warmstart + model.nv));
    engine.mj_forward(model, data);
    const wrench = new engine.DoubleBuffer(6);
    const contacts = data.contact;
    try {
      for (let i = 0; i < contacts.size() && out.count + 2 <= out.env.length; i++) {
        const contact = contacts.get(i);
        if (!contact) continue;
        engine.mj_contactForce(model, data, i, wrench);
        const [normal, slip1, slip2] = wrench.GetView();
        if (normal !== 0) {
          // Rows of the contact's frame: its normal, from the first geom to the second, and two tangents.
          const { frame, pos } = contact;
          for (const [geom, sign] of [
            [contact.geom1, -1],
            [contact.geom2, 1],
          ] as const) {
            if (bodyOf[geom] < 0) continue;
            const n = out.count++;
            out.env[n] = env;
            out.body[n] = bodyOf[geom];
            for (let k = 0; k < 3; k++) {
              out.point[3 * n + k] = pos[k] - origins[3 * env + k];
              out.force[3 * n + k] =
                sign * (normal * frame[k] + slip1 * frame[3 + k] + slip2 * frame[6 + k]);
            }
          }
        }
        contact.delete();
      }
    } finally {
      wrench.delete();
      contacts.delete();
    }
    worlds.heap.refresh().set(warmStart, at.qacc_warmstart);
  }
}
