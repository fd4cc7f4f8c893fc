/** A model and a state per environment in one WASM instance, and where their numbers lie in memory. */
import { RewardsmithError } from "../../core/errors.js";
import type { Model, Mujoco } from "../../robot/mujoco/engine.js";
import { Heap } from "./heap.js";

export type Data = InstanceType<Mujoco["MjData"]>;

/** Arrays of mjModel that parameters change, and of mjData that are read or written. Addresses in doubles. */
const modelArrays = [
  "body_mass",
  "body_inertia",
  "body_ipos",
  "bvh_aabb",
  "geom_size",
  "geom_pos",
  "geom_rbound",
  "geom_aabb",
  "geom_friction",
  "geom_solmix",
  "geom_solref",
  "jnt_stiffness",
  "qpos_spring",
  "dof_damping",
  "dof_frictionloss",
  "dof_armature",
  "tendon_armature",
  "actuator_gainprm",
  "actuator_biasprm",
  "actuator_forcerange",
] as const;
const dataArrays = [
  "qpos",
  "qvel",
  "qacc_warmstart",
  "ctrl",
  "actuator_force",
  "xfrc_applied",
  "xpos",
  "xipos",
  "xquat",
  "cvel",
  "ten_velocity",
  "subtree_com",
  "sensordata",
  "energy",
] as const;

export interface World {
  readonly model: Model;
  readonly data: Data;
  /** Address of the first number of each array, and of gravity's. */
  readonly at: Readonly<
    Record<(typeof modelArrays)[number] | (typeof dataArrays)[number] | "gravity", number>
  >;
}

/**
 * Environments share no model: each has its own physics, at the price of about 35 kB, and setting a
 * parameter of one never touches another.
 */
export class Worlds {
  readonly all: readonly World[];
  /** As the robot file says; never stepped and never changed. */
  readonly nominal: World;
  /** Where derived constants are computed: `mj_setConst` overwrites the state it is given. */
  readonly scratch: Data;
  readonly heap: Heap;
  private readonly engine: Mujoco;

  /** The model becomes the nominal one; each environment gets a copy. */
  constructor(engine: Mujoco, model: Model, numEnvs: number) {
    this.engine = engine;
    this.scratch = new engine.MjData(model);
    this.nominal = world(model, new engine.MjData(model));
    const all: World[] = [];
    for (let env = 0; env < numEnvs; env++) {
      const copy = new engine.MjModel(model);
      all.push(world(copy, new engine.MjData(copy)));
    }
    this.all = all;
    this.heap = new Heap(() => this.nominal.data.qpos);
  }

  /** Computes what follows from masses and inertias, leaving the environment's state alone. */
  deriveConstants(env: number): void {
    this.engine.mj_setConst(this.all[env].model, this.scratch);
  }

  /** Nothing of it may be used afterwards. Views that MuJoCo gave out need no release. */
  dispose(): void {
    this.scratch.delete();
    for (const { data, model } of [...this.all, this.nominal]) {
      data.delete();
      model.delete();
    }
  }
}

export function compileModel(engine: Mujoco, xml: string, robot: string): Model {
  try {
    return engine.MjModel.from_xml_string(xml);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new RewardsmithError(
      "E_ROBOT_COMPILE",
      `MuJoCo does not take robot "${robot}": ${text.replace(/\s*\n\s*/g, "; ").trim()}`,
      {
        hint: "correct the element it names; masses and inertias must be those of real bodies",
        cause: error,
      },
    );
  }
}

function world(model: Model, data: Data): World {
  const at = { gravity: Heap.at(model.opt.gravity) } as Record<keyof World["at"], number>;
  for (const name of modelArrays) at[name] = Heap.at(model[name]);
  for (const name of dataArrays) at[name] = Heap.at(data[name]);
  return { model, data, at };
}
