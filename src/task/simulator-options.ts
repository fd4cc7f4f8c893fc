import type { SimulatorOptions } from "../sim/simulator.js";
import type { LoadedTask } from "./loaded-task.js";
import { contactGeomsOf } from "./signal-table.js";

/** What a back end needs to build a task's world; `createTaskEnvironment` expects exactly this. */
export function simulatorOptions(
  task: LoadedTask,
  numEnvs: number,
  profile: "train" | "reference",
): SimulatorOptions {
  return {
    robot: task.robot,
    numEnvs,
    controlDtSeconds: task.definition.controlDtSeconds,
    physics: task.definition.physics[profile],
    contactGeoms: contactGeomsOf(task.definition),
    ...(task.definition.terrain && { terrain: task.definition.terrain }),
  };
}
