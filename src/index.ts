/** The library: what `import … from "rewardsmith"` offers. */
export { type Issue, RewardsmithError } from "./core/errors.js";
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
