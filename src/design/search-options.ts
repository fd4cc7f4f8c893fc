/** Everything a search was started with, kept in its run.json so that `resume` needs only its name. */
import { z } from "zod";
import { RewardsmithError } from "../core/errors.js";
import { llmFlagsSchema } from "../llm/settings.js";
import type { RunFolder } from "../run/run-folder.js";
import { engineNames } from "../sim/simulator.js";
import { trainingSettingsSchema } from "../task/settings.js";
import { designSettingsSchema } from "./settings.js";

export const searchOptionsSchema = z.strictObject({
  design: designSettingsSchema,
  training: trainingSettingsSchema,
  /** As given; key and base URL from the environment are looked up anew and never stored. */
  llm: llmFlagsSchema.partial(),
  /** Pack or folder; null for the default. */
  prompts: z.string().nullable(),
  /** US dollars above which a person is asked. */
  confirmOver: z.number(),
  /** File with prices. */
  prices: z.string().nullable(),
  /** What `recorded` replays. */
  recording: z.string().nullable(),
  start: z.strictObject({ source: z.string(), from: z.string() }).nullable(),
  notes: z.array(z.string()),
  slots: z.int().positive().nullable(),
  /** What the robots move in; a resumed run stays there. */
  engine: z.enum(engineNames).default("rapier"),
});
export type SearchOptions = z.infer<typeof searchOptionsSchema>;

export function searchOptionsOf(run: RunFolder): SearchOptions {
  const parsed = searchOptionsSchema.safeParse(run.info.options);
  if (parsed.success) return parsed.data;
  throw new RewardsmithError("E_RUN_BROKEN", z.prettifyError(parsed.error), {
    where: run.path("run.json"),
    hint: "restore run.json from a copy, or start a new run",
  });
}
