/** Motors on sites: a force and a torque in the site's frame, applied to its body anew before every engine step. */
import { VectorOps, type World } from "@dimforge/rapier3d";
import { rotateVector } from "../../core/quaternion.js";
import type { Actuator, RobotModel } from "../../robot/model.js";
import { type Articulation, sum, turned, type Vector3 } from "../articulation.js";
import { numParameters, parameterIndex } from "../env-parameters.js";
import { clampEffort, controlOf } from "./actuator-effort.js";
import type { WorldHandles } from "./build-world.js";
import type { LinkMasses } from "./link-masses.js";

export interface ThrusterTables {
  readonly robot: RobotModel;
  readonly articulation: Articulation;
  readonly handles: WorldHandles;
  readonly numEnvs: number;
  /** [env][parameter]. */
  readonly parameters: Float64Array;
  readonly controls: Float32Array;
  readonly masses: LinkMasses;
}

interface Thruster {
  readonly index: number;
  readonly model: Actuator;
  /** Per unit of effort in the link's frame; the torque about the link's origin. */
  readonly force: Vector3;
  readonly torque: Vector3;
}

export class Thrusters {
  private readonly tables: ThrusterTables;
  private readonly links: readonly { readonly link: number; readonly thrusters: Thruster[] }[];
  private readonly vector = VectorOps.intoRaw({ x: 0, y: 0, z: 0 });
  /** x y z w, as Rapier gives it, then w x y z. */
  private readonly raw = new Float32Array(4);
  private readonly orientation = new Float64Array(4);
  private readonly force = new Float64Array(3);
  private readonly torque = new Float64Array(3);

  constructor(tables: ThrusterTables) {
    this.tables = tables;
    const byLink = new Map<number, Thruster[]>();
    tables.robot.actuators.forEach((model, index) => {
      const { transmission } = model;
      if (transmission.kind !== "site") return;
      const { link, force, torque } = wrench(tables, transmission);
      // On a body fixed to the world it moves nothing.
      if (link < 0) return;
      byLink.set(link, [...(byLink.get(link) ?? []), { index, model, force, torque }]);
    });
    this.links = [...byLink].map(([link, thrusters]) => ({ link, thrusters }));
  }

  apply(world: World): void {
    for (let i = 0; i < this.links.length; i++) {
      const { link, thrusters } = this.links[i];
      for (let env = 0; env < this.tables.numEnvs; env++) this.push(world, env, link, thrusters);
    }
  }

  private push(world: World, env: number, link: number, thrusters: readonly Thruster[]): void {
    const { controls, robot, parameters, handles, articulation, masses } = this.tables;
    const { force, torque, raw, orientation, vector } = this;
    const strength = parameters[env * numParameters + parameterIndex.motorStrength];
    const offset = parameters[env * numParameters + parameterIndex.motorOffset];
    force.fill(0);
    torque.fill(0);
    for (let i = 0; i < thrusters.length; i++) {
      const { index, model, force: f, torque: t } = thrusters[i];
      const value = controlOf(model, controls[env * robot.actuators.length + index], offset);
      const effort = clampEffort(model, model.gear * value) * strength;
      for (let k = 0; k < 3; k++) {
        force[k] += effort * f[k];
        torque[k] += effort * t[k];
      }
    }
    // Rapier's forces act at the centre of mass c: the torque about it is less by c × F.
    const at = env * articulation.links.length + link;
    const { centers } = masses;
    const cx = centers[3 * at];
    const cy = centers[3 * at + 1];
    const cz = centers[3 * at + 2];
    torque[0] -= cy * force[2] - cz * force[1];
    torque[1] -= cz * force[0] - cx * force[2];
    torque[2] -= cx * force[1] - cy * force[0];
    const bodies = world.bodies.raw;
    const handle = handles.links[at];
    bodies.rbRotation(handle, raw);
    orientation[0] = raw[3];
    for (let k = 0; k < 3; k++) orientation[k + 1] = raw[k];
    rotateVector(force, 0, orientation, 0, force, 0);
    rotateVector(torque, 0, orientation, 0, torque, 0);
    bodies.rbResetForces(handle, false);
    bodies.rbResetTorques(handle, false);
    vector.x = force[0];
    vector.y = force[1];
    vector.z = force[2];
    bodies.rbAddForce(handle, vector, false);
    vector.x = torque[0];
    vector.y = torque[1];
    vector.z = torque[2];
    bodies.rbAddTorque(handle, vector, false);
  }

  dispose(): void {
    this.vector.free();
  }
}

/** A site's force and torque per unit of effort, in its link's frame and about its origin. */
function wrench(
  { robot, articulation }: ThrusterTables,
  on: Extract<Actuator["transmission"], { kind: "site" }>,
): { link: number; force: Vector3; torque: Vector3 } {
  const site = robot.sites[on.site];
  const link = site.body < 0 ? -1 : articulation.linkOfBody[site.body];
  const member = articulation.links[link]?.members.find(({ body }) => body === site.body);
  if (!member) return { link: -1, force: [0, 0, 0], torque: [0, 0, 0] };
  const toLink = (v: Vector3) => turned(member.orientation, turned(site.orientation, v));
  const force = toLink(on.force);
  const arm = sum(member.position, turned(member.orientation, site.position));
  const lever: Vector3 = [
    arm[1] * force[2] - arm[2] * force[1],
    arm[2] * force[0] - arm[0] * force[2],
    arm[0] * force[1] - arm[1] * force[0],
  ];
  return { link, force, torque: sum(lever, toLink(on.torque)) };
}
