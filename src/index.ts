/** The library: what `import … from "rewardsmith"` offers. */
export { RewardsmithError } from "./core/errors.js";
export { defineTask, type TaskInput } from "./task/task.js";
