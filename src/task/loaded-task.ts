import type { RobotModel } from "../robot/model.js";
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
