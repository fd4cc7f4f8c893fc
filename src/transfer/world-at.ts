/** The world in which one parameter has a given value and all else is as ever. */
import { freeBodies } from "../robot/free-bodies.js";
import type { LoadedTask } from "../task/loaded-task.js";
import { isDisturbance, type WorldParameterName } from "../task/world-parameters.js";
import { bumps } from "./rough-ground.js";
import type { World } from "./world.js";

/**
 * Seconds between two pushes, shorter than in training, as DrEureka has it: an episode of a few
 * seconds has to meet some.
 */
const pushEverySeconds = 1;

export function worldAt(
  { definition, robot }: Pick<LoadedTask, "definition" | "robot">,
  name: WorldParameterName,
  value: number,
): World {
  if (!isDisturbance(name)) return { parameters: { [name]: value } };
  const push = { metersPerSecond: value, everySeconds: pushEverySeconds };
  switch (name) {
    case "actionDelaySteps":
      return { actionDelaySteps: value };
    case "observationDelaySteps":
      return { observationDelaySteps: value };
    case "sensorNoise":
      return { noiseFactor: value };
    case "pushSpeed":
      return { pushes: [push] };
    case "objectPushSpeed": {
      const objects = freeBodies(robot).filter(({ object }) => object);
      return { pushes: objects.map((object) => ({ ...push, body: object.name })) };
    }
    case "terrainRoughness":
      // Level ground is what a task without terrain has anyway.
      return value === 0 && !definition.terrain ? {} : { terrain: bumps(value) };
  }
}

/** Both changes at once. */
export function mergeWorlds(a: World, b: World): World {
  return {
    ...a,
    ...b,
    ...((a.parameters || b.parameters) && { parameters: { ...a.parameters, ...b.parameters } }),
    ...((a.pushes || b.pushes) && { pushes: [...(a.pushes ?? []), ...(b.pushes ?? [])] }),
  };
}
