/** Training while somebody watches, beside the same training while nobody does. */
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { RewardsmithError } from "../../core/errors.js";
import { startProcess } from "../../core/node/spawn.js";
import { median, quantile } from "../../core/statistics.js";
import { compileTask } from "../../reward/node/compile-task.js";
import type { TrainingJob } from "../../run/job.js";
import { createLocalExecutor } from "../../run/local-executor.js";
import { loadTask } from "../../task/node/load.js";
import { demoOffer } from "../../view/live/demo.js";
import { createLiveSource } from "../../view/live/live-source.js";
import { startViewServer } from "../../view/server.js";
import { cpuMilliseconds } from "./bare-engine.js";
import type { Benchmark } from "./benchmark.js";
import type { PageReport, PageRequest } from "./headless-page-worker.js";
import { humanJob } from "./train.js";

const usual = ["ant"];
const roundMs = 2000;
/** Each is one round watched and one not, in an order that turns round. */
const pairs = 12;
/** What runs on for a little after the last one looked away must have ended. */
const settleMs = 3500;
/** More than any round needs. */
const manySteps = 1e9;
const neverSeconds = 1e6;

/** @param tasks others than the usual one; each needs a bundled demo, which is what is watched */
export function benchWatch(tasks: readonly string[]): Benchmark {
  return async (progress, signal) => {
    const rows: string[][] = [];
    for (const name of tasks.length > 0 ? tasks : usual) {
      for (const shards of [1, 2]) {
        const { lost, share, frames } = await watched(name, shards, (pair) => {
          signal.throwIfAborted();
          progress(`watching: ${name} on ${shards} cores, pair ${pair} of ${pairs}`);
        });
        rows.push([
          name,
          `${shards}`,
          middle(lost.wall),
          middle(lost.cpu),
          percent(share),
          frames.toFixed(0),
        ]);
      }
    }
    return {
      title: "Viewer: what a training loses while somebody watches",
      rows: [
        [
          "task",
          "cores it trains on",
          "lost by the clock",
          "lost of the process's time",
          "a core for the evaluation",
          "frames/s",
        ],
        ...rows,
      ],
      notes: [
        `iterations a second, median and middle half of ${pairs} pairs of ${roundMs / 1000} s with and without a client that takes every channel of 16 robots; wanted: ≤ 2 % where a core is free`,
        "the process trains in one thread and serves the viewer in another; its time is that of both",
        "the evaluation runs in a process of low priority: with all cores training it gets what they leave",
      ],
    };
  };
}

const percent = (value: number) => `${(100 * value).toFixed(1)} %`;
const middle = (values: readonly number[]) =>
  `${percent(median(values))} (${percent(quantile(values, 0.25))} to ${percent(quantile(values, 0.75))})`;

async function watched(name: string, numShards: number, progress: (pair: number) => void) {
  const offer = demoOffer(name);
  if (!offer) {
    throw new RewardsmithError("E_VIEW_POLICY_UNKNOWN", `${name} has no bundled policy to watch`);
  }
  const folder = mkdtempSync(path.join(tmpdir(), "rewardsmith-bench-watch-"));
  const training = train(humanJob(compileTask(await loadTask(name)), numShards), folder);
  const source = createLiveSource({ offers: { list: () => [offer], find: () => offer } });
  const server = await startViewServer({ pagesFolder: "", openSource: () => source, version: "" });
  const page = openPage(server.url.replace("http", "ws").replace("/?", "/stream?"));
  const lost = { wall: [] as number[], cpu: [] as number[] };
  const shares: number[] = [];
  let [frames, seconds] = [0, 0];
  const one = async (watching: boolean) => {
    await page.watch(watching);
    if (!watching) await pause(settleMs);
    const [got, started] = [page.report.frames, performance.now()];
    const rates = await training.rates();
    if (watching) {
      frames += page.report.frames - got;
      seconds += (performance.now() - started) / 1000;
      shares.push(page.report.share ?? Number.NaN);
    }
    return rates;
  };
  try {
    // Code warms up, and the process that plays has begun.
    await one(true);
    for (let pair = 1; pair <= pairs; pair++) {
      progress(pair);
      const first = pair % 2 === 0;
      const a = await one(first);
      const b = await one(!first);
      const [on, off] = first ? [a, b] : [b, a];
      lost.wall.push(1 - on.wall / off.wall);
      lost.cpu.push(1 - on.cpu / off.cpu);
    }
  } finally {
    page.close();
    await Promise.all([server.stop(), training.stop()]);
    rmSync(folder, { recursive: true, force: true });
  }
  return { lost, share: median(shares.filter(Number.isFinite)), frames: frames / seconds };
}

/** A training as the commands run it, in a thread of its own. */
function train(job: TrainingJob, runsRoot: string) {
  const executor = createLocalExecutor({ runsRoot, slots: 1, checkpointSeconds: neverSeconds });
  let tell = () => {};
  const outcome = executor.run(
    { job, steps: manySteps, evaluations: [] },
    { onProgress: () => tell() },
  );
  const ended = outcome.then((outcome): never => {
    throw new Error(`the training ended: ${"message" in outcome ? outcome.message : ""}`);
  });
  ended.catch(() => {});
  const iteration = () => Promise.race([new Promise<void>((resolve) => (tell = resolve)), ended]);
  return {
    /** Iterations a millisecond of the clock and of this process's time, over one round. */
    async rates() {
      await iteration();
      const [started, cpuStarted] = [performance.now(), cpuMilliseconds()];
      let iterations = 0;
      do {
        await iteration();
        iterations++;
      } while (performance.now() - started < roundMs);
      const wall = iterations / (performance.now() - started);
      return { wall, cpu: iterations / (cpuMilliseconds() - cpuStarted) };
    },
    stop: () => executor.close(),
  };
}

function openPage(address: string) {
  const child = startProcess(new URL("./headless-page-worker.js", import.meta.url));
  const page = {
    report: { frames: 0, share: null } as PageReport,
    /** Resolves once the first frame came, where frames are wanted. */
    async watch(watching: boolean): Promise<void> {
      await welcomed;
      const { frames } = page.report;
      child.send({ watching } satisfies PageRequest);
      while (watching && page.report.frames <= frames) await once(child, "message");
    },
    close: () => child.disconnect(),
  };
  child.on("message", (report: PageReport) => {
    page.report = report;
  });
  const welcomed = once(child, "message");
  child.send({ address } satisfies PageRequest);
  return page;
}
