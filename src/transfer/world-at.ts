/** The world in which one parameter has a given value and all else is as ever. */
import { freeBodies } from "../robot/free-bodies.js";
import type { LoadedTask } from "../task/loaded-task.js";
import { isDisturbance, type WorldParameterName } from "../task/world-parameters.js";
import type { World } from "./world.js";

/**
 * Seconds between two pushes, shorter than in training, as DrEureka has it: an episode of a few
 * seconds has to meet some.
 */
const pushEverySeconds = 1;

/** Whether a world can hold it: the ground's shape cannot be changed for one environment alone. */
export function isVaried(name: WorldParameterName): boolean {
  return name !== "terrainRoughness";
}

export function worldAt({ robot }: LoadedTask, name: WorldParameterName, value: number): World {
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
      throw new Error("the ground is the same for all environments of a simulator");
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
