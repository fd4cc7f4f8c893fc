/** An exported policy at its rate over loopback, beside a bare timer that runs at the same time. */
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { startThread } from "../../core/node/spawn.js";
import { exportPolicy } from "../../deploy/export.js";
import { readDeployment } from "../../deploy/folder.js";
import { PolicyRunner } from "../../deploy/policy-runner.js";
import { missedAfterSeconds, type RateReport, raisePriority } from "../../deploy/rate.js";
import { startRobot } from "../../deploy/robot-process.js";
import { createRuntime } from "../../deploy/runtime.js";
import { connectUdp } from "../../deploy/udp-adapter.js";
import { demoOffer } from "../../view/live/demo.js";
import type { BareTimer } from "./bare-timer-worker.js";
import type { Benchmark } from "./benchmark.js";

export interface RunBenchOptions {
  readonly seconds: number;
}

const task = "go1-walk";

export function benchRun({ seconds }: RunBenchOptions): Benchmark {
  return async (progress, signal) => {
    const folder = mkdtempSync(path.join(tmpdir(), "rewardsmith-bench-run-"));
    const closing: (() => Promise<unknown>)[] = [];
    try {
      progress(`${task}: exporting its bundled policy`);
      const watched = await demoOffer(task)?.load();
      if (!watched?.policy) throw new Error(`${task} has no bundled policy`);
      const { scene, policy: parameters, about } = watched;
      await exportPolicy({ folder, ...scene, policy: parameters, about });
      const policy = readDeployment(folder);
      const { deployment } = policy;
      const robot = await startRobot({ folder, engine: "mujoco", seed: 0 });
      closing.push(() => robot.close());
      const adapter = await connectUdp({
        host: "127.0.0.1",
        port: robot.port,
        deployment,
        actuators: policy.task.task.robot.actuators.map(({ name }) => name),
      });
      closing.push(() => adapter.close());
      const runtime = await createRuntime("typescript", policy);
      raisePriority();
      const periods = Math.round(seconds / deployment.step_dt);
      const timer: BareTimer = { periodSeconds: deployment.step_dt, periods };
      const bareTimer = startThread(new URL("./bare-timer-worker.js", import.meta.url), {
        workerData: timer,
      });
      closing.push(() => bareTimer.terminate());
      const bare = once(bareTimer, "message") as Promise<[RateReport]>;
      const runner = new PolicyRunner({
        policy,
        adapter,
        runtime,
        seconds,
        signal,
        onPeriod: (period) => {
          if (period % 50 === 0)
            progress(`driving for ${(period * deployment.step_dt).toFixed(0)} of ${seconds} s`);
        },
      });
      const report = await runner.run();
      signal.throwIfAborted();
      const [bareReport] = await bare;
      const row = (name: string, rate: RateReport, lost: string) => [
        name,
        String(rate.periods),
        String(rate.missed),
        String(rate.skipped),
        `${rate.latenessMs.p99.toFixed(2)} ms`,
        `${rate.latenessMs.max.toFixed(2)} ms`,
        lost,
      ];
      return {
        title: `Robot: ${task} at ${(1 / deployment.step_dt).toFixed(0)} Hz for ${seconds} s, MuJoCo in another process, over UDP`,
        rows: [
          [
            "",
            "periods",
            `> ${1000 * missedAfterSeconds} ms late`,
            "skipped",
            "99 %",
            "latest",
            "lost commands",
          ],
          row("bare timer", bareReport, ""),
          row("policy", report.rate, String(report.lostCommands)),
        ],
        notes: [
          report.stop === null
            ? "it walked to the end"
            : `it was stopped: ${report.stop.message} (${report.stop.code})`,
          `${report.workMs.mean.toFixed(2)} ms from the beginning of a period to its command, ${report.workMs.max.toFixed(2)} ms at most; ${report.repeated} periods without a new measurement`,
          "the bare timer keeps the same rate in a thread of its own at the same time and does nothing else",
        ],
      };
    } finally {
      for (const close of closing.reverse()) await close();
      rmSync(folder, { recursive: true, force: true });
    }
  };
}
