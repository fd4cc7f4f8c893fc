/**
 * What a compiled model may hold. Physics this program has no counterpart for is refused by name,
 * with how to change it; what only decorates is listed, so that nothing is left out in silence.
 */
import { RewardsmithError } from "../../core/errors.js";
import type { Model, Mujoco } from "./engine.js";
import { type NamedKind, nameOf, placeOf } from "./names.js";
import type { SourceFile } from "./source-files.js";

type Refuse = (what: string, hint: string, tag: string, name?: string) => never;

/** Throws E_ROBOT_UNSUPPORTED, or returns what will be left out, one sentence each. */
export function checkSupported(
  engine: Mujoco,
  model: Model,
  files: readonly SourceFile[],
): string[] {
  const refuse: Refuse = (what, hint, tag, name) => {
    throw new RewardsmithError("E_ROBOT_UNSUPPORTED", what, {
      hint,
      where: placeOf(files, tag, name),
    });
  };
  checkCounts(model, refuse);
  checkOptions(engine, model, refuse);
  checkBodies(model, refuse);
  checkJoints(engine, model, refuse);
  checkActuators(engine, model, refuse);
  return leftOut(model);
}

function checkCounts(model: Model, refuse: Refuse): void {
  const counted: readonly [number, string, string, string, NamedKind?][] = [
    [
      model.ntendon,
      "tendon",
      "fixed|spatial",
      "drive each joint by an actuator of its own and delete the tendon",
      "tendon",
    ],
    [
      model.neq,
      "equality constraint",
      "connect|weld|joint|tendon|flex",
      "open the loop: delete it and drive the joints directly",
      "eq",
    ],
    [model.nhfield, "height field", "hfield", "build the ground from boxes or a plane"],
    [model.nflex, "flexible body", "flex|flexcomp", "use rigid bodies"],
    [model.nplugin, "plugin", "plugin", "delete it"],
    [
      model.npair,
      "explicit contact pair",
      "pair",
      "choose who touches whom by contype and conaffinity",
    ],
    [model.nmocap, "mocap body", "body", 'remove mocap="true" and give the body a joint or fix it'],
  ];
  for (const [count, what, tag, hint, kind] of counted) {
    if (count === 0) continue;
    const name = kind ? nameOf(model, kind, 0) : "";
    refuse(`${what}${name ? ` "${name}"` : ""} is not supported`, hint, tag, name);
  }
}

function checkOptions(engine: Mujoco, model: Model, refuse: Refuse): void {
  const { opt } = model;
  if (opt.density > 0 || opt.viscosity > 0) {
    refuse(
      "a surrounding fluid (option density, viscosity) is not supported",
      "remove both",
      "option",
    );
  }
  const bits = engine.mjtDisableBit;
  const physical = {
    contact: bits.mjDSBL_CONTACT,
    limit: bits.mjDSBL_LIMIT,
    frictionloss: bits.mjDSBL_FRICTIONLOSS,
    spring: bits.mjDSBL_SPRING,
    damper: bits.mjDSBL_DAMPER,
    gravity: bits.mjDSBL_GRAVITY,
    clampctrl: bits.mjDSBL_CLAMPCTRL,
    actuation: bits.mjDSBL_ACTUATION,
    filterparent: bits.mjDSBL_FILTERPARENT,
  };
  for (const [flag, bit] of Object.entries(physical)) {
    if ((opt.disableflags & bit.value) !== 0) {
      refuse(
        `option flag ${flag}="disable" is not supported`,
        `remove it and change the elements it stands for`,
        "flag",
      );
    }
  }
}

function checkBodies(model: Model, refuse: Refuse): void {
  for (let body = 1; body < model.nbody; body++) {
    if (model.body_gravcomp[body] !== 0) {
      const name = nameOf(model, "body", body);
      refuse(
        `body "${name}": gravcomp is not supported`,
        "remove it; the gravityScale parameter acts on a whole robot",
        "body",
        name,
      );
    }
  }
}

function checkJoints(engine: Mujoco, model: Model, refuse: Refuse): void {
  const { mjJNT_FREE, mjJNT_BALL } = engine.mjtJoint;
  const seen = new Map<number, string>();
  let free = "";
  for (let joint = 0; joint < model.njnt; joint++) {
    const name = nameOf(model, "jnt", joint);
    const label = name ? `joint "${name}"` : `joint ${joint}`;
    const type = model.jnt_type[joint];
    if (type === mjJNT_BALL.value) {
      refuse(
        `${label} is a ball joint, which is not supported`,
        "use hinges on nested bodies, one axis each",
        "joint",
        name,
      );
    }
    if (type === mjJNT_FREE.value) {
      if (free)
        refuse(
          `${label} is a second free joint, which is not supported`,
          "keep one floating base; other loose objects are not simulated yet",
          "joint|freejoint",
          name,
        );
      free = label;
    }
    const body = model.jnt_bodyid[joint];
    const other = seen.get(body);
    if (other) {
      refuse(
        `body "${nameOf(model, "body", body)}" has several joints (${other}, ${label})`,
        "put a light body between them, one joint a body",
        "joint",
        name,
      );
    }
    seen.set(body, label);
  }
}

function checkActuators(engine: Mujoco, model: Model, refuse: Refuse): void {
  const { mjTRN_JOINT, mjTRN_JOINTINPARENT } = engine.mjtTrn;
  const tags =
    "motor|position|velocity|general|muscle|cylinder|adhesion|damper|intvelocity|dcmotor|pid";
  for (let i = 0; i < model.nu; i++) {
    const name = nameOf(model, "actuator", i);
    const label = name ? `actuator "${name}"` : `actuator ${i}`;
    const transmission = model.actuator_trntype[i];
    if (transmission !== mjTRN_JOINT.value && transmission !== mjTRN_JOINTINPARENT.value) {
      refuse(
        `${label} does not act on a joint`,
        'use joint="…"; tendons, sites and slider-cranks are not supported',
        tags,
        name,
      );
    }
    const joint = model.actuator_trnid[2 * i];
    if (model.jnt_type[joint] < engine.mjtJoint.mjJNT_SLIDE.value) {
      refuse(`${label} acts on a free or ball joint`, "actuate hinge and slide joints", tags, name);
    }
    if (model.actuator_dyntype[i] !== engine.mjtDyn.mjDYN_NONE.value) {
      refuse(
        `${label} has activation dynamics`,
        "use a motor, position or velocity actuator; delays are a setting of the task",
        tags,
        name,
      );
    }
    if (actuatorKind(engine, model, i) === undefined) {
      refuse(
        `${label} has a gain or bias that is no motor, position or velocity drive`,
        "use <motor>, <position> or <velocity>",
        tags,
        name,
      );
    }
  }
}

/** What a gain and bias amount to; undefined when neither a motor nor a PD drive. */
export function actuatorKind(
  engine: Mujoco,
  model: Model,
  i: number,
): "motor" | "position" | "velocity" | undefined {
  if (model.actuator_gaintype[i] !== engine.mjtGain.mjGAIN_FIXED.value) return undefined;
  const gains = model.actuator_gainprm.length / model.nu;
  const biases = model.actuator_biasprm.length / model.nu;
  const gain = model.actuator_gainprm[gains * i];
  if (model.actuator_biastype[i] === engine.mjtBias.mjBIAS_NONE.value) return "motor";
  if (model.actuator_biastype[i] !== engine.mjtBias.mjBIAS_AFFINE.value) return undefined;
  const [constant, position, velocity] = [0, 1, 2].map(
    (k) => model.actuator_biasprm[biases * i + k],
  );
  if (constant !== 0 || gain < 0 || velocity > 0) return undefined;
  if (position === -gain) return "position";
  if (position === 0 && velocity === -gain) return "velocity";
  return undefined;
}

/** Harmless or engine-specific content that the neutral model does not keep. */
function leftOut(model: Model): string[] {
  const out: string[] = [];
  for (let i = 0; i < model.nsensor; i++) {
    const name = nameOf(model, "sensor", i);
    out.push(`sensor ${name ? `"${name}"` : i}: declare a signal in task.ts instead`);
  }
  if (model.nskin > 0) out.push("skins: the geoms are shown");
  for (let i = 0; i < model.ngeom; i++) {
    const collides = model.geom_contype[i] !== 0 || model.geom_conaffinity[i] !== 0;
    if (!collides) continue;
    const name = nameOf(model, "geom", i);
    const label = `geom ${name ? `"${name}"` : i}`;
    if (model.geom_condim[i] > 3)
      out.push(
        `${label}: rolling and torsional friction (condim ${model.geom_condim[i]}); contacts slide only`,
      );
    if (model.geom_priority[i] !== 0)
      out.push(`${label}: priority; the larger friction of the two geoms counts`);
  }
  return out;
}
