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
  if (model.njnt === 0) {
    throw new RewardsmithError("E_ROBOT_NO_JOINTS", "nothing in the robot file can move", {
      hint: "give a body a hinge, slide or free joint",
      where: files[0].path,
    });
  }
  checkOptions(engine, model, refuse);
  checkJoints(engine, model, refuse);
  checkTendons(engine, model, refuse);
  checkEqualities(engine, model, refuse);
  checkActuators(engine, model, refuse);
  return leftOut(model);
}

function checkCounts(model: Model, refuse: Refuse): void {
  const counted: readonly [number, string, string, string, NamedKind?][] = [
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

function checkJoints(engine: Mujoco, model: Model, refuse: Refuse): void {
  for (let joint = 0; joint < model.njnt; joint++) {
    if (model.jnt_type[joint] !== engine.mjtJoint.mjJNT_BALL.value) continue;
    const name = nameOf(model, "jnt", joint);
    refuse(
      `${labelOf("joint", name, joint)} is a ball joint, which is not supported`,
      "give the body three hinges, one axis each; a loop is closed by equality connect",
      "joint",
      name,
    );
  }
}

/** Fixed tendons couple joints; what runs through space, stretches or rubs is refused. */
function checkTendons(engine: Mujoco, model: Model, refuse: Refuse): void {
  for (let i = 0; i < model.ntendon; i++) {
    const name = nameOf(model, "tendon", i);
    const label = labelOf("tendon", name, i);
    const start = model.tendon_adr[i];
    for (let k = start; k < start + model.tendon_num[i]; k++) {
      if (model.wrap_type[k] === engine.mjtWrap.mjWRAP_JOINT.value) continue;
      refuse(
        `${label} is a spatial tendon, which is not supported`,
        "couple the joints by a fixed tendon, or drive each by an actuator of its own",
        "spatial",
        name,
      );
    }
    const losses: readonly [string, number][] = [
      ["stiffness", model.tendon_stiffness[i]],
      ["damping", model.tendon_damping[i]],
      ["frictionloss", model.tendon_frictionloss[i]],
      ["armature", model.tendon_armature[i]],
    ];
    for (const [attribute, value] of losses) {
      if (value === 0) continue;
      refuse(
        `${label} has ${attribute}, which is not supported on tendons`,
        `give it to the joints that the tendon couples`,
        "fixed",
        name,
      );
    }
  }
}

function checkEqualities(engine: Mujoco, model: Model, refuse: Refuse): void {
  const { mjEQ_CONNECT, mjEQ_WELD, mjEQ_JOINT } = engine.mjtEq;
  for (let i = 0; i < model.neq; i++) {
    const name = nameOf(model, "eq", i);
    const label = labelOf("equality constraint", name, i);
    const tags = "connect|weld|joint|tendon|flex|flexvert|flexstrain|distance";
    const type = model.eq_type[i];
    if (type !== mjEQ_CONNECT.value && type !== mjEQ_WELD.value && type !== mjEQ_JOINT.value) {
      refuse(
        `${label} is not supported`,
        "use connect, weld or a linear joint equality",
        tags,
        name,
      );
    }
    if (type === mjEQ_WELD.value && model.eq_objtype[i] === engine.mjtObj.mjOBJ_SITE.value) {
      refuse(`${label} welds sites, which is not supported`, "weld bodies", tags, name);
    }
    const width = model.eq_data.length / model.neq;
    const curved = [2, 3, 4].some((k) => model.eq_data[width * i + k] !== 0);
    if (type === mjEQ_JOINT.value && curved) {
      refuse(
        `${label} is not linear`,
        'set the last three numbers of polycoef to 0: polycoef="offset ratio 0 0 0"',
        tags,
        name,
      );
    }
  }
}

function checkActuators(engine: Mujoco, model: Model, refuse: Refuse): void {
  const { mjTRN_JOINT, mjTRN_JOINTINPARENT, mjTRN_TENDON, mjTRN_SITE } = engine.mjtTrn;
  const known = [mjTRN_JOINT, mjTRN_JOINTINPARENT, mjTRN_TENDON, mjTRN_SITE];
  const tags =
    "motor|position|velocity|general|muscle|cylinder|adhesion|damper|intvelocity|dcmotor|pid";
  for (let i = 0; i < model.nu; i++) {
    const name = nameOf(model, "actuator", i);
    const label = labelOf("actuator", name, i);
    const transmission = model.actuator_trntype[i];
    if (known.every(({ value }) => value !== transmission)) {
      refuse(
        `${label} acts on neither a joint, a fixed tendon nor a site`,
        'use joint="…", tendon="…" or site="…"; bodies and slider-cranks are not supported',
        tags,
        name,
      );
    }
    const target = model.actuator_trnid[2 * i];
    const onJoint =
      transmission === mjTRN_JOINT.value || transmission === mjTRN_JOINTINPARENT.value;
    if (onJoint && model.jnt_type[target] < engine.mjtJoint.mjJNT_SLIDE.value) {
      refuse(
        `${label} acts on a free or ball joint`,
        "actuate hinges and slides; push a body by a motor at a site",
        tags,
        name,
      );
    }
    if (model.actuator_dyntype[i] !== engine.mjtDyn.mjDYN_NONE.value) {
      refuse(
        `${label} has activation dynamics`,
        "use a motor, position or velocity actuator; delays are a setting of the task",
        tags,
        name,
      );
    }
    const kind = actuatorKind(engine, model, i);
    if (kind === undefined) {
      refuse(
        `${label} has a gain or bias that is no motor, position or velocity drive`,
        "use <motor>, <position> or <velocity>",
        tags,
        name,
      );
    }
    if (
      transmission === mjTRN_SITE.value &&
      (kind !== "motor" || model.actuator_trnid[2 * i + 1] >= 0)
    ) {
      refuse(
        `${label} servoes a site`,
        "use <motor site=…> without refsite: a force and torque along the site's axes",
        tags,
        name,
      );
    }
  }
}

function labelOf(what: string, name: string, index: number): string {
  return name ? `${what} "${name}"` : `${what} ${index}`;
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
  for (let i = 0; i < model.neq; i++) {
    if (Number(model.eq(i).active0) !== 0) continue;
    out.push(`${labelOf("equality constraint", nameOf(model, "eq", i), i)}: it is not active`);
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
