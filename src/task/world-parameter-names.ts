/** Names of all that may differ between two worlds of a task; what each is, is told in world-parameters.ts. */
import { type ParameterName, parameterNames } from "../sim/simulator.js";

/** Carried out by the task rather than by the engine. New ones go to the end: draws follow the order. */
export const disturbanceNames = [
  "actionDelaySteps",
  "observationDelaySteps",
  "sensorNoise",
  "pushSpeed",
  "objectPushSpeed",
  "terrainRoughness",
] as const;
export type DisturbanceName = (typeof disturbanceNames)[number];
export type WorldParameterName = ParameterName | DisturbanceName;

export const worldParameterNames = [...parameterNames, ...disturbanceNames] as const;
export const numWorldParameters = worldParameterNames.length;

/** Column of each in tables `[env][world parameter]`. */
export const worldParameterIndex = Object.fromEntries(
  worldParameterNames.map((name, index) => [name, index]),
) as Record<WorldParameterName, number>;

export function isDisturbance(name: WorldParameterName): name is DisturbanceName {
  return (disturbanceNames as readonly string[]).includes(name);
}
