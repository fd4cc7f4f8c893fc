/** What each parameter stands for: one table for engines, tasks, priors, prompts and people. */
import { freeBodies } from "../robot/free-bodies.js";
import type { RobotModel } from "../robot/model.js";
import type { ParameterName } from "./simulator.js";

/** The four kinds of grid that DrEureka tries parameters on (Ma et al. 2024, appendix). */
export const gridFamilies = ["zeroToInfinity", "zeroToOne", "aroundZero", "aroundOne"] as const;
export type GridFamily = (typeof gridFamilies)[number];

export interface ParameterFacts {
  /** A factor multiplies what the robot file says, an offset is added to it, an absolute value is itself. */
  readonly kind: "factor" | "offset" | "absolute";
  /** SI; "" for factors and other plain numbers. Of joints those of a hinge: see `parameterUnit`. */
  readonly unit: string;
  /** As in the robot file; NaN where each part has its own value there. */
  readonly nominal: number;
  readonly family: GridFamily;
  readonly allowed: "any" | "notNegative" | "positive";
  /** For people and models. */
  readonly sentence: string;
}

const factor = (sentence: string, allowed: ParameterFacts["allowed"] = "notNegative") =>
  ({ kind: "factor", unit: "", nominal: 1, family: "aroundOne", allowed, sentence }) as const;
const offset = (unit: string, sentence: string) =>
  ({ kind: "offset", unit, nominal: 0, family: "aroundZero", allowed: "any", sentence }) as const;
const amount = (unit: string, sentence: string) =>
  ({
    kind: "absolute",
    unit,
    nominal: 0,
    family: "zeroToInfinity",
    allowed: "notNegative",
    sentence,
  }) as const;
const bounce = (sentence: string) => ({ ...amount("", sentence), family: "zeroToOne" }) as const;
/** In place of what each geom of the robot file has. */
const ownByGeom = { nominal: Number.NaN } as const;

export const parameterFacts: Readonly<Record<ParameterName, ParameterFacts>> = {
  massFactor: factor("multiplies mass and inertia of every part of the robot", "positive"),
  objectMassFactor: factor("multiplies mass and inertia of loose objects", "positive"),
  payloadKg: offset("kg", "mass added at the centre of mass of the robot's base"),
  "centerOfMassOffset.x": offset("m", "shift of the base's centre of mass along its x axis"),
  "centerOfMassOffset.y": offset("m", "shift of the base's centre of mass along its y axis"),
  "centerOfMassOffset.z": offset("m", "shift of the base's centre of mass along its z axis"),
  friction: {
    ...amount(
      "",
      "sliding friction coefficient of all that moves; of two surfaces the larger counts",
    ),
    ...ownByGeom,
  },
  restitution: bounce("share of the speed that a blow gives back"),
  gravityScale: { ...factor("multiplies gravity"), allowed: "any" },
  kpFactor: factor("multiplies the position gain of the drives"),
  kdFactor: factor("multiplies the damping gain of the drives"),
  motorStrength: factor("multiplies what every drive delivers, and the most it can"),
  jointDampingFactor: factor("multiplies the viscous damping of the joints"),
  armatureFactor: factor("multiplies the rotor inertia of the joints"),
  motorOffset: offset(
    "rad",
    "added to what every drive is commanded, as by a badly zeroed encoder",
  ),
  jointStiffness: amount("N m/rad", "spring in every joint that pulls it to the default pose"),
  jointDamping: amount("N m s/rad", "viscous damping added to every joint"),
  jointFriction: amount("N m", "dry friction added to every joint"),
  armature: amount("kg m²", "rotor inertia added to every joint"),
  "gravityOffset.x": offset("m/s²", "added to gravity along the world's x axis"),
  "gravityOffset.y": offset("m/s²", "added to gravity along the world's y axis"),
  "gravityOffset.z": offset("m/s²", "added to gravity along the world's z axis"),
  "objectCenterOfMassOffset.x": offset(
    "m",
    "shift of a loose object's centre of mass along its x axis",
  ),
  "objectCenterOfMassOffset.y": offset(
    "m",
    "shift of a loose object's centre of mass along its y axis",
  ),
  "objectCenterOfMassOffset.z": offset(
    "m",
    "shift of a loose object's centre of mass along its z axis",
  ),
  objectFriction: {
    ...amount("", "sliding friction coefficient of loose objects, in place of friction"),
    ...ownByGeom,
  },
  objectRestitution: {
    ...bounce(
      "share of the speed that a blow of a loose object gives back, in place of restitution",
    ),
    ...ownByGeom,
  },
  objectSizeFactor: factor("multiplies the size of loose objects, not their mass", "positive"),
  objectDrag: amount("N s/m", "force against a loose object's motion, per speed"),
  groundFriction: {
    ...amount(
      "",
      "sliding friction coefficient of the ground; the larger of it and friction counts where both are given",
    ),
    ...ownByGeom,
  },
  groundRestitution: bounce(
    "share of the speed that the ground gives back; the larger of it and restitution counts",
  ),
};

/** The parameter's unit for a robot: that of its first actuator's control, or of its first joint. */
export function parameterUnit(name: ParameterName, robot: RobotModel): string {
  const { unit } = parameterFacts[name];
  if (name === "motorOffset") {
    const [first] = robot.actuators;
    if (first === undefined || first.kind === "motor") return "";
    const { transmission } = first;
    const slide =
      transmission.kind === "joint" && robot.joints[transmission.joint]?.kind === "slide";
    return `${slide ? "m" : "rad"}${first.kind === "velocity" ? "/s" : ""}`;
  }
  const slides = robot.joints.find(({ kind }) => kind !== "free")?.kind === "slide";
  return (slides && ofSlide[name]) || unit;
}

const ofSlide: Partial<Record<ParameterName, string>> = {
  jointStiffness: "N/m",
  jointDamping: "N s/m",
  jointFriction: "N",
  armature: "kg",
};

/** Whether a parameter can make a difference to a robot. */
export function hasParameter(name: ParameterName, robot: RobotModel): boolean {
  const { actuators, bodies, geoms, joints } = robot;
  const objects = freeBodies(robot).filter(({ object }) => object);
  const moving = joints.some(({ kind }) => kind !== "free");
  const touching = geoms.filter(({ contype, conaffinity }) => contype !== 0 || conaffinity !== 0);
  if (name.startsWith("object") && objects.length === 0) return false;
  switch (name) {
    case "kpFactor":
      return actuators.some(({ kp }) => kp !== 0);
    case "kdFactor":
      return actuators.some(({ kv }) => kv !== 0);
    case "motorStrength":
    case "motorOffset":
      return actuators.length > 0;
    case "jointDampingFactor":
      return joints.some(({ damping }) => damping > 0);
    case "armatureFactor":
      return joints.some(({ armature }) => armature > 0);
    case "jointStiffness":
    case "jointDamping":
    case "jointFriction":
    case "armature":
      return moving;
    case "objectSizeFactor":
      return !bodies.some(({ parent }) => objects.some(({ body }) => body === parent));
    case "friction":
    case "restitution":
      return touching.some(({ body }) => body >= 0);
    case "groundFriction":
    case "groundRestitution":
      return touching.some(({ body }) => body < 0) && touching.some(({ body }) => body >= 0);
    default:
      return true;
  }
}

/** What a parameter is while nothing is drawn or held. */
export function nominalValue(name: ParameterName, robot: RobotModel): number {
  const { nominal } = parameterFacts[name];
  if (!Number.isNaN(nominal)) return nominal;
  const { geoms } = robot;
  switch (name) {
    case "objectFriction": {
      const bodies = new Set(
        freeBodies(robot).flatMap(({ object, body }) => (object ? [body] : [])),
      );
      return geoms.find(({ body }) => bodies.has(body))?.friction ?? 1;
    }
    case "objectRestitution":
      return 0;
    case "groundFriction":
      return geoms.find(({ body }) => body < 0)?.friction ?? 1;
    default:
      return geoms.find(({ body }) => body >= 0)?.friction ?? 1;
  }
}
