/** A sudden change of a body's velocity. */

import type { RobotModel } from "../../robot/model.js";
import type { Mujoco } from "../../robot/mujoco/engine.js";
import type { Articulation } from "../articulation.js";
import type { Ids } from "./ids.js";
import type { Worlds } from "./worlds.js";

/**
 * What floats is pushed as a whole: its free joint's velocity changes, and all that hangs on it goes
 * along. What hangs on the world gets the impulse that would change the body's velocity were it
 * free, at its centre of mass, and its joints take their share: q̇ += M⁻¹ Jᵀ m Δv.
 */
export class Pusher {
  private readonly engine: Mujoco;
  private readonly robot: RobotModel;
  private readonly worlds: Worlds;
  private readonly ids: Ids;
  /** [body] index of the free joint it hangs on, or -1. */
  private readonly freeJoint: Int32Array;
  /** [body] the bodies welded to it and itself; empty where they are fixed to the world. */
  private readonly members: readonly (readonly number[])[];

  constructor(
    engine: Mujoco,
    robot: RobotModel,
    articulation: Articulation,
    worlds: Worlds,
    ids: Ids,
  ) {
    this.engine = engine;
    this.robot = robot;
    this.worlds = worlds;
    this.ids = ids;
    this.freeJoint = Int32Array.from(robot.bodies, (_, body) => {
      let root = body;
      while (robot.bodies[root].parent >= 0) root = robot.bodies[root].parent;
      return robot.joints.findIndex((joint) => joint.kind === "free" && joint.body === root);
    });
    this.members = articulation.linkOfBody.map((link) =>
      link < 0 ? [] : articulation.links[link].members.map(({ body }) => body),
    );
  }

  /** Changes an environment's velocities, whose kinematics must be computed before and after. */
  push(env: number, body: number, velocity: readonly [number, number, number]): void {
    const { worlds, ids, freeJoint } = this;
    const { at, model } = worlds.all[env];
    if (freeJoint[body] >= 0) {
      const heap = worlds.heap.refresh();
      const v = at.qvel + ids.dof[freeJoint[body]];
      for (let k = 0; k < 3; k++) heap[v + k] += velocity[k];
      return;
    }
    const change = this.jointVelocityChange(env, body, velocity);
    const heap = worlds.heap.refresh();
    for (let i = 0; i < model.nv; i++) heap[at.qvel + i] += change[i];
  }

  private jointVelocityChange(
    env: number,
    body: number,
    velocity: readonly [number, number, number],
  ): Float64Array {
    const { engine, robot, worlds, ids, members } = this;
    const { model, data } = worlds.all[env];
    const impulse = new engine.DoubleBuffer(model.nv);
    const change = new engine.DoubleBuffer(model.nv);
    try {
      impulse.GetView().fill(0);
      for (const member of members[body]) {
        const id = ids.body[member];
        const massKg = model.body_mass[id];
        if (robot.bodies[member].massKg === 0) continue;
        const center = [...data.xipos.subarray(3 * id, 3 * id + 3)];
        const force = velocity.map((v) => v * massKg);
        engine.mj_applyFT(model, data, force, [0, 0, 0], center, id, impulse);
      }
      engine.mj_solveM(model, data, change, [...impulse.GetView()]);
      return Float64Array.from(change.GetView());
    } finally {
      impulse.delete();
      change.delete();
    }
  }
}
