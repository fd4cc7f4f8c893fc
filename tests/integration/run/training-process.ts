/** A process that runs an executor: it is sent what to train and answers with the outcomes. */
import { once } from "node:events";
import type { TrainingRequest } from "../../../src/run/job.js";
import { createLocalExecutor } from "../../../src/run/local-executor.js";

export interface TrainingOrder {
  readonly runsRoot: string;
  /** URL of the worker module. */
  readonly worker: string;
  readonly requests: readonly TrainingRequest[];
}

const [order] = (await once(process, "message")) as [TrainingOrder];
const executor = createLocalExecutor({
  runsRoot: order.runsRoot,
  slots: 2,
  checkpointSeconds: 0.1,
  worker: new URL(order.worker),
});
const onProgress = () => process.send?.("row");
const runs = order.requests.map((request) => executor.run(request, { onProgress }));
process.send?.(await Promise.all(runs));
await executor.close();
process.disconnect();
