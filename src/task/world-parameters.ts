/**
 * All that may differ between two worlds of a task, in one list for people, priors and
 * configurations: the simulator's parameters, and what stands between policy and robot.
 */
import { RewardsmithError } from "../core/errors.js";
import { floatingBase, freeBodies } from "../robot/free-bodies.js";
import { checkParameter } from "../sim/env-parameters.js";
import {
  hasParameter,
  nominalValue,
  type ParameterFacts,
  parameterFacts,
  parameterUnit,
} from "../sim/parameter-facts.js";
import { mostBumpsMeters } from "../sim/terrain/declaration.js";
import { movesOnPlane } from "./ground.js";
import type { LoadedTask } from "./loaded-task.js";
import {
  type DisturbanceName,
  isDisturbance,
  type WorldParameterName,
  worldParameterNames,
} from "./world-parameter-names.js";

export { isDisturbance, type WorldParameterName, worldParameterNames };

type WorldTask = Pick<LoadedTask, "definition" | "robot">;

const fromNothing = {
  kind: "absolute",
  nominal: 0,
  family: "zeroToInfinity",
  allowed: "notNegative",
} as const;

const disturbanceFacts: Readonly<Record<DisturbanceName, ParameterFacts>> = {
  actionDelaySteps: {
    ...fromNothing,
    unit: "control steps",
    sentence: "by how much commands arrive late",
  },
  observationDelaySteps: {
    ...fromNothing,
    unit: "control steps",
    sentence: "by how much the policy sees the robot late",
  },
  sensorNoise: {
    kind: "factor",
    unit: "",
    nominal: 1,
    family: "aroundOne",
    allowed: "notNegative",
    sentence: "multiplies the task's sensor noise",
  },
  pushSpeed: {
    ...fromNothing,
    unit: "m/s",
    sentence: "greatest sudden change of the robot's velocity by a push, along each level axis",
  },
  objectPushSpeed: {
    ...fromNothing,
    unit: "m/s",
    sentence: "the same of loose objects",
  },
  terrainRoughness: {
    ...fromNothing,
    unit: "m",
    sentence: "greatest height of the bumps in the ground, up and down",
  },
};

export const worldParameterFacts: Readonly<Record<WorldParameterName, ParameterFacts>> = {
  ...parameterFacts,
  ...disturbanceFacts,
};

/** A parameter as one task's world has it. */
export interface WorldParameter extends Omit<ParameterFacts, "nominal" | "unit"> {
  readonly name: WorldParameterName;
  readonly unit: string;
  /** In the world that nothing was drawn for. */
  readonly nominal: number;
  /** Whole numbers only. */
  readonly integer: boolean;
}

/** Those that make a difference to a task, in one order for all. */
export function worldParameters(task: WorldTask): WorldParameter[] {
  return worldParameterNames
    .filter((name) => hasWorldParameter(name, task))
    .map((name) => ({
      ...worldParameterFacts[name],
      name,
      unit: worldParameterUnit(name, task),
      nominal: nominalWorldValue(name, task),
      integer: isInteger(name),
    }));
}

/** Throws E_SIM_PARAMETER for a value that no world can have. */
export function checkWorldParameter(name: WorldParameterName, value: number): void {
  if (!isDisturbance(name)) {
    checkParameter(name, value);
  } else if (name === "terrainRoughness" && value > mostBumpsMeters) {
    throw new RewardsmithError("E_SIM_PARAMETER", `${name} cannot be ${value}`, {
      hint: `give metres, at most ${mostBumpsMeters}`,
    });
  } else if (!(Number.isFinite(value) && value >= 0 && (!isInteger(name) || value % 1 === 0))) {
    throw new RewardsmithError("E_SIM_PARAMETER", `${name} cannot be ${value}`, {
      hint: `give a ${isInteger(name) ? "whole" : "finite"} number, not below 0`,
    });
  }
}

export function worldParameterUnit(name: WorldParameterName, { robot }: WorldTask): string {
  return isDisturbance(name) ? disturbanceFacts[name].unit : parameterUnit(name, robot);
}

/** Whether a parameter can make a difference to a task's robot. */
export function hasWorldParameter(name: WorldParameterName, task: WorldTask): boolean {
  const { definition, robot } = task;
  switch (name) {
    case "actionDelaySteps":
    case "observationDelaySteps":
      return true;
    case "sensorNoise":
      return definition.observation.some(({ noise }) => noise > 0);
    case "pushSpeed":
      return floatingBase(robot) !== undefined || definition.events.length > 0;
    case "objectPushSpeed":
      return freeBodies(robot).some(({ object }) => object);
    case "terrainRoughness":
      return definition.terrain ? hasBumps(definition) : movesOnPlane(task);
    default:
      return hasParameter(name, robot);
  }
}

/** Whether the task's own terrain has ground whose bumps may be drawn. */
export function hasBumps({ terrain }: WorldTask["definition"]): boolean {
  return terrain?.kinds.some(({ kind }) => kind === "rough") ?? false;
}

/** What a parameter is while nothing is drawn or held. Pushes belong to the drawn world. */
export function nominalWorldValue(
  name: WorldParameterName,
  { definition, robot }: WorldTask,
): number {
  if (name === "actionDelaySteps") return definition.actionDelaySteps[0];
  return isDisturbance(name) ? disturbanceFacts[name].nominal : nominalValue(name, robot);
}

function isInteger(name: WorldParameterName): boolean {
  return name === "actionDelaySteps" || name === "observationDelaySteps";
}
