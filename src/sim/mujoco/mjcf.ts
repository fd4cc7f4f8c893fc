/**
 * A neutral robot as MJCF text. Elements are named by kind and index ("b3", "j0"), so that any name
 * in the robot file is fine and nothing depends on the order the compiler chooses. Numbers are
 * written in full: the compiled masses, frames and axes are the robot's, to the last digit.
 */
import type { Actuator, Equality, Geom, Joint, RobotModel, Tendon } from "../../robot/model.js";
import type { CollisionFilter } from "../collision-filter.js";
import { surroundings } from "../terrain/ground.js";
import type { HeightField } from "../terrain/height-field.js";
import { actuatorGains, nominalFactors } from "./drive-gains.js";

export interface MjcfOptions {
  /** Engine step, s. */
  readonly timestep: number;
  readonly filter: CollisionFilter;
  /** Geoms, by index, whose net contact force is measured: one sensor of 3 numbers each, in this order. */
  readonly contactGeoms: readonly number[];
  /** Time constant of contacts, s; by default four steps, from 0.01 to 0.02. */
  readonly contactSeconds?: number | undefined;
  /** What stands in place of the geom at this index; its heights are for `writeHeights` to put in. */
  readonly ground?: { readonly geom: number; readonly field: HeightField } | undefined;
}

export const elementName = {
  body: (index: number) => (index < 0 ? "world" : `b${index}`),
  joint: (index: number) => `j${index}`,
  geom: (index: number) => `g${index}`,
  site: (index: number) => `s${index}`,
  tendon: (index: number) => `t${index}`,
  actuator: (index: number) => `a${index}`,
  /** The flat ground around a height field. */
  slab: (index: number) => `f${index}`,
};

/**
 * Time constant of contacts, s: four steps, from 10 ms to MuJoCo's own 20 ms. With 20 ms the light foot
 * of a quick walker sinks in by more than its radius (the Go1's by 4 cm, with 10 ms by less than 2), and
 * where its middle is below a height field it is pushed out sideways.
 */
function contactSeconds(timestep: number): number {
  return Math.min(0.02, Math.max(0.01, 4 * timestep));
}

/**
 * `autoreset` off: MuJoCo would put a diverged robot back into its first pose without a word.
 * Constraint islands only cost here: a robot is one island.
 */
export function mjcf(robot: RobotModel, options: MjcfOptions): string {
  const used = (geom: number) => options.filter.group[geom] >= 0;
  return [
    "<mujoco>",
    '<compiler angle="radian" autolimits="true" inertiafromgeom="false"/>',
    `<option timestep="${options.timestep}" gravity="${list(robot.gravity)}" integrator="implicitfast" cone="pyramidal">`,
    '<flag autoreset="disable" island="disable"/></option>',
    `<size memory="${arenaKilobytes(robot, options)}K"/>`,
    `<default><geom solref="${options.contactSeconds ?? contactSeconds(options.timestep)} 1"/></default>`,
    "<asset>",
    ...(options.ground ? [heightField(options.ground.field)] : []),
    ...robot.geoms.flatMap((geom, g) => (used(g) && geom.shape === "mesh" ? [mesh(geom, g)] : [])),
    "</asset><worldbody>",
    ...children(robot, -1, (geom) => used(geom) && geom !== options.ground?.geom),
    ...(options.ground ? ground(robot.geoms[options.ground.geom], options.ground) : []),
    "</worldbody><contact>",
    ...robot.excludedPairs.map(
      ([a, b]) => `<exclude body1="${elementName.body(a)}" body2="${elementName.body(b)}"/>`,
    ),
    "</contact><tendon>",
    ...robot.tendons.map(tendon),
    "</tendon><equality>",
    ...robot.equalities.map((model, index) => equality(model, index, options.timestep)),
    "</equality><actuator>",
    ...robot.actuators.map(actuator),
    "</actuator><sensor>",
    ...options.contactGeoms.map(
      (geom) => `<contact geom1="${elementName.geom(geom)}" data="force" reduce="netforce"/>`,
    ),
    "</sensor></mujoco>",
  ].join("\n");
}

/** Everything that hangs on a body, -1 for the world, without joints and inertia of its own. */
function children(robot: RobotModel, parent: number, used: (geom: number) => boolean): string[] {
  return [
    ...robot.geoms.flatMap((geom, g) => (geom.body === parent && used(g) ? [shape(geom, g)] : [])),
    ...robot.sites.flatMap(({ body, position, orientation }, s) =>
      body === parent ? [site(elementName.site(s), position, orientation)] : [],
    ),
    ...robot.equalities.flatMap((loop, e) => {
      if (loop.kind !== "connect") return [];
      const ends = [
        loop.body1 === parent ? loop.anchor1 : null,
        loop.body2 === parent ? loop.anchor2 : null,
      ];
      return ends.flatMap((anchor, end) => (anchor ? [site(anchorName(e, end), anchor)] : []));
    }),
    ...robot.bodies.flatMap((body, b) =>
      body.parent === parent ? bodyElement(robot, b, used) : [],
    ),
  ];
}

function bodyElement(robot: RobotModel, index: number, used: (geom: number) => boolean): string[] {
  const body = robot.bodies[index];
  const place = `pos="${list(body.position)}" quat="${list(body.orientation)}"`;
  const mass = `mass="${body.massKg}" pos="${list(body.centerOfMass)}" quat="${list(body.inertiaOrientation)}"`;
  return [
    // A body compiled as simple may never have its centre of mass moved.
    `<body name="${elementName.body(index)}" ${place} simple="false" gravcomp="${body.gravityCompensation}">`,
    ...robot.joints.flatMap((joint, j) => (joint.body === index ? [jointElement(joint, j)] : [])),
    ...(body.massKg > 0 ? [`<inertial ${mass} diaginertia="${list(body.inertia)}"/>`] : []),
    ...children(robot, index, used),
    "</body>",
  ];
}

function site(name: string, position: readonly number[], orientation = [1, 0, 0, 0]): string {
  return `<site name="${name}" pos="${list(position)}" quat="${list(orientation)}"/>`;
}

function anchorName(equality: number, end: number): string {
  return `e${equality}_${end + 1}`;
}

function tendon({ joints, range }: Tendon, index: number): string {
  const parts = joints.map(
    ({ joint, coefficient }) =>
      `<joint joint="${elementName.joint(joint)}" coef="${coefficient}"/>`,
  );
  const limits = range ? ` range="${list(range)}"` : "";
  return `<fixed name="${elementName.tendon(index)}"${limits}>${parts.join("")}</fixed>`;
}

/** As stiff as a step allows: MuJoCo's default would let a driven loop open by centimetres. */
function equality(model: Equality, index: number, timestep: number): string {
  const stiff = `solref="${2 * timestep} 1" solimp=".9999 .9999 .001"`;
  switch (model.kind) {
    case "connect":
      return `<connect site1="${anchorName(index, 0)}" site2="${anchorName(index, 1)}" ${stiff}/>`;
    case "weld":
      return `<weld body1="${elementName.body(model.body1)}" body2="${elementName.body(model.body2)}" relpose="${list([...model.position, ...model.orientation])}" ${stiff}/>`;
    case "joint": {
      const second = model.joint2 < 0 ? "" : ` joint2="${elementName.joint(model.joint2)}"`;
      return `<joint joint1="${elementName.joint(model.joint1)}"${second} polycoef="${model.offset} ${model.ratio} 0 0 0" ${stiff}/>`;
    }
  }
}

function jointElement(joint: Joint, index: number): string {
  const name = `name="${elementName.joint(index)}"`;
  if (joint.kind === "free") return `<freejoint ${name}/>`;
  const range = joint.range ? `range="${list(joint.range)}"` : "";
  const passive = `damping="${joint.damping}" armature="${joint.armature}" frictionloss="${joint.frictionLoss}" stiffness="${joint.stiffness}" springref="${joint.springReference}"`;
  return `<joint ${name} type="${joint.kind}" pos="${list(joint.anchor)}" axis="${list(joint.axis)}" ref="${joint.reference ?? 0}" ${range} ${passive}/>`;
}

function shape(geom: Geom, index: number): string {
  const name = elementName.geom(index);
  const size = geom.shape === "plane" ? [...geom.size, 1] : geom.size;
  const form = geom.shape === "mesh" ? `mesh="${name}"` : `size="${list(size)}"`;
  return `<geom name="${name}" type="${geom.shape}" ${form} pos="${list(geom.position)}" quat="${list(geom.orientation)}" condim="3" friction="${geom.friction} 0 0" contype="${geom.contype}" conaffinity="${geom.conaffinity}"/>`;
}

/** m: how far a height field is solid below its lowest point. */
const groundThicknessMeters = 1;

function heightField({ rows, columns, x, y, heights }: HeightField): string {
  const [low, high] = heightRange(heights);
  const size = [-x, -y, high - low, groundThicknessMeters];
  return `<hfield name="ground" nrow="${rows}" ncol="${columns}" size="${list(size)}"/>`;
}

/** Writes the heights into a compiled model: MuJoCo keeps them as shares of their range. */
export function writeHeights(data: Float32Array, { heights }: HeightField): void {
  const [low, high] = heightRange(heights);
  for (let i = 0; i < heights.length; i++) data[i] = (heights[i] - low) / (high - low);
}

/** Never empty: MuJoCo wants a field of some height. */
function heightRange(heights: Float32Array): [low: number, high: number] {
  let [low, high] = [0, 0];
  for (const height of heights) {
    if (height < low) low = height;
    if (height > high) high = height;
  }
  return [low, Math.max(high, low + 1e-3)];
}

/** The field, under the name of the plane it replaces, and the flat ground around it. */
function ground(plane: Geom, { geom, field }: NonNullable<MjcfOptions["ground"]>): string[] {
  const matter = `condim="3" friction="${plane.friction} 0 0" contype="${plane.contype}" conaffinity="${plane.conaffinity}"`;
  return [
    `<geom name="${elementName.geom(geom)}" type="hfield" hfield="ground" pos="0 0 ${heightRange(field.heights)[0]}" ${matter}/>`,
    ...surroundings(field).map(
      ({ center, halfSize }, index) =>
        `<geom name="${elementName.slab(index)}" type="box" pos="${list(center)}" size="${list(halfSize)}" ${matter}/>`,
    ),
  ];
}

function mesh(geom: Geom, index: number): string {
  return `<mesh name="${elementName.geom(index)}" inertia="convex" vertex="${list(geom.vertices ?? [])}"/>`;
}

/** An effort as the neutral model has it: gains as the joint feels them, so a gear of 1. */
function actuator(model: Actuator, index: number): string {
  const { gain, bias } = actuatorGains(model, nominalFactors, 0);
  const ranges = [
    model.controlRange ? `ctrlrange="${list(model.controlRange)}"` : "",
    model.effortRange ? `forcerange="${list(model.effortRange)}"` : "",
  ];
  return `<general name="${elementName.actuator(index)}" ${target(model)} biastype="affine" gainprm="${gain}" biasprm="${list(bias)}" ${ranges.join(" ")}/>`;
}

function target({ transmission }: Actuator): string {
  switch (transmission.kind) {
    case "joint":
      return `joint="${elementName.joint(transmission.joint)}"`;
    case "tendon":
      return `tendon="${elementName.tendon(transmission.tendon)}"`;
    case "site":
      return `site="${elementName.site(transmission.site)}" gear="${list([...transmission.force, ...transmission.torque])}"`;
  }
}

/**
 * Room for contacts and their solver, which MuJoCo takes from one arena per environment (15 MB
 * unless told). A contact of 4 pyramid edges takes 4 rows of the Jacobian and of its product with
 * the inverse mass matrix, and about 2 kB beside them.
 */
function arenaKilobytes(robot: RobotModel, { filter, ground }: MjcfOptions): number {
  const dofs = robot.joints.reduce((sum, joint) => sum + (joint.kind === "free" ? 6 : 1), 0);
  const pairs = filter.allowed.reduce((sum, allowed) => sum + allowed, 0) / 2;
  // A height field touches a part once for each of its triangles.
  const perPair = ground ? 16 : 4;
  const contacts = Math.min(perPair * pairs, 16 + 2 * perPair * robot.geoms.length);
  return 256 + Math.ceil((contacts * (2048 + 4 * 8 * 2 * dofs) + 64 * dofs * dofs) / 1024);
}

function list(values: readonly number[]): string {
  return values.join(" ");
}
