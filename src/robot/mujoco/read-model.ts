/** A compiled mjModel's arrays → the neutral RobotModel. Poses are the file's own (qpos0). */
import type {
  Actuator,
  Body,
  Equality,
  Geom,
  Joint,
  Keyframe,
  RobotModel,
  Tendon,
} from "../model.js";
import type { Model, Mujoco } from "./engine.js";
import { ellipsoidPoints, meshHull } from "./mesh-hull.js";
import { modelName, type NamedKind, nameOf } from "./names.js";
import { findOverlaps } from "./overlaps.js";
import { actuatorKind } from "./supported.js";

type Vector3 = [number, number, number];
type Quaternion = [number, number, number, number];

/** `name` stands in where the file names no model. */
export function readModel(engine: Mujoco, model: Model, name: string): RobotModel {
  const robot = readElements(engine, model, name);
  const overlaps = findOverlaps(engine, model, robot);
  return overlaps.length > 0 ? { ...robot, overlaps } : robot;
}

function readElements(engine: Mujoco, model: Model, name: string): RobotModel {
  return {
    format: 1,
    name: modelName(model) || name,
    gravity: vector3(model.opt.gravity, 0),
    bodies: count(model.nbody - 1, (i) => readBody(model, i + 1)),
    joints: count(model.njnt, (i) => readJoint(engine, model, i)),
    geoms: count(model.ngeom, (i) => readGeom(engine, model, i)),
    actuators: count(model.nu, (i) => readActuator(engine, model, i)),
    tendons: count(model.ntendon, (i) => readTendon(model, i)),
    equalities: count(model.neq, (i) => readEquality(engine, model, i)).filter(
      (equality) => equality !== undefined,
    ),
    sites: count(model.nsite, (i) => ({
      name: named(model, "site", i),
      body: model.site_bodyid[i] - 1,
      position: vector3(model.site_pos, i),
      orientation: quaternion(model.site_quat, i),
    })),
    keyframes: count(model.nkey, (i) => readKeyframe(model, i)),
    excludedPairs: count(model.nexclude, (i): [number, number] => {
      const signature = model.exclude_signature[i];
      return [(signature >> 16) - 1, (signature & 0xffff) - 1];
    }),
  };
}

function readBody(model: Model, i: number): Body {
  return {
    name: named(model, "body", i),
    parent: model.body_parentid[i] - 1,
    position: vector3(model.body_pos, i),
    orientation: quaternion(model.body_quat, i),
    massKg: model.body_mass[i],
    centerOfMass: vector3(model.body_ipos, i),
    inertia: vector3(model.body_inertia, i),
    inertiaOrientation: quaternion(model.body_iquat, i),
    gravityCompensation: model.body_gravcomp[i],
  };
}

function readJoint(engine: Mujoco, model: Model, i: number): Joint {
  const types = engine.mjtJoint;
  const type = model.jnt_type[i];
  const dof = model.jnt_dofadr[i];
  const kind =
    type === types.mjJNT_FREE.value ? "free" : type === types.mjJNT_SLIDE.value ? "slide" : "hinge";
  const free = kind === "free";
  const reference = free ? 0 : model.qpos0[model.jnt_qposadr[i]];
  return {
    name: named(model, "jnt", i),
    kind,
    body: model.jnt_bodyid[i] - 1,
    anchor: vector3(model.jnt_pos, i),
    axis: vector3(model.jnt_axis, i),
    // jnt_limited as an array throws (vector of bool); the accessor reads one at a time.
    range: flag(model.jnt(i).limited) ? pair(model.jnt_range, i) : null,
    damping: free ? 0 : model.dof_damping[dof],
    armature: free ? 0 : model.dof_armature[dof],
    frictionLoss: free ? 0 : model.dof_frictionloss[dof],
    stiffness: free ? 0 : model.jnt_stiffness[i],
    springReference: free ? 0 : model.qpos_spring[model.jnt_qposadr[i]],
    ...(reference === 0 ? {} : { reference }),
  };
}

function readGeom(engine: Mujoco, model: Model, i: number): Geom {
  const types = engine.mjtGeom;
  const type = model.geom_type[i];
  const [a, b, c] = vector3(model.geom_size, i);
  const material = model.geom_matid[i];
  const base = {
    name: named(model, "geom", i),
    body: model.geom_bodyid[i] - 1,
    position: vector3(model.geom_pos, i),
    orientation: quaternion(model.geom_quat, i),
    // A frictionless geom (condim 1) slides, unless what it touches does not.
    friction: model.geom_condim[i] === 1 ? 0 : model.geom_friction[3 * i],
    contype: model.geom_contype[i],
    conaffinity: model.geom_conaffinity[i],
    rgba: color(material >= 0 ? model.mat_rgba : model.geom_rgba, material >= 0 ? material : i),
  };
  switch (type) {
    case types.mjGEOM_PLANE.value:
      return { ...base, shape: "plane", size: [a, b] };
    case types.mjGEOM_SPHERE.value:
      return { ...base, shape: "sphere", size: [a] };
    case types.mjGEOM_CAPSULE.value:
      return { ...base, shape: "capsule", size: [a, b] };
    case types.mjGEOM_CYLINDER.value:
      return { ...base, shape: "cylinder", size: [a, b] };
    case types.mjGEOM_BOX.value:
      return { ...base, shape: "box", size: [a, b, c] };
    case types.mjGEOM_ELLIPSOID.value:
      return { ...base, shape: "mesh", size: [], vertices: ellipsoidPoints(a, b, c) };
    default: {
      const mesh = model.geom_dataid[i];
      const start = 3 * model.mesh_vertadr[mesh];
      const points = model.mesh_vert.subarray(start, start + 3 * model.mesh_vertnum[mesh]);
      return { ...base, shape: "mesh", size: [], vertices: meshHull(points) };
    }
  }
}

function readActuator(engine: Mujoco, model: Model, i: number): Actuator {
  const target = model.actuator_trnid[2 * i];
  const transmission = readTransmission(engine, model, i);
  const gains = model.actuator_gainprm.length / model.nu;
  const biases = model.actuator_biasprm.length / model.nu;
  const gain: number = model.actuator_gainprm[gains * i];
  // A site's gear is a force and a torque: it is in the transmission.
  const gear: number = transmission.kind === "site" ? 1 : model.actuator_gear[6 * i];
  const kind = actuatorKind(engine, model, i) ?? "motor";
  const accessor = model.actuator(i);
  // Force limits are before the gear, the joint's or tendon's own limit after it: both hold.
  let [low, high] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  if (flag(accessor.forcelimited)) {
    const range = pair(model.actuator_forcerange, i).map((force) => force * gear);
    [low, high] = [Math.min(...range), Math.max(...range)];
  }
  if (transmission.kind !== "site") {
    const own = transmission.kind === "joint" ? model.jnt_actfrcrange : model.tendon_actfrcrange;
    const [ownLow, ownHigh] = pair(own, target);
    if (ownLow < ownHigh) [low, high] = [Math.max(low, ownLow), Math.min(high, ownHigh)];
  }
  // Gains as the joint feels them: force × gear, and the actuator's length is gear × q.
  return {
    name: nameOf(model, "actuator", i) || named(model, targetKinds[transmission.kind], target),
    transmission,
    kind,
    gear: kind === "motor" ? gear * gain : gear,
    kp: kind === "position" ? gain * gear * gear : 0,
    kv: kind === "motor" ? 0 : -model.actuator_biasprm[biases * i + 2] * gear * gear,
    controlRange: flag(accessor.ctrllimited) ? pair(model.actuator_ctrlrange, i) : null,
    effortRange: low > Number.NEGATIVE_INFINITY ? [low, high] : null,
  };
}

const targetKinds = { joint: "jnt", tendon: "tendon", site: "site" } as const;

function readTransmission(engine: Mujoco, model: Model, i: number): Actuator["transmission"] {
  const target = model.actuator_trnid[2 * i];
  const { mjTRN_SITE, mjTRN_TENDON } = engine.mjtTrn;
  switch (model.actuator_trntype[i]) {
    case mjTRN_SITE.value:
      return {
        kind: "site",
        site: target,
        force: vector3(model.actuator_gear, 2 * i),
        torque: vector3(model.actuator_gear, 2 * i + 1),
      };
    case mjTRN_TENDON.value:
      return { kind: "tendon", tendon: target };
    default:
      return { kind: "joint", joint: target };
  }
}

function readTendon(model: Model, i: number): Tendon {
  const start = model.tendon_adr[i];
  const [low, high] = pair(model.tendon_range, i);
  return {
    name: named(model, "tendon", i),
    joints: count(model.tendon_num[i], (k) => ({
      joint: model.wrap_objid[start + k],
      coefficient: model.wrap_prm[start + k],
    })),
    // tendon_limited cannot be read: what has a range is limited, as autolimits has it.
    range: low < high ? [low, high] : null,
  };
}

/** Undefined for one that the file switches off. */
function readEquality(engine: Mujoco, model: Model, i: number): Equality | undefined {
  if (!flag(model.eq(i).active0)) return undefined;
  const name = named(model, "eq", i);
  const { mjEQ_CONNECT, mjEQ_WELD } = engine.mjtEq;
  const onSites = model.eq_objtype[i] === engine.mjtObj.mjOBJ_SITE.value;
  const first = model.eq_obj1id[i];
  const second = model.eq_obj2id[i];
  const width = model.eq_data.length / model.neq;
  const data = model.eq_data.subarray(width * i, width * (i + 1));
  const bodies = { name, body1: first - 1, body2: second - 1 };
  switch (model.eq_type[i]) {
    case mjEQ_CONNECT.value:
      if (onSites) {
        return {
          kind: "connect",
          name,
          body1: model.site_bodyid[first] - 1,
          body2: model.site_bodyid[second] - 1,
          anchor1: vector3(model.site_pos, first),
          anchor2: vector3(model.site_pos, second),
        };
      }
      return { kind: "connect", ...bodies, anchor1: vector3(data, 0), anchor2: vector3(data, 1) };
    case mjEQ_WELD.value:
      return {
        kind: "weld",
        ...bodies,
        position: vector3(data, 1),
        orientation: [data[6], data[7], data[8], data[9]],
      };
    default:
      return {
        kind: "joint",
        name,
        joint1: first,
        joint2: second,
        offset: data[0],
        ratio: second < 0 ? 0 : data[1],
      };
  }
}

function readKeyframe(model: Model, i: number): Keyframe {
  return {
    name: named(model, "key", i),
    qpos: [...model.key_qpos.subarray(i * model.nq, (i + 1) * model.nq)],
    ctrl: [...model.key_ctrl.subarray(i * model.nu, (i + 1) * model.nu)],
  };
}

/** An element's name, or its kind and number where the file gives none. */
function named(model: Model, kind: NamedKind, i: number): string {
  const words = { jnt: "joint", eq: "equality", key: "keyframe" } as Record<string, string>;
  return nameOf(model, kind, i) || `${words[kind] ?? kind}${i}`;
}

function flag(value: unknown): boolean {
  return typeof value === "boolean" ? value : Number(value) !== 0;
}

function count<T>(n: number, make: (i: number) => T): T[] {
  return Array.from({ length: n }, (_, i) => make(i));
}

function pair(a: ArrayLike<number>, i: number): [number, number] {
  return [a[2 * i], a[2 * i + 1]];
}

function vector3(a: ArrayLike<number>, i: number): Vector3 {
  return [a[3 * i], a[3 * i + 1], a[3 * i + 2]];
}

/** Colours are single precision in MuJoCo: back to what the file says. */
function color(a: ArrayLike<number>, i: number): Quaternion {
  return quaternion(a, i).map((value) => Math.round(value * 1e6) / 1e6) as Quaternion;
}

function quaternion(a: ArrayLike<number>, i: number): Quaternion {
  return [a[4 * i], a[4 * i + 1], a[4 * i + 2], a[4 * i + 3]];
}
