/**
 * From a task and a reward to a policy for another world: a policy without randomization, the prior
 * it leaves, randomizations, trainings with them, a choice on worlds drawn for it, an exam of every
 * row's choice in the other engine, a report and a folder for a robot. Whatever the log says was done
 * is not done again.
 */
import { RewardsmithError } from "../core/errors.js";
import {
  isOver,
  sameTraining,
  type TransferState,
  trainingName,
} from "../events/transfer-state.js";
import { decodeCheckpoint } from "../rl/checkpoint.js";
import { loadResult } from "../run/job-store.js";
import type { RunFolder } from "../run/run-folder.js";
import { versions } from "../run/versions.js";
import { choose, compared, matrixRow } from "./choose.js";
import type { RandomizationConfiguration } from "./configuration.js";
import {
  type ConfigurationTable,
  configurationNamed,
  configurationTableSchema,
  trainingsOf,
} from "./configuration-table.js";
import { examSchema, sitExam } from "./exam.js";
import { makeConfigurations } from "./made-configurations.js";
import { transferOf } from "./measure.js";
import { feasibleIntervals, type PhysicsPrior, physicsPriorSchema } from "./prior.js";
import { storedPolicy } from "./randomized-training.js";
import { faithfulSettings, measurePrior, rappDefaults } from "./rapp.js";
import { storedLots, writePrior } from "./rapp-store.js";
import { configurationsOf } from "./settings.js";
import { settleAll } from "./settle-all.js";
import { choosingWorlds } from "./suite.js";
import { baseResult, resultOf, trainAll, trainBase } from "./trainings.js";
import { transferFiles } from "./transfer-files.js";
import { TransferLog } from "./transfer-log.js";
import type { ChosenPolicy, TransferParts } from "./transfer-parts.js";
import { writeTransferReport } from "./transfer-report.js";

/** Seed of what is drawn for choosing, for configurations and for the prior. */
export const transferSeeds = {
  choosing: 71_001,
  configurations: 71_002,
  prior: 71_003,
  exam: 0,
} as const;

export async function runTransfer(parts: TransferParts): Promise<TransferState> {
  const log = new TransferLog(parts);
  try {
    return await new Chain(parts, log).run();
  } finally {
    log.close();
  }
}

class Chain {
  private readonly parts: TransferParts;
  private readonly log: TransferLog;

  constructor(parts: TransferParts, log: TransferLog) {
    this.parts = parts;
    this.log = log;
  }

  private get state(): TransferState {
    return this.log.state;
  }

  async run(): Promise<TransferState> {
    const { parts, log } = this;
    const { task, run, reward, designer, machine } = parts;
    transferOf(task);
    if (isOver(log.state)) return log.state;
    if (log.state.start) log.record({ type: "resumed" });
    else {
      log.record({
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
      await trainBase(parts, log);
      const prior = await this.measurePrior();
      const table = await this.makeConfigurations(prior);
      await trainAll(parts, log, table);
      await this.compareAll(table);
      this.chooseOnes();
      const chosen = await this.examine(table);
      if (log.state.exported === null) {
        log.record({ type: "exported", folder: await parts.exportPolicy(chosen) });
      }
      log.account();
      writeTransferReport(run, task, log.state, parts.settings);
      log.record({ type: "reported", path: transferFiles.report });
      log.record({ type: "finished" });
      return log.state;
    } catch (error) {
      log.account();
      const stopped = parts.signal.aborted;
      const code = error instanceof RewardsmithError ? error.code : "E_INTERNAL";
      const message = error instanceof Error ? error.message : String(error);
      log.record({ type: "stopped", code: stopped ? "E_CANCELLED" : code, message });
      throw error;
    }
  }

  private async measurePrior(): Promise<PhysicsPrior> {
    const { run, task, settings, measurer, signal } = this.parts;
    if (this.state.prior) return readJson(run, this.state.prior.path, physicsPriorSchema);
    const prior = await measurePrior({
      ...rappDefaults,
      repeats: settings.rappRepeats,
      ...(settings.faithful && faithfulSettings),
      seed: transferSeeds.prior,
      task,
      policy: storedPolicy(this.parts.runsRoot, baseResult(this.log)),
      engine: settings.engine,
      measure: measurer.measure,
      memory: storedLots(this.parts.runsRoot),
      signal,
      onProgress: ({ stage, done, total, parameters }) =>
        // Edges follow the grid and take about as long.
        this.log.progress(
          "prior",
          stage === "nominal"
            ? 0
            : (stage === "grid" ? 0 : 0.5) + (0.5 * done) / Math.max(1, total),
          `${stage} ${parameters.slice(0, 3).join(", ")}`,
        ),
    });
    writePrior(run.folder, prior);
    // Over all the processes that measured it.
    this.log.account();
    const seconds = this.state.wallSeconds - this.state.baseWallSeconds;
    this.log.record({ type: "priorMeasured", path: transferFiles.prior, seconds });
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
      this.log.progress("configurations", table.length / settings.rows.length, row);
      const configurations = await made();
      table.push({
        row,
        designer: configurations[0].designer,
        configurations: [...configurations],
      });
    }
    run.write(transferFiles.configurations, `${JSON.stringify(table, null, 1)}\n`);
    this.log.record({
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

  private async compareAll(table: ConfigurationTable): Promise<void> {
    const { run, task, settings, measurer, signal } = this.parts;
    const transfer = transferOf(task);
    const worlds = choosingWorlds(task.task, settings.choosingWorlds, transferSeeds.choosing);
    const all = trainingsOf(table, settings);
    const policies = this.state.trained;
    const open = policies.filter((one) => !this.state.compared.some((c) => sameTraining(c, one)));
    const report = this.log.progressOf("choosing", policies.length, policies.length - open.length);
    await settleAll(
      open.map(async (one, i) => {
        const episodes = await measurer.measure({
          task,
          policy: storedPolicy(this.parts.runsRoot, resultOf(this.log, one)),
          engine: settings.engine,
          profile: "reference",
          worlds,
          seconds: settings.choosingSeconds,
          seed: transferSeeds.choosing,
          stream: "select",
          signal,
          onProgress: (share) => report(i, share, trainingName(one)),
        });
        const row = matrixRow(episodes, transfer);
        const place = all.findIndex((key) => sameTraining(key, one));
        const path = run.write(transferFiles.matrixRow(place), `${JSON.stringify(row)}\n`);
        this.log.record({ type: "compared", ...compared(one, row), path });
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
    this.log.record({
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
    const report = this.log.progressOf("exam", keys.length, keys.length - open.length);
    await settleAll(
      open.map(async (key, i) => {
        const exam = await sitExam({
          task,
          policy: storedPolicy(this.parts.runsRoot, resultOf(this.log, key)),
          trainedIn: settings.engine,
          episodes: settings.examEpisodes,
          cellEpisodes: settings.examCellEpisodes,
          seed: transferSeeds.exam,
          measure: measurer.measure,
          signal,
          onProgress: (share) => report(i, share, trainingName(key)),
        });
        const place = trainingsOf(table, settings).findIndex((one) => sameTraining(one, key));
        const path = run.write(transferFiles.exam(place), `${JSON.stringify(exam, null, 1)}\n`);
        const { row, configuration, seed } = key;
        this.log.record({ type: "examined", row, configuration, seed, path, passed: exam.passed });
      }),
    );
    const [key] = keys;
    const examined = this.state.examined.find((one) => sameTraining(one, key));
    const result = loadResult(this.parts.runsRoot, resultOf(this.log, key));
    return {
      key,
      job: result.job,
      policy: decodeCheckpoint(result.checkpoint),
      steps: result.steps,
      exam: readJson(run, examined?.path ?? "", examSchema),
      configuration: configurationNamed(table, key),
    };
  }
}

function readJson<T>(run: RunFolder, path: string, schema: { parse(value: unknown): T }): T {
  return schema.parse(JSON.parse(run.read(path)));
}
