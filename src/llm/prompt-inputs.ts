/**
 * What a prompt may say: the typed inputs of the three templates every pack has, and of those that ask
 * for randomizations. A template may leave any of them out; it may not ask for anything else.
 */
import { z } from "zod";
import { stateDeclaration } from "../reward/declaration.js";
import type { LoadedTask } from "../task/loaded-task.js";
import { languageRules } from "./language-rules.js";

const text = z.string();
const score = z.union([z.number(), z.string()]).describe("fitness, higher is better");

const initialSchema = z.strictObject({
  taskName: text,
  sentence: text.describe("what the robot shall learn"),
  success: text.describe("the success measure in words"),
  termination: text.describe("when an episode ends early, in words"),
  actions: z.array(text).describe("one line per action: what it does, in which range"),
  episodeSteps: z.number().describe("control steps of a full episode"),
  episodeSeconds: z.number(),
  stateDeclaration: text.describe("the generated `State` type with units, frames and ranges"),
  languageRules: text.describe("what the reward language allows, and its helper functions"),
  humanNotes: z.array(text).describe("sentences a person added, oldest first"),
  startReward: text.optional().describe("code of a reward to start from"),
  safety: text.optional().describe("what a reward for the real robot has to heed"),
});

const trainedSchema = z.strictObject({
  code: text,
  reflection: text.describe(
    "table of every term, the fitness and the episode length over training",
  ),
  score,
});

const feedbackSchema = z.strictObject({
  /** The reward the next one is to improve on. */
  best: trainedSchema,
  /** The best of the last iteration, where that is another one. */
  last: trainedSchema.optional(),
  /** Iteration the answer is for, counted from 1. */
  iteration: z.number(),
  notes: z.array(text).describe("sentences a person added, oldest first"),
  languageRules: text,
});

const repairSchema = z.strictObject({
  answer: text.describe("the answer that was refused, as the model wrote it"),
  issues: text.describe("what is wrong with it, one issue a line"),
  languageRules: text,
});

const randomizationSchema = z.strictObject({
  taskName: text,
  sentence: text.describe("what the robot has learned"),
  caveats: z.array(text).describe("how the real world differs from the simulation, in words"),
  parameters: z
    .array(
      z.strictObject({
        name: text,
        unit: text.describe("empty for a plain number"),
        sentence: text.describe("what it stands for"),
        nominal: z.number().describe("its value in the simulation as it is"),
        range: text
          .optional()
          .describe("where a trained policy kept working; absent without a prior"),
        hint: text.optional().describe("what is worth knowing before choosing a range"),
      }),
    )
    .describe("what may be randomized"),
  count: z.number().describe("configurations wanted"),
});

const randomizationRepairSchema = z.strictObject({
  answer: text.describe("the answer that was refused, as the model wrote it"),
  issues: text.describe("what is wrong with it, one issue a line"),
  count: z.number().describe("configurations still wanted"),
});

/** Inputs of templates that a pack may have: together they ask for randomizations. */
export const randomizationInputSchemas = {
  randomization: randomizationSchema,
  randomizationRepair: randomizationRepairSchema,
} as const;

export type RandomizationInputs = z.infer<typeof randomizationSchema>;
export type RandomizationRepairInputs = z.infer<typeof randomizationRepairSchema>;

/** Inputs by template. Each pack has a `.prompt` file for each of these. */
export const promptInputSchemas = {
  initial: initialSchema,
  feedback: feedbackSchema,
  repair: repairSchema,
} as const;

/** Of every template there can be. */
export const templateInputSchemas = {
  ...promptInputSchemas,
  ...randomizationInputSchemas,
} as const;

export type TemplateName = keyof typeof templateInputSchemas;
export type InitialInputs = z.infer<typeof initialSchema>;
export type FeedbackInputs = z.infer<typeof feedbackSchema>;
export type RepairInputs = z.infer<typeof repairSchema>;

/**
 * A conversation: the first prompt, then what happened to the best reward, then what was wrong with
 * the last answer. `feedback` and `repair` take the language rules from `initial`.
 */
export interface ConversationInputs {
  readonly initial: InitialInputs;
  readonly feedback?: Omit<FeedbackInputs, "languageRules">;
  readonly repair?: Omit<RepairInputs, "languageRules">;
}

/** The first prompt's inputs for a task, with what a person adds. */
export function initialInputs(
  task: LoadedTask,
  human: { readonly notes?: readonly string[]; readonly startReward?: string } = {},
): InitialInputs {
  const { definition, page } = task;
  const seconds = definition.maxEpisodeSteps * definition.controlDtSeconds;
  const safety = definition.transfer?.safety;
  return {
    taskName: definition.name,
    sentence: page.sentence.trim(),
    success: page.success.trim(),
    termination: page.termination.trim(),
    actions: definition.actions.map((action, index) => {
      if (action.mode === "increment") {
        return `action ${index}, ${action.actuator}: ${action.description} (policy output −1 … 1 changes the control by ${round(-Math.abs(action.scale))} … ${round(Math.abs(action.scale))} a second)`;
      }
      const low = action.offset - Math.abs(action.scale);
      const high = action.offset + Math.abs(action.scale);
      return `action ${index}, ${action.actuator}: ${action.description} (policy output −1 … 1, control ${round(low)} … ${round(high)})`;
    }),
    episodeSteps: definition.maxEpisodeSteps,
    episodeSeconds: round(seconds),
    stateDeclaration: stateDeclaration(task.signals, { others: false }).trim(),
    languageRules,
    humanNotes: [...(human.notes ?? [])],
    ...(human.startReward === undefined ? {} : { startReward: human.startReward.trim() }),
    ...(safety === undefined ? {} : { safety }),
  };
}

function round(value: number): number {
  return Number(value.toPrecision(6));
}
