/** A task's world with any engine. */
import { createSimulator } from "../sim/node/create-simulator.js";
import type { TaskEnvironment } from "../task/task-environment.js";
import { assembleEnvironment, type CreateEnvironmentOptions } from "./assemble-environment.js";

export function createEnvironment(options: CreateEnvironmentOptions): Promise<TaskEnvironment> {
  return assembleEnvironment(options, createSimulator);
}
