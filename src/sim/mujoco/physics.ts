/** Keeps the model of every environment as its parameters say, always computed anew from the robot file's. */
import { RewardsmithError } from "../../core/errors.js";
import { freeBodies } from "../../robot/free-bodies.js";
import type { RobotModel } from "../../robot/model.js";
import { defaultPose } from "../default-pose.js";
import { numParameters, parameterIndex } from "../env-parameters.js";
import type { ParameterName } from "../simulator.js";
import { objectValue, partFriction } from "../surfaces.js";
import { actuatorGains, type DriveFactors } from "./drive-gains.js";
import { jointDamping, tendonDamping } from "./drive-inertia.js";
import type { Ids } from "./ids.js";
import { ObjectParts } from "./object-parts.js";
import type { Worlds } from "./worlds.js";

/** Numbers a row takes in MuJoCo's arrays of gains and biases. */
const gainRow = 10;
const biasRow = 10;

/** Which of a model's numbers a parameter stands for. */
const partOf: Record<ParameterName, "mass" | "contact" | "drive" | "light"> = {
  massFactor: "mass",
  objectMassFactor: "mass",
  payloadKg: "mass",
  "centerOfMassOffset.x": "mass",
  "centerOfMassOffset.y": "mass",
  "centerOfMassOffset.z": "mass",
  armatureFactor: "mass",
  friction: "contact",
  restitution: "contact",
  kpFactor: "drive",
  kdFactor: "drive",
  motorStrength: "drive",
  gravityScale: "light",
  jointDampingFactor: "light",
  motorOffset: "drive",
  jointStiffness: "light",
  jointDamping: "light",
  jointFriction: "light",
  armature: "mass",
  "gravityOffset.x": "light",
  "gravityOffset.y": "light",
  "gravityOffset.z": "light",
  "objectCenterOfMassOffset.x": "mass",
  "objectCenterOfMassOffset.y": "mass",
  "objectCenterOfMassOffset.z": "mass",
  objectFriction: "contact",
  objectRestitution: "contact",
  objectSizeFactor: "mass",
  objectDrag: "light",
  groundFriction: "contact",
  groundRestitution: "contact",
};
/** Weight that any other outweighs, above what MuJoCo takes for none (1e-15). */
const negligible = 1e-9;
const partBit = { mass: 1, contact: 2, drive: 4, light: 8 };
const allParts = 15;
const dampingNames: ReadonlySet<ParameterName> = new Set([
  "jointDampingFactor",
  "jointDamping",
  "jointStiffness",
  "objectDrag",
  "kpFactor",
  "kdFactor",
  "motorStrength",
]);

export interface PhysicsTables {
  readonly robot: RobotModel;
  readonly worlds: Worlds;
  readonly ids: Ids;
  /** [env][parameter]. */
  readonly parameters: Float64Array;
  /** Engine step, s. */
  readonly timestep: number;
  /** Whether joints carry their drives' damping as inertia. */
  readonly driveInertia: boolean;
}

export class EnvironmentPhysics {
  private readonly tables: PhysicsTables;
  /** [env] bits of the parts that do not fit the parameters yet. */
  private readonly stale: Uint8Array;
  private readonly movingDof: Int32Array;
  /** MuJoCo's indices of all geoms, −1 for those left out. */
  private readonly matter: Int32Array;
  /** Whose each of them is, and the largest friction coefficient of the ground's. */
  private readonly surface: readonly ("robot" | "object" | "ground")[];
  private readonly groundFriction: number;
  /** [body] 1 where it belongs to a loose object. */
  private readonly ofObject: Uint8Array;
  private readonly objects: ObjectParts;
  /** Joint values that added springs pull to. */
  private readonly pose: readonly number[];
  /** The body that payload and centre of mass offset act on: the robot's first moving one. */
  private readonly base: number;

  constructor(tables: PhysicsTables) {
    this.tables = tables;
    this.stale = new Uint8Array(tables.worlds.all.length).fill(tables.driveInertia ? allParts : 0);
    this.matter = Int32Array.from([...tables.ids.geom, ...tables.ids.slab]);
    const { joints, bodies } = tables.robot;
    const objects = new Set(
      freeBodies(tables.robot).flatMap(({ body, object }) => (object ? [body] : [])),
    );
    this.ofObject = new Uint8Array(bodies.length);
    // Parents come first.
    bodies.forEach(({ parent }, b) => {
      const inherits = parent >= 0 && this.ofObject[parent] === 1;
      this.ofObject[b] = inherits || objects.has(b) ? 1 : 0;
    });
    this.base = bodies.findIndex(
      (_, b) => this.ofObject[b] === 0 && joints.some(({ body }) => body === b),
    );
    const fixed = fixedBodies(tables.robot);
    const surfaceOf = (body: number) =>
      body < 0 || fixed[body] ? "ground" : this.ofObject[body] === 1 ? "object" : "robot";
    const { geoms } = tables.robot;
    this.surface = [
      ...geoms.map(({ body }) => surfaceOf(body)),
      ...Array.from(tables.ids.slab, () => "ground" as const),
    ];
    this.groundFriction = geoms.reduce(
      (largest, geom, g) =>
        this.surface[g] === "ground" && this.matter[g] >= 0
          ? Math.max(largest, geom.friction)
          : largest,
      0,
    );
    this.movingDof = tables.ids.dof.filter((_, j) => joints[j].kind !== "free");
    this.objects = new ObjectParts(tables.robot, tables.worlds, tables.ids);
    this.pose = defaultPose(tables.robot);
  }

  markStale(env: number, name: ParameterName): void {
    this.stale[env] |= partBit[partOf[name]];
    if (this.tables.driveInertia && dampingNames.has(name)) this.stale[env] |= partBit.mass;
  }

  markAllStale(): void {
    this.stale.fill(allParts);
  }

  /** Whether the environment's model was changed: what follows from its state must then be computed anew. */
  apply(env: number): boolean {
    const stale = this.stale[env];
    if (stale === 0) return false;
    const heap = this.tables.worlds.heap.refresh();
    if (stale & partBit.mass) this.applyMass(heap, env);
    if (stale & partBit.contact) this.applyContact(heap, env);
    if (stale & partBit.drive) this.applyDrive(heap, env);
    if (stale & partBit.light) this.applyLight(heap, env);
    this.stale[env] = 0;
    return true;
  }

  private value(env: number, name: ParameterName): number {
    return this.tables.parameters[env * numParameters + parameterIndex[name]];
  }

  private driveFactors(env: number): DriveFactors {
    return {
      jointDampingFactor: this.value(env, "jointDampingFactor"),
      jointDamping: this.value(env, "jointDamping"),
      jointStiffness: this.value(env, "jointStiffness"),
      motorOffset: this.value(env, "motorOffset"),
      kpFactor: this.value(env, "kpFactor"),
      kdFactor: this.value(env, "kdFactor"),
      motorStrength: this.value(env, "motorStrength"),
    };
  }

  private applyMass(heap: Float64Array, env: number): void {
    const { base, ofObject } = this;
    const { robot, worlds, ids } = this.tables;
    const { at } = worlds.all[env];
    const { at: from } = worlds.nominal;
    const ownFactor = this.value(env, "massFactor");
    const objectFactor = this.value(env, "objectMassFactor");
    for (let b = 0; b < ids.body.length; b++) {
      const id = ids.body[b];
      const factor = ofObject[b] === 1 ? objectFactor : ownFactor;
      const payload = b === base ? this.value(env, "payloadKg") : 0;
      const massKg = heap[from.body_mass + id] * factor + payload;
      if (massKg <= 0 && robot.bodies[b].massKg > 0) {
        throw new RewardsmithError(
          "E_SIM_PARAMETER",
          `body "${robot.bodies[b].name}" would weigh ${massKg} kg`,
          { hint: "keep payloadKg above minus the base's mass" },
        );
      }
      heap[at.body_mass + id] = massKg;
      for (let k = 0; k < 3; k++) {
        heap[at.body_inertia + 3 * id + k] = heap[from.body_inertia + 3 * id + k] * factor;
      }
    }
    if (base >= 0) {
      const id = ids.body[base];
      const offset = (k: number) => at.body_ipos + 3 * id + k;
      const own = from.body_ipos + 3 * id;
      heap[offset(0)] = heap[own] + this.value(env, "centerOfMassOffset.x");
      heap[offset(1)] = heap[own + 1] + this.value(env, "centerOfMassOffset.y");
      heap[offset(2)] = heap[own + 2] + this.value(env, "centerOfMassOffset.z");
    }
    const armature = this.value(env, "armatureFactor");
    const added = this.value(env, "armature");
    for (const dof of this.movingDof) {
      heap[at.dof_armature + dof] = heap[from.dof_armature + dof] * armature + added;
    }
    this.objects.apply(
      heap,
      env,
      this.value(env, "objectSizeFactor"),
      this.value(env, "objectCenterOfMassOffset.x"),
      this.value(env, "objectCenterOfMassOffset.y"),
      this.value(env, "objectCenterOfMassOffset.z"),
    );
    if (this.tables.driveInertia) this.addDriveInertia(heap, env);
    worlds.deriveConstants(env);
  }

  private addDriveInertia(heap: Float64Array, env: number): void {
    const { robot, worlds, ids, timestep } = this.tables;
    const { at } = worlds.all[env];
    const factors = this.driveFactors(env);
    robot.joints.forEach(({ kind }, j) => {
      if (kind === "free") return;
      heap[at.dof_armature + ids.dof[j]] += timestep * jointDamping(robot, j, timestep, factors);
    });
    robot.tendons.forEach((_, t) => {
      heap[at.tendon_armature + t] = timestep * tendonDamping(robot, t, timestep, factors);
    });
    const drag = this.value(env, "objectDrag");
    for (const dof of this.objects.linearDofs) heap[at.dof_armature + dof] = timestep * drag;
  }

  /**
   * Friction: a pair takes the larger, so every geom gets the value. Restitution: MuJoCo's contact is
   * a spring and damper x″ = −2ζω x′ − ω² x, which gives back e = exp(−πζ/√(1−ζ²)) of the speed; ω
   * stays the file's, so ζ alone is chosen.
   */
  private applyContact(heap: Float64Array, env: number): void {
    const { worlds } = this.tables;
    const { at } = worlds.all[env];
    const { at: from } = worlds.nominal;
    const friction = this.value(env, "friction");
    const objectFriction = objectValue(friction, this.value(env, "objectFriction"));
    const groundFriction = this.value(env, "groundFriction");
    const restitution = this.value(env, "restitution");
    const groundRestitution = this.value(env, "groundRestitution");
    const robotBounce = Math.max(restitution, groundRestitution);
    const objectBounce = Math.max(
      objectValue(restitution, this.value(env, "objectRestitution")),
      groundRestitution,
    );
    const asInFile =
      Number.isNaN(friction) && Number.isNaN(objectFriction) && Number.isNaN(groundFriction);
    for (let m = 0; m < this.matter.length; m++) {
      const id = this.matter[m];
      if (id < 0) continue;
      const surface = this.surface[m];
      const own = heap[from.geom_friction + 3 * id];
      let used = own;
      if (!asInFile) {
        const part = surface === "object" ? objectFriction : friction;
        used =
          surface === "ground"
            ? 0
            : partFriction(Math.max(own, this.groundFriction), part, groundFriction);
      }
      heap[at.geom_friction + 3 * id] = used;
      const bounce = surface === "object" ? objectBounce : robotBounce;
      const ratio = dampingRatio(bounce);
      // ω = 1 / (time constant · ratio): a smaller ratio needs a longer time constant.
      heap[at.geom_solref + 2 * id] = heap[from.geom_solref + 2 * id] / ratio;
      heap[at.geom_solref + 2 * id + 1] = heap[from.geom_solref + 2 * id + 1] * ratio;
      // Of two springs MuJoCo takes a mean, by these weights: the one that gives back more is to count.
      const weak = surface === "ground" ? 0 : negligible;
      const counts = surface !== "ground" && bounce >= Math.max(robotBounce, objectBounce);
      heap[at.geom_solmix + id] =
        robotBounce === objectBounce ? heap[from.geom_solmix + id] : counts ? 1 : weak;
    }
  }

  private applyDrive(heap: Float64Array, env: number): void {
    const { robot, worlds, ids } = this.tables;
    const { at } = worlds.all[env];
    const { timestep, driveInertia } = this.tables;
    const factors = this.driveFactors(env);
    const strength = factors.motorStrength;
    for (let a = 0; a < ids.actuator.length; a++) {
      const id = ids.actuator[a];
      const model = robot.actuators[a];
      const { gain, bias } = actuatorGains(model, factors, driveInertia ? timestep : 0);
      heap[at.actuator_gainprm + gainRow * id] = gain;
      for (let k = 0; k < 3; k++) heap[at.actuator_biasprm + biasRow * id + k] = bias[k];
      if (model.effortRange === null) continue;
      heap[at.actuator_forcerange + 2 * id] = model.effortRange[0] * strength;
      heap[at.actuator_forcerange + 2 * id + 1] = model.effortRange[1] * strength;
    }
  }

  private applyLight(heap: Float64Array, env: number): void {
    const { robot, worlds, ids, timestep, driveInertia } = this.tables;
    const { at } = worlds.all[env];
    const { at: from } = worlds.nominal;
    const scale = this.value(env, "gravityScale");
    heap[at.gravity] = robot.gravity[0] * scale + this.value(env, "gravityOffset.x");
    heap[at.gravity + 1] = robot.gravity[1] * scale + this.value(env, "gravityOffset.y");
    heap[at.gravity + 2] = robot.gravity[2] * scale + this.value(env, "gravityOffset.z");
    const damping = this.value(env, "jointDampingFactor");
    const addedDamping = this.value(env, "jointDamping");
    const friction = this.value(env, "jointFriction");
    for (const dof of this.movingDof) {
      heap[at.dof_damping + dof] = heap[from.dof_damping + dof] * damping + addedDamping;
      heap[at.dof_frictionloss + dof] = heap[from.dof_frictionloss + dof] + friction;
    }
    const spring = this.value(env, "jointStiffness");
    const drag = this.value(env, "objectDrag");
    for (const dof of this.objects.linearDofs) heap[at.dof_damping + dof] = drag;
    for (let j = 0; j < robot.joints.length; j++) {
      const { kind, stiffness } = robot.joints[j];
      if (kind === "free") continue;
      // Two springs are one: their stiffnesses add up, its rest is their mean.
      const total = stiffness + spring;
      const q = ids.qpos[j];
      const own = heap[from.qpos_spring + q];
      heap[at.jnt_stiffness + ids.joint[j]] = total;
      heap[at.qpos_spring + q] =
        spring === 0 ? own : (stiffness * own + spring * this.pose[j]) / total;
      if (driveInertia) heap[at.dof_damping + ids.dof[j]] += timestep * total;
    }
  }
}

/** [body] whether it is fixed to the world: nothing between them is jointed. */
function fixedBodies({ bodies, joints }: RobotModel): boolean[] {
  const fixed: boolean[] = [];
  // Parents come first.
  bodies.forEach(({ parent }, b) => {
    fixed.push((parent < 0 || fixed[parent]) && !joints.some(({ body }) => body === b));
  });
  return fixed;
}

/** ζ of a spring and damper that gives back the share e of a speed; 1 for none. */
function dampingRatio(restitution: number): number {
  if (restitution <= 0) return 1;
  const log = -Math.log(Math.min(restitution, 0.999));
  return log / Math.hypot(Math.PI, log);
}
