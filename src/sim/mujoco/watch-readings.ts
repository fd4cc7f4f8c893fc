/** What MuJoCo tells about its own honesty: soft contacts sink, soft closures open. */
import type { RobotModel } from "../../robot/model.js";
import type { Mujoco } from "../../robot/mujoco/engine.js";
import { numParameters, parameterIndex } from "../env-parameters.js";
import type { SimulatorWatch } from "../simulator.js";
import type { Ids } from "./ids.js";
import type { Worlds } from "./worlds.js";

export interface MujocoWatchTables {
  readonly engine: Mujoco;
  readonly robot: RobotModel;
  readonly worlds: Worlds;
  readonly ids: Ids;
  /** [env][parameter]. */
  readonly parameters: Float64Array;
  /** [env] 1 where there is nothing to read. */
  readonly lost: Uint8Array;
  /** Whether joints carry their drives' damping as inertia, which is none. */
  readonly driveInertia: boolean;
}

export class MujocoWatch implements SimulatorWatch {
  private readonly tables: MujocoWatchTables;
  /** Bodies whose weight something carries, in whole or part. */
  private readonly carried: readonly number[];
  private readonly firstContactRow: number;
  private readonly equalityRow: number;

  constructor(tables: MujocoWatchTables) {
    this.tables = tables;
    const { mjCNSTR_EQUALITY, mjCNSTR_CONTACT_FRICTIONLESS } = tables.engine.mjtConstraint;
    this.equalityRow = mjCNSTR_EQUALITY.value;
    this.firstContactRow = mjCNSTR_CONTACT_FRICTIONLESS.value;
    this.carried = tables.robot.bodies.flatMap(({ gravityCompensation }, b) =>
      gravityCompensation === 0 ? [] : [b],
    );
  }

  /** Rotor inertia is part of the mass matrix, as it is in the engine. */
  energyJoules(env: number): number {
    const { engine, worlds, lost } = this.tables;
    if (lost[env] === 1) return Number.NaN;
    const { model, data, at } = worlds.all[env];
    engine.mj_energyPos(model, data);
    engine.mj_energyVel(model, data);
    const heap = worlds.heap.refresh();
    const added = this.tables.driveInertia ? this.addedEnergy(heap, env) : 0;
    return heap[at.energy] + heap[at.energy + 1] + this.carriedEnergy(heap, env) - added;
  }

  /** Kinetic energy of the inertia that only stands for damping. */
  private addedEnergy(heap: Float64Array, env: number): number {
    const { robot, worlds, ids, parameters } = this.tables;
    const { at } = worlds.all[env];
    const { at: from } = worlds.nominal;
    const p = env * numParameters;
    const factor = parameters[p + parameterIndex.armatureFactor];
    const armature = parameters[p + parameterIndex.armature];
    let energy = 0;
    for (let j = 0; j < robot.joints.length; j++) {
      if (robot.joints[j].kind === "free") continue;
      const dof = ids.dof[j];
      const inertia =
        heap[at.dof_armature + dof] - heap[from.dof_armature + dof] * factor - armature;
      energy += 0.5 * inertia * heap[at.qvel + dof] ** 2;
    }
    for (let t = 0; t < robot.tendons.length; t++) {
      energy += 0.5 * heap[at.tendon_armature + t] * heap[at.ten_velocity + t] ** 2;
    }
    return energy;
  }

  /** MuJoCo counts all weight as potential; what is carried for free has none. */
  private carriedEnergy(heap: Float64Array, env: number): number {
    const { robot, worlds, ids } = this.tables;
    const { at } = worlds.all[env];
    let energy = 0;
    for (const b of this.carried) {
      const id = ids.body[b];
      const weight = robot.bodies[b].gravityCompensation * heap[at.body_mass + id];
      for (let k = 0; k < 3; k++)
        energy += weight * heap[at.gravity + k] * heap[at.xipos + 3 * id + k];
    }
    return energy;
  }

  /** Joints cannot come apart in joint coordinates; closed loops can. A joint coupling is no distance. */
  anchorErrorMeters(env: number): number {
    const { robot, worlds, lost } = this.tables;
    if (lost[env] === 1 || robot.equalities.length === 0) return 0;
    const { efc_type: type, efc_id: id, efc_pos: error } = worlds.all[env].data;
    let worst = 0;
    for (let row = 0; row < type.length && type[row] === this.equalityRow; row++) {
      const first = row === 0 || id[row - 1] !== id[row];
      if (!first || robot.equalities[id[row]].kind === "joint") continue;
      worst = Math.max(worst, Math.hypot(error[row], error[row + 1], error[row + 2]));
    }
    return worst;
  }

  penetrationMeters(env: number): number {
    const { worlds, lost } = this.tables;
    if (lost[env] === 1) return 0;
    const { efc_type: type, efc_pos: distance } = worlds.all[env].data;
    let deepest = 0;
    for (let row = 0; row < type.length; row++) {
      if (type[row] >= this.firstContactRow) deepest = Math.max(deepest, -distance[row]);
    }
    return deepest;
  }
}
