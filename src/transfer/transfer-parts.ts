/** What a transfer is made of and tells while it runs. */
import type { TransferEvent } from "../events/transfer-event.js";
import type { TrainingKey, TransferState } from "../events/transfer-state.js";
import type { PolicyParameters } from "../policy/inference.js";
import type { CompiledTask } from "../reward/compiled-task.js";
import type { Program } from "../reward/program.js";
import type { Executor } from "../run/executor.js";
import type { TrainingJob } from "../run/job.js";
import type { RunFolder } from "../run/run-folder.js";
import type { RandomizationConfiguration } from "./configuration.js";
import type { ConfigurationDesigner } from "./configuration-designer.js";
import type { Exam } from "./exam.js";
import type { Measurer } from "./measurer.js";
import type { TransferSettings } from "./settings.js";

/** Stages in their order. */
export const transferStages = [
  "base",
  "prior",
  "configurations",
  "trainings",
  "choosing",
  "exam",
] as const;
export type TransferStage = (typeof transferStages)[number];

/** For people. */
export const stageNames: Readonly<Record<TransferStage, string>> = {
  base: "policy without randomization",
  prior: "physics prior",
  configurations: "randomizations",
  trainings: "trainings",
  choosing: "choosing",
  exam: "exam",
};

export interface TransferObserver {
  event?(event: TransferEvent, state: TransferState): void;
  /** Share of a stage that is done. */
  progress?(stage: TransferStage, share: number, note: string): void;
}

export interface ChosenPolicy {
  readonly key: TrainingKey;
  readonly job: TrainingJob;
  readonly policy: PolicyParameters;
  readonly steps: number;
  readonly exam: Exam;
  readonly configuration: RandomizationConfiguration;
}

export interface TransferParts {
  readonly run: RunFolder;
  readonly runsRoot: string;
  readonly task: CompiledTask;
  readonly reward: { readonly program: Program; readonly source: string; readonly label: string };
  readonly settings: TransferSettings;
  readonly designer: ConfigurationDesigner;
  readonly executor: Executor;
  readonly measurer: Measurer;
  /** Writes the chosen policy for a robot and returns the folder in the run. */
  readonly exportPolicy: (chosen: ChosenPolicy) => Promise<string>;
  readonly machine: string;
  readonly signal: AbortSignal;
  readonly observer: TransferObserver;
  readonly now: () => Date;
  /** CPU time of this process so far, s. */
  readonly cpuSeconds: () => number;
}
