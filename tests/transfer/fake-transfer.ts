/** A transfer without physics: a policy is one number, and how it does follows from that and the world. */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { hashJson } from "../../src/core/node/hash.js";
import { transferLogFile } from "../../src/events/transfer-event.js";
import type { CompiledTask } from "../../src/reward/compiled-task.js";
import type { Program } from "../../src/reward/program.js";
import { type Checkpoint, encodeCheckpoint, policyHash } from "../../src/rl/checkpoint.js";
import type { Executor } from "../../src/run/executor.js";
import type { TrainingJob } from "../../src/run/job.js";
import type { Learner } from "../../src/run/learner.js";
import { createRun } from "../../src/run/run-folder.js";
import { trainJob } from "../../src/run/train-job.js";
import { offlineConfigurationDesigner } from "../../src/transfer/configuration-designer.js";
import type { EpisodeMeasure, Measure, MeasureOptions } from "../../src/transfer/measure.js";
import { type TransferSettings, transferSize } from "../../src/transfer/settings.js";
import type { TransferParts } from "../../src/transfer/transfer-parts.js";
import { fakeRow } from "../run/fake-training.js";
import { temporaryFolder } from "../temporary-folder.js";
import { smallestNetwork, zeroCheckpoint } from "./zero-checkpoint.js";

/** A number from 0 to 1 that stands for all a training knows. */
function worthOf(job: TrainingJob): number {
  const { randomization } = job.task.task.definition;
  const hash = hashJson({ randomization, seed: job.seed, parent: job.parent });
  return Number.parseInt(hash.slice(0, 6), 16) / 0x1000000;
}

function checkpoint(job: TrainingJob, iteration: number, totalSteps: number): Checkpoint {
  const policy = zeroCheckpoint(smallestNetwork);
  policy.theta[0] = worthOf(job);
  return { ...policy, engine: job.engine, seed: job.seed, iteration, totalSteps };
}

const learner: Learner = {
  async start(job) {
    let iteration = 0;
    const { numEnvs, numStepsPerEnv } = job.settings;
    const steps = () => iteration * numEnvs * numStepsPerEnv;
    return {
      async iterate() {
        iteration++;
        return fakeRow(iteration, steps());
      },
      async save() {
        const saved = checkpoint(job, iteration, steps());
        return { bytes: encodeCheckpoint(saved), policyHash: policyHash(saved) };
      },
      async dispose() {},
    };
  },
  async evaluate() {
    throw new Error("a transfer evaluates nothing while it trains");
  },
};

/** Every value of a parameter above half of the policy's number works; falls, distance and jerk follow. */
const measure: Measure = async ({ worlds, policy, seconds }) =>
  worlds.map((world, i): EpisodeMeasure => {
    const worth = policy.theta[0];
    const { friction = 1, motorStrength = 1 } = world.parameters ?? {};
    const loose = Math.min(friction, motorStrength) > 0.5 * worth;
    const success = loose && (i % 3 > 0 || worth > 0.5);
    return {
      world: i,
      success,
      loose,
      ending: loose ? "timeOut" : "fell",
      seconds,
      fitness: 0,
      measures: {
        distance: 10 * worth + 0.1 * (i % 5) + friction,
        speed: worth,
        speedError: 1 - worth,
        drift: 0,
        torque: 1,
        power: 1,
        slip: 0,
        jerk: worth,
      },
    };
  });

export interface FakeTransfer {
  readonly parts: TransferParts;
  readonly settings: TransferSettings;
  /** What was asked for since the last look, by job and by policy. */
  readonly trained: TrainingJob[];
  readonly measured: MeasureOptions[];
  /** Ends a training before it has begun. */
  fault: (job: TrainingJob) => `E_${string}` | null;
  /** Lines of the log, the header's first. */
  log(): string[];
  /** As after a kill: these are all that was written. */
  setLog(lines: readonly string[]): void;
  exports: number;
}

export function fakeTransfer(task: CompiledTask, more: Partial<TransferSettings>): FakeTransfer {
  const runsRoot = temporaryFolder("transfer");
  const settings: TransferSettings = {
    ...transferSize(task.task.definition, { quick: true, ablation: true }),
    configurations: 2,
    baseSteps: 4096,
    steps: 8192,
    choosingWorlds: 20,
    examEpisodes: 12,
    examCellEpisodes: 3,
    rappRepeats: 1,
    slots: 2,
    ...more,
  };
  const now = () => new Date();
  const run = createRun({ runsRoot, task: "go1-walk", name: "fake", options: {} }, now);
  const logFile = path.join(run.folder, transferLogFile);
  const executor: Executor = {
    slots: 2,
    async run(request) {
      fake.trained.push(request.job);
      const code = fake.fault(request.job);
      if (code) return { status: "failed", jobId: "x", code, message: "a fault", totalSteps: 0 };
      return await trainJob(request, { runsRoot, learner });
    },
    async close() {},
  };
  const fake: FakeTransfer = {
    settings,
    trained: [],
    measured: [],
    fault: () => null,
    log: () => readFileSync(logFile, "utf8").trimEnd().split("\n"),
    setLog: (lines) => writeFileSync(logFile, `${lines.join("\n")}\n`),
    exports: 0,
    parts: {
      run,
      runsRoot,
      task,
      reward: { program: task.programs.human as Program, source: "", label: "the human reward" },
      settings,
      designer: offlineConfigurationDesigner(1),
      executor,
      measurer: {
        measure: async (options) => {
          fake.measured.push(options);
          return await measure(options);
        },
        async close() {},
      },
      exportPolicy: async () => {
        fake.exports++;
        return "robot";
      },
      machine: "",
      signal: new AbortController().signal,
      observer: {},
      now,
      cpuSeconds: () => 0,
    },
  };
  return fake;
}
