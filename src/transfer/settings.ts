/** What a transfer does and how large it is; kept in the run's run.json, so that `resume` needs only its name. */
import { z } from "zod";
import { RewardsmithError } from "../core/errors.js";
import { type TransferRow, transferRows } from "../events/transfer-event.js";
import { llmFlagsSchema } from "../llm/settings.js";
import type { RunFolder } from "../run/run-folder.js";
import { engineNames } from "../sim/simulator.js";
import type { TaskDefinition } from "../task/task.js";

export const transferSettingsSchema = z.strictObject({
  rows: z.array(z.enum(transferRows)).min(1),
  /** Configurations of each row that makes up several. */
  configurations: z.int().positive(),
  seeds: z.array(z.int()).min(1),
  /** Environment steps of the policy without randomization, and of each other one. */
  baseSteps: z.int().positive(),
  steps: z.int().positive(),
  /** Each other training starts from the policy without randomization. */
  warm: z.boolean(),
  engine: z.enum(engineNames),
  /** Worlds for choosing, and how long an episode in one lasts, s. */
  choosingWorlds: z.int().positive(),
  choosingSeconds: z.number().positive(),
  /** Episodes of the exam's nominal world, and of each other one. */
  examEpisodes: z.int().positive(),
  examCellEpisodes: z.int().positive(),
  /** Episodes at each value of the prior. */
  rappRepeats: z.int().positive(),
  faithful: z.boolean(),
  slots: z.int().positive().nullable(),
  /** Who designs: `offline`, or who is asked; of which the rest is. */
  designer: z.enum(["offline", "openai", "manual", "recorded"]),
  llm: llmFlagsSchema.partial(),
  prompts: z.string(),
  recording: z.string().nullable(),
});
export type TransferSettings = z.infer<typeof transferSettingsSchema>;

const several: ReadonlySet<TransferRow> = new Set(["random", "designed", "designed-without-prior"]);

/** How many configurations a row has. */
export function configurationsOf(row: TransferRow, { configurations }: TransferSettings): number {
  return several.has(row) ? configurations : 1;
}

/** Trainings beside the policy without randomization. */
export function trainingCount(settings: TransferSettings): number {
  const { seeds, rows } = settings;
  return seeds.length * rows.reduce((sum, row) => sum + configurationsOf(row, settings), 0);
}

/**
 * A whole transfer, an ablation with every row and five seeds, or a quick size of either: two seeds,
 * four configurations, and rows that start from one policy.
 */
export function transferSize(
  { steps, engine, transfer }: TaskDefinition,
  { quick, ablation }: { readonly quick: boolean; readonly ablation: boolean },
): TransferSettings {
  const seconds = transfer?.exam.seconds ?? 10;
  return {
    rows: ablation ? [...transferRows] : ["none", "human", "designed"],
    configurations: quick ? 4 : 16,
    seeds: quick ? [1, 2] : ablation ? [1, 2, 3, 4, 5] : [1, 2, 3],
    baseSteps: steps,
    steps: quick ? Math.ceil(0.35 * steps) : steps,
    warm: quick,
    engine,
    choosingWorlds: quick ? 48 : 200,
    choosingSeconds: seconds,
    examEpisodes: 200,
    examCellEpisodes: quick ? 20 : 200,
    rappRepeats: 16,
    faithful: false,
    slots: null,
    designer: "offline",
    llm: {},
    prompts: "dreureka",
    recording: null,
  };
}

const optionsSchema = z.object({ transfer: transferSettingsSchema });

/** The settings of a transfer's run; undefined where the run is no transfer. */
export function transferSettingsOf(run: RunFolder): TransferSettings | undefined {
  if (!("transfer" in run.info.options)) return undefined;
  const parsed = optionsSchema.safeParse(run.info.options);
  if (parsed.success) return parsed.data.transfer;
  throw new RewardsmithError("E_RUN_BROKEN", z.prettifyError(parsed.error), {
    where: run.path("run.json"),
    hint: "restore run.json from a copy, or start a new transfer",
  });
}
