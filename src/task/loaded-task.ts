import type { RobotModel } from "../robot/model.js";
import type { EngineName } from "../sim/simulator.js";
import type { SignalTable } from "./signals.js";
import type { TaskDefinition, TaskPage, TaskSources } from "./task.js";

/** A task folder, read and checked. Plain JSON data: it can be stored, hashed and sent to workers. */
export interface LoadedTask {
  readonly definition: TaskDefinition;
  readonly robot: RobotModel;
  readonly page: TaskPage;
  readonly sources: TaskSources;
  readonly signals: SignalTable;
  /** Absolute folder it came from; not part of its identity. */
  readonly folder: string;
}

/** The task with another engine than its own; undefined leaves it as it is. */
export function inEngine(task: LoadedTask, engine: EngineName | undefined): LoadedTask {
  if (engine === undefined) return task;
  return { ...task, definition: { ...task.definition, engine } };
}
