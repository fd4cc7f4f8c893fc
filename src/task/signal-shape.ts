/** What follows from a signal's source and the robot: size, unit, frame, natural range. */
import { RewardsmithError } from "../core/errors.js";
import { nameHint } from "../core/nearest-name.js";
import type { Joint, RobotModel } from "../robot/model.js";
import type { StandardSource } from "./signals.js";
import type { SignalSource, TaskDefinition } from "./task.js";
import { worldParameterUnit } from "./world-parameters.js";

/** What follows from a source: everything of a signal but its name, text and column. */
export interface Shape {
  readonly size: number;
  readonly scalar: boolean;
  readonly unit: string;
  readonly frame: string;
  readonly range?: readonly [number, number];
}

/** Shape of the signal `name`; throws E_TASK_SIGNAL where the robot lacks what it reads. */
export function shapeOf(
  name: string,
  source: SignalSource | StandardSource,
  definition: TaskDefinition,
  robot: RobotModel,
): Shape {
  const scalar = (unit: string, range?: readonly [number, number] | null): Shape => ({
    size: 1,
    scalar: true,
    unit,
    frame: "",
    ...(range ? { range } : {}),
  });
  const tuple = (
    size: number,
    unit: string,
    frame = "",
    range?: readonly [number, number],
  ): Shape => ({
    size,
    scalar: false,
    unit,
    frame,
    ...(range ? { range } : {}),
  });
  const joints = movableJoints(robot);
  const one = (jointName: string) => joints[indexOf(name, "joint", jointName, joints)];
  const many = (names: readonly string[] | undefined) => names?.map(one) ?? joints;
  const body = (bodyName: string) => indexOf(name, "body", bodyName, robot.bodies);
  const geom = (geomName: string) => indexOf(name, "geom", geomName, robot.geoms);
  const episodeSeconds = definition.maxEpisodeSteps * definition.controlDtSeconds;

  switch (source.kind) {
    case "jointPosition": {
      const joint = one(source.joint);
      return scalar(
        positionUnit(joint),
        joint.range ?? (joint.kind === "hinge" ? [-Math.PI, Math.PI] : null),
      );
    }
    case "jointVelocity":
      return scalar(velocityUnit(one(source.joint)));
    case "jointEffort":
      return scalar(effortUnit(one(source.joint)));
    case "jointPositions":
      return tuple(many(source.joints).length, units(many(source.joints), positionUnit));
    case "jointVelocities":
      return tuple(many(source.joints).length, units(many(source.joints), velocityUnit));
    case "jointEfforts":
      return tuple(many(source.joints).length, units(many(source.joints), effortUnit));
    case "jointAccelerations":
      return tuple(
        joints.length,
        units(joints, (joint) => `${velocityUnit(joint)}²`),
      );
    case "bodyPosition":
      body(source.body);
      return tuple(3, "m", "world");
    case "bodyOrientation":
      body(source.body);
      return tuple(4, "", "world", [-1, 1]);
    case "bodyLinVel":
      body(source.body);
      return tuple(3, "m/s", source.frame);
    case "bodyAngVel":
      body(source.body);
      return tuple(3, "rad/s", source.frame);
    case "bodyTravel":
      body(source.body);
      return tuple(3, "m/s", "world");
    case "projectedGravity":
      body(source.body);
      return tuple(3, "", "body", [-1, 1]);
    case "heightAboveGround":
      body(source.body);
      return scalar("m");
    case "heightScan":
      body(source.body);
      return tuple(source.ahead.length * source.left.length, "m", "body");
    case "contactForce":
      geom(source.geom);
      return tuple(3, "N", "world");
    case "actionRate":
      return scalar("1/s");
    case "actionJerk":
      return scalar("1/s²");
    case "jointLimitCloseness":
      many(source.joints);
      return scalar("", [0, 1]);
    case "torqueSquared":
      return scalar(units(many(source.joints), (joint) => `(${effortUnit(joint)})²`));
    case "power":
      many(source.joints);
      return scalar("W");
    case "slipSpeed":
      if (robot.geoms[geom(source.geom)].body >= 0) return scalar("m/s");
      throw signalError(name, `reads geom "${source.geom}", which is the world's`, "name a foot");
    case "contact":
      geom(source.geom);
      return scalar("", [0, 1]);
    case "airTime":
    case "contactTime":
      geom(source.geom);
      return scalar("s", [0, episodeSeconds]);
    case "command": {
      if (source.low.length !== source.high.length) {
        throw signalError(
          name,
          `has ${source.low.length} lows and ${source.high.length} highs`,
          "give as many of one as of the other",
        );
      }
      const { curriculum } = source;
      const starts = [curriculum?.low ?? source.low, curriculum?.high ?? source.high];
      if (starts.some((bounds) => bounds.length !== source.low.length)) {
        throw signalError(
          name,
          `has ${source.low.length} numbers and a curriculum of ${starts.map((bounds) => bounds.length).join(" and ")}`,
          "give the curriculum a low and a high for each",
        );
      }
      const bounds = [...source.low, ...source.high, ...starts.flat()];
      const range = [Math.min(...bounds), Math.max(...bounds)] as const;
      return source.low.length === 1 ? scalar("", range) : tuple(source.low.length, "", "", range);
    }
    case "parameter":
      return scalar(worldParameterUnit(source.name, { definition, robot }));
    case "derived":
      return source.size === 0 ? scalar("") : tuple(source.size, "");
    case "action":
    case "previousAction":
      return tuple(definition.actions.length, "", "", [-1, 1]);
    case "episodeTime":
      return scalar("s", [0, episodeSeconds]);
    case "contacts":
      return tuple(source.geoms.length, "", "", [0, 1]);
    case "airTimes":
      return tuple(source.geoms.length, "s", "", [0, episodeSeconds]);
  }
}

function positionUnit(joint: Joint): string {
  return joint.kind === "hinge" ? "rad" : "m";
}

function velocityUnit(joint: Joint): string {
  return `${positionUnit(joint)}/s`;
}

function effortUnit(joint: Joint): string {
  return joint.kind === "hinge" ? "N m" : "N";
}

/** One unit where all agree, else one for each in order. */
function units(joints: readonly Joint[], unitOf: (joint: Joint) => string): string {
  const list = joints.map(unitOf);
  return list.every((unit) => unit === list[0]) ? (list[0] ?? "") : list.join(", ");
}

function indexOf(
  signal: string,
  what: string,
  name: string,
  list: readonly { name: string }[],
): number {
  const index = list.findIndex((item) => item.name === name);
  if (index >= 0) return index;
  throw signalError(
    signal,
    `reads ${what} "${name}", which the robot does not have`,
    nameHint(
      name,
      list.map((item) => item.name).filter((known) => known !== ""),
    ),
  );
}

/** Hinge and slide joints in MJCF order: the order of every joint array. */
export function movableJoints(robot: RobotModel): Joint[] {
  return robot.joints.filter((joint) => joint.kind === "hinge" || joint.kind === "slide");
}

export function signalError(name: string, what: string, hint: string): RewardsmithError {
  return new RewardsmithError("E_TASK_SIGNAL", `signal "${name}" ${what}`, { hint });
}
