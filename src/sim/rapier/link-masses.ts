/** Keeps the masses of every environment's links as its parameters say. */
import type { World } from "@dimforge/rapier3d";
import { RewardsmithError } from "../../core/errors.js";
import { rotateVector } from "../../core/quaternion.js";
import type { RobotModel } from "../../robot/model.js";
import type { Articulation } from "../articulation.js";
import { numParameters, parameterIndex } from "../env-parameters.js";
import { principal } from "../inertia.js";
import { linkMass, type MassChange } from "../link-mass.js";
import type { ParameterName } from "../simulator.js";
import type { WorldHandles } from "./build-world.js";
import { xyz, xyzw } from "./convert.js";

export class LinkMasses {
  /** [env][link][3] centres of mass in link frames, m. */
  readonly centers: Float64Array;
  /** [env][link][7] mass, and inertia about the centre in link frames as xx yy zz xy xz yz. */
  readonly inertias: Float64Array;
  /** [env][link] share of its mass that gravity acts on, at a gravity scale of 1. */
  readonly weights: Float64Array;
  private readonly robot: RobotModel;
  private readonly articulation: Articulation;
  private readonly handles: WorldHandles;
  private readonly parameters: Float64Array;
  /** [env] 1 where masses do not fit the parameters yet; at first everywhere. */
  private readonly stale: Uint8Array;
  private anyStale = true;
  private readonly shift = new Float64Array(3);

  constructor(
    robot: RobotModel,
    articulation: Articulation,
    handles: WorldHandles,
    parameters: Float64Array,
    numEnvs: number,
  ) {
    this.robot = robot;
    this.articulation = articulation;
    this.handles = handles;
    this.parameters = parameters;
    this.centers = new Float64Array(3 * numEnvs * articulation.links.length);
    this.inertias = new Float64Array(7 * numEnvs * articulation.links.length);
    this.weights = new Float64Array(numEnvs * articulation.links.length).fill(1);
    this.stale = new Uint8Array(numEnvs).fill(1);
  }

  markStale(env: number): void {
    this.stale[env] = 1;
    this.anyStale = true;
  }

  /** The engine's masses fit: they were loaded together with the parameters. */
  clearStale(): void {
    this.stale.fill(0);
    this.anyStale = false;
  }

  apply(world: World): void {
    if (!this.anyStale) return;
    for (let env = 0; env < this.stale.length; env++) {
      if (this.stale[env] === 1) this.applyEnv(world, env);
    }
    this.clearStale();
  }

  private applyEnv(world: World, env: number): void {
    const { links } = this.articulation;
    const change = this.change(env);
    for (let l = 0; l < links.length; l++) {
      const { massKg, center, inertia, weight } = linkMass(
        this.robot,
        this.articulation,
        l,
        change,
      );
      const { moments, frame } = principal(inertia);
      if (massKg <= 0 || moments.some((moment) => moment <= 0)) {
        const { name } = this.robot.bodies[links[links[l].bodyLink].members[0].body];
        throw new RewardsmithError("E_SIM_PARAMETER", `body "${name}" would weigh ${massKg} kg`, {
          hint: "keep payloadKg above minus the base's mass",
        });
      }
      const at = env * links.length + l;
      const body = world.getRigidBody(this.handles.links[at]);
      this.keepMotion(body, at, center);
      this.centers.set(center, 3 * at);
      if (weight !== this.weights[at]) {
        this.weights[at] = weight;
        const p = env * numParameters + parameterIndex.gravityScale;
        body.setGravityScale(weight * this.parameters[p], true);
      }
      if (links[l].object) {
        const drag = this.parameters[env * numParameters + parameterIndex.objectDrag];
        body.setLinearDamping(drag / massKg);
      }
      this.inertias[7 * at] = massKg;
      this.inertias.set(inertia, 7 * at + 1);
      body.setAdditionalMassProperties(massKg, xyz(center), xyz(moments), xyzw(frame), true);
      body.recomputeMassPropertiesFromColliders();
    }
  }

  /** Rapier keeps the velocity of the centre of mass: moving the centre must not move the body. */
  private keepMotion(
    body: ReturnType<World["getRigidBody"]>,
    at: number,
    center: readonly number[],
  ): void {
    const { shift } = this;
    const q = body.rotation();
    const v = body.linvel();
    const w = body.angvel();
    for (let k = 0; k < 3; k++) shift[k] = center[k] - this.centers[3 * at + k];
    rotateVector(shift, 0, [q.w, q.x, q.y, q.z], 0, shift, 0);
    const x = v.x + w.y * shift[2] - w.z * shift[1];
    const y = v.y + w.z * shift[0] - w.x * shift[2];
    const z = v.z + w.x * shift[1] - w.y * shift[0];
    body.setLinvel({ x, y, z }, true);
  }

  private change(env: number): MassChange {
    const value = (name: ParameterName) =>
      this.parameters[env * numParameters + parameterIndex[name]];
    return {
      massFactor: value("massFactor"),
      objectMassFactor: value("objectMassFactor"),
      payloadKg: value("payloadKg"),
      centerOffset: [
        value("centerOfMassOffset.x"),
        value("centerOfMassOffset.y"),
        value("centerOfMassOffset.z"),
      ],
      armatureFactor: value("armatureFactor"),
      armature: value("armature"),
      objectSizeFactor: value("objectSizeFactor"),
      objectCenterOffset: [
        value("objectCenterOfMassOffset.x"),
        value("objectCenterOfMassOffset.y"),
        value("objectCenterOfMassOffset.z"),
      ],
    };
  }
}
