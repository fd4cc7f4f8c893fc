/** The library: what `import … from "rewardsmith"` offers. */
export { type Issue, RewardsmithError } from "./core/errors.js";
export { type ExportOptions, exportPolicy } from "./deploy/export.js";
export { type DeployedPolicy, readDeployment } from "./deploy/folder.js";
export { PolicyRunner, type RunOptions, type RunReport } from "./deploy/policy-runner.js";
export type {
  Arrival,
  Measurement,
  RobotAdapter,
  RobotCommand,
  RobotDescription,
} from "./deploy/robot.js";
export { type RobotProcess, startRobot } from "./deploy/robot-process.js";
export { connectRosbridge } from "./deploy/rosbridge-adapter.js";
export { createRuntime, type Runtime } from "./deploy/runtime.js";
export { connectUdp } from "./deploy/udp-adapter.js";
export type { DesignContext, Designer, Proposal } from "./design/designer.js";
export type { DesignObserver } from "./design/progress.js";
export type { RunState } from "./events/run-state.js";
export {
  type DesignOptions,
  design,
  evaluate,
  type TrainedPolicy,
  type TrainOptions,
  train,
} from "./library.js";
export type { Evaluation, MetricsRow } from "./rl/metrics.js";
export { defineTask, type TaskInput } from "./task/task.js";
