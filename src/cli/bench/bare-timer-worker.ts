/** How well this computer keeps a rate when there is nothing else to do. */
import { parentPort, workerData } from "node:worker_threads";
import { raisePriority, runAtRate, steadySeconds } from "../../deploy/rate.js";

export interface BareTimer {
  readonly periodSeconds: number;
  readonly periods: number;
}

const { periodSeconds, periods }: BareTimer = workerData;
raisePriority();
const report = await runAtRate({
  periodSeconds,
  periods,
  now: steadySeconds,
  onPeriod: () => true,
});
parentPort?.postMessage(report);
