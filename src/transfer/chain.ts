/**
 * From a task and a reward to a policy for another world: a policy without randomization, the prior
 * it leaves, randomizations, trainings with them, a choice on worlds drawn for it, an exam of every
 * row's choice in the other engine, a report and a folder for a robot. Whatever the log says was done
 * is not done again.
 */
import pLimit from "p-limit";
import { RewardsmithError } from "../core/errors.js";
import { type TransferEvent, transferFormat, transferLogFile } from "../events/transfer-event.js";
import {
  foldTransfer,
  foldTransfers,
  sameTraining,
  type TrainingKey,
  type TransferState,
  trainingName,
} from "../events/transfer-state.js";
import type { PolicyParameters } from "../policy/inference.js";
import { decodeCheckpoint } from "../rl/checkpoint.js";
import { openEventLog } from "../run/event-log.js";
import type { TrainingJob } from "../run/job.js";
import { loadResult } from "../run/job-store.js";
import type { RunFolder } from "../run/run-folder.js";
import { versions } from "../run/versions.js";
import { choose, compared, matrixRow } from "./choose.js";
import { type RandomizationConfiguration, withRandomization } from "./configuration.js";
import {
  type ConfigurationTable,
  configurationNamed,
  configurationTableSchema,
  trainingsOf,
} from "./configuration-table.js";
import { examSchema, sitExam } from "./exam.js";
import { makeConfigurations } from "./made-configurations.js";
import { transferOf } from "./measure.js";
import { noConfiguration } from "./plain-configurations.js";
import { feasibleIntervals, type PhysicsPrior, physicsPriorSchema } from "./prior.js";
import { faithfulSettings, measurePrior, rappDefaults } from "./rapp.js";
import { storedLots, writePrior } from "./rapp-store.js";
import { configurationsOf } from "./settings.js";
import { choosingWorlds } from "./suite.js";
import { transferFiles } from "./transfer-files.js";
import type { ChosenPolicy, TransferParts, TransferStage } from "./transfer-parts.js";
import { writeTransferReport } from "./transfer-report.js";

/** Seed of what is drawn for choosing, for configurations and for the prior. */
export const transferSeeds = {
  choosing: 71_001,
  configurations: 71_002,
  prior: 71_003,
  exam: 0,
} as const;

export async function runTransfer(parts: TransferParts): Promise<TransferState> {
  const log = openEventLog(parts.run.path(transferLogFile), transferFormat, parts.now);
  try {
    return await new Chain(parts, log).run();
  } finally {
    log.close();
  }
}

class Chain {
  state: TransferState;
  private readonly parts: TransferParts;
  private readonly log: ReturnType<typeof openEventLog<TransferEvent>>;

  constructor(parts: TransferParts, log: ReturnType<typeof openEventLog<TransferEvent>>) {
    this.parts = parts;
    this.log = log;
    this.state = foldTransfers(log.contents.events);
  }

  async run(): Promise<TransferState> {
    const { parts } = this;
    const { task, run, reward, designer, machine } = parts;
    transferOf(task);
    if (this.state.status === "finished") return this.state;
    if (this.state.start) this.record({ type: "resumed" });
    else {
      this.record({
        type: "started",
        name: run.info.name,
        task: task.task.definition.name,
        rewardLabel: reward.label,
        designer: designer.description,
        machine,
        versions: { ...versions() },
      });
    }
    try {
      await this.trainBase();
      const prior = await this.measurePrior();
      const table = await this.makeConfigurations(prior);
      await this.trainAll(table);
      await this.compareAll(table);
      this.chooseOnes();
      const chosen = await this.examine(table);
      if (this.state.exported === null) {
        this.record({ type: "exported", folder: await parts.exportPolicy(chosen) });
      }
      writeTransferReport(run, task, this.state, parts.settings);
      this.record({ type: "reported", path: transferFiles.report });
      this.record({ type: "finished" });
      return this.state;
    } catch (error) {
      const stopped = parts.signal.aborted;
      const code = error instanceof RewardsmithError ? error.code : "E_INTERNAL";
      const message = error instanceof Error ? error.message : String(error);
      this.record({ type: "stopped", code: stopped ? "E_CANCELLED" : code, message });
      throw error;
    }
  }

  private async trainBase(): Promise<void> {
    if (this.state.base) return;
    const { settings } = this.parts;
    const job = this.jobOf(noConfiguration(), settings.seeds[0], null);
    const outcome = await this.train(job, settings.baseSteps, (share) =>
      this.progress("base", share, "without randomization"),
    );
    if (outcome.status === "failed") {
      throw new RewardsmithError(outcome.code, outcome.message, { where: `job ${outcome.jobId}` });
    }
    this.record({ type: "baseTrained", jobId: outcome.jobId, steps: outcome.totalSteps });
  }

  private async measurePrior(): Promise<PhysicsPrior> {
    const { run, task, settings, measurer, signal, now } = this.parts;
    if (this.state.prior) return readJson(run, this.state.prior.path, physicsPriorSchema);
    const began = now().getTime();
    const prior = await measurePrior({
      ...rappDefaults,
      repeats: settings.rappRepeats,
      ...(settings.faithful && faithfulSettings),
      seed: transferSeeds.prior,
      task,
      policy: this.policyOf(this.baseResult()),
      engine: settings.engine,
      measure: measurer.measure,
      memory: storedLots(this.parts.runsRoot),
      signal,
      onProgress: ({ stage, done, total, parameters }) =>
        // Edges follow the grid and take about as long.
        this.progress(
          "prior",
          stage === "nominal"
            ? 0
            : (stage === "grid" ? 0 : 0.5) + (0.5 * done) / Math.max(1, total),
          `${stage} ${parameters.slice(0, 3).join(", ")}`,
        ),
    });
    writePrior(run.folder, prior);
    const seconds = (now().getTime() - began) / 1000;
    this.record({ type: "priorMeasured", path: transferFiles.prior, seconds });
    return prior;
  }

  private async makeConfigurations(prior: PhysicsPrior): Promise<ConfigurationTable> {
    const { run, task, settings, designer, signal } = this.parts;
    const known = this.state.configurations;
    if (known) return readJson(run, known.path, configurationTableSchema);
    const feasible = feasibleIntervals(prior);
    const table: ConfigurationTable[number][] = [];
    for (const row of settings.rows) {
      const count = configurationsOf(row, settings);
      const made = async (): Promise<readonly RandomizationConfiguration[]> => {
        switch (row) {
          case "designed":
            return await designer.design(task.task, feasible, count, signal);
          case "designed-without-prior":
            return await designer.design(task.task, undefined, count, signal);
          default:
            return makeConfigurations(
              row,
              task.task,
              feasible,
              count,
              transferSeeds.configurations,
            );
        }
      };
      this.progress("configurations", table.length / settings.rows.length, row);
      const configurations = await made();
      table.push({
        row,
        designer: configurations[0].designer,
        configurations: [...configurations],
      });
    }
    run.write(transferFiles.configurations, `${JSON.stringify(table, null, 1)}\n`);
    this.record({
      type: "configurationsMade",
      path: transferFiles.configurations,
      rows: table.map(({ row, designer: by, configurations }) => ({
        row,
        designer: by,
        names: configurations.map(({ name }) => name),
      })),
    });
    return table;
  }

  private async trainAll(table: ConfigurationTable): Promise<void> {
    const { settings, executor, signal } = this.parts;
    const all = trainingsOf(table, settings);
    const shares = new Map(all.map((key) => [trainingName(key), 0]));
    const limit = pLimit(executor.slots);
    const report = (key: TrainingKey, share: number) => {
      shares.set(trainingName(key), share);
      const sum = [...shares.values()].reduce((a, b) => a + b, 0);
      this.progress("trainings", sum / all.length, trainingName(key));
    };
    await settleAll(
      all.map((key) =>
        limit(async () => {
          const done =
            this.state.trained.some((one) => sameTraining(one, key)) ||
            this.state.failed.some((one) => sameTraining(one, key));
          if (!done) {
            signal.throwIfAborted();
            await this.trainOne(table, key, (share) => report(key, share));
          }
          report(key, 1);
        }),
      ),
    );
  }

  private async trainOne(
    table: ConfigurationTable,
    key: TrainingKey,
    onShare: (share: number) => void,
  ): Promise<void> {
    const { settings } = this.parts;
    const { row, configuration, seed } = key;
    const parent = settings.warm ? this.baseResult() : null;
    const job = this.jobOf(configurationNamed(table, key), seed, parent);
    const outcome = await this.train(job, settings.steps, onShare);
    if (outcome.status === "failed") {
      const { code, message } = outcome;
      this.record({ type: "trainingFailed", row, configuration, seed, code, message });
      return;
    }
    const { jobId, totalSteps: steps, newSteps, cpuSeconds } = outcome;
    this.record({ type: "trained", row, configuration, seed, jobId, steps, newSteps, cpuSeconds });
  }

  private async compareAll(table: ConfigurationTable): Promise<void> {
    const { run, task, settings, measurer, signal } = this.parts;
    const transfer = transferOf(task);
    const worlds = choosingWorlds(task.task, settings.choosingWorlds, transferSeeds.choosing);
    const all = trainingsOf(table, settings);
    const policies = this.state.trained;
    const open = policies.filter((one) => !this.state.compared.some((c) => sameTraining(c, one)));
    const done = policies.length - open.length;
    const shares = open.map(() => 0);
    await settleAll(
      open.map(async (one, i) => {
        const episodes = await measurer.measure({
          task,
          policy: this.policyOf(`${one.jobId}@${one.steps}`),
          engine: settings.engine,
          profile: "reference",
          worlds,
          seconds: settings.choosingSeconds,
          seed: transferSeeds.choosing,
          stream: "select",
          signal,
          onProgress: (share) => {
            shares[i] = share;
            const sum = shares.reduce((a, b) => a + b, done);
            this.progress("choosing", sum / policies.length, trainingName(one));
          },
        });
        const row = matrixRow(episodes, transfer);
        const place = all.findIndex((key) => sameTraining(key, one));
        const path = run.write(transferFiles.matrixRow(place), `${JSON.stringify(row)}\n`);
        this.record({ type: "compared", ...compared(one, row), path });
      }),
    );
  }

  private chooseOnes(): void {
    if (this.state.chosen) return;
    if (this.state.compared.length === 0) {
      throw new RewardsmithError("E_TRANSFER_NOTHING", "every training failed", {
        where: this.parts.run.folder,
        hint: this.state.failed.map(({ code, message }) => `${code}: ${message}`)[0] ?? "",
      });
    }
    const { policies, why } = choose(this.state.compared);
    this.record({
      type: "chosen",
      why,
      policies: policies.map(({ row, configuration, seed }) => ({ row, configuration, seed })),
    });
  }

  /** Every row's choice of every seed, the best of all first. */
  private async examine(table: ConfigurationTable): Promise<ChosenPolicy> {
    const { run, task, settings, measurer, signal } = this.parts;
    const keys = this.state.chosen?.policies ?? [];
    const open = keys.filter((key) => !this.state.examined.some((one) => sameTraining(one, key)));
    const shares = open.map(() => 0);
    const done = keys.length - open.length;
    await settleAll(
      open.map(async (key, i) => {
        const exam = await sitExam({
          task,
          policy: this.policyOf(this.resultOf(key)),
          trainedIn: settings.engine,
          episodes: settings.examEpisodes,
          cellEpisodes: settings.examCellEpisodes,
          seed: transferSeeds.exam,
          measure: measurer.measure,
          signal,
          onProgress: (share) => {
            shares[i] = share;
            this.progress(
              "exam",
              shares.reduce((a, b) => a + b, done) / keys.length,
              trainingName(key),
            );
          },
        });
        const place = keys.findIndex((other) => sameTraining(other, key));
        const path = run.write(transferFiles.exam(place), `${JSON.stringify(exam, null, 1)}\n`);
        const { row, configuration, seed } = key;
        this.record({ type: "examined", row, configuration, seed, path, passed: exam.passed });
      }),
    );
    const [key] = keys;
    const examined = this.state.examined.find((one) => sameTraining(one, key));
    const result = loadResult(this.parts.runsRoot, this.resultOf(key));
    return {
      key,
      job: result.job,
      policy: decodeCheckpoint(result.checkpoint),
      steps: result.steps,
      exam: readJson(run, examined?.path ?? "", examSchema),
      configuration: configurationNamed(table, key),
    };
  }

  private jobOf(
    configuration: RandomizationConfiguration,
    seed: number,
    parent: string | null,
  ): TrainingJob {
    const { task, reward, settings } = this.parts;
    const { training } = task.task.definition;
    return {
      task: withRandomization(task, configuration),
      reward: reward.program,
      settings: { ...training, randomize: true, numShards: 1 },
      engine: settings.engine,
      seed,
      parent,
    };
  }

  /** Stops the chain where it is asked to; everything else that may go wrong is an outcome. */
  private async train(job: TrainingJob, steps: number, onShare: (share: number) => void) {
    const { executor, signal } = this.parts;
    const outcome = await executor.run(
      { job, steps, evaluations: [] },
      { signal, onProgress: ({ totalSteps }) => onShare(Math.min(1, totalSteps / steps)) },
    );
    if (outcome.status === "failed" && outcome.code === "E_CANCELLED") {
      signal.throwIfAborted();
      throw new RewardsmithError("E_CANCELLED", outcome.message);
    }
    return outcome;
  }

  private baseResult(): string {
    const { base } = this.state;
    if (!base) throw new Error("no policy has been trained yet");
    return `${base.jobId}@${base.steps}`;
  }

  private resultOf(key: TrainingKey): string {
    const trained = this.state.trained.find((one) => sameTraining(one, key));
    if (!trained) throw new Error(`${trainingName(key)} was not trained`);
    return `${trained.jobId}@${trained.steps}`;
  }

  private policyOf(result: string): PolicyParameters {
    const policy = decodeCheckpoint(loadResult(this.parts.runsRoot, result).checkpoint);
    const { network, theta, observationStatistics } = policy;
    return { network, theta, observationStatistics };
  }

  private progress(stage: TransferStage, share: number, note: string): void {
    this.parts.observer.progress?.(stage, share, note);
  }

  private record(event: TransferEvent): void {
    const stamped = this.log.append(event);
    this.state = foldTransfer(this.state, stamped);
    this.parts.observer.event?.(event, this.state);
  }
}

/** Waits for all, then throws what the first that failed threw: nothing works on behind an error. */
async function settleAll(work: readonly Promise<void>[]): Promise<void> {
  const settled = await Promise.allSettled(work);
  const failed = settled.find((one) => one.status === "rejected");
  if (failed) throw failed.reason;
}

function readJson<T>(run: RunFolder, path: string, schema: { parse(value: unknown): T }): T {
  return schema.parse(JSON.parse(run.read(path)));
}
