/** What `/api/…` answers about stored things, in the form that server and page share. */
import { z } from "zod";
import { issueSchema, type StampedEvent } from "../../events/event.js";

/** One folder below the runs, never a path. */
export const runNameSchema = z
  .string()
  .regex(/^[A-Za-z0-9][\w.-]*$/)
  .max(100);

const measured = z.number().nullable();
const count = z.int().min(0);

/** What a run is doing, as its log and its lock tell together. */
export const runStatuses = [
  /** Its process works on it. */
  "running",
  /** Its process waits until it is told to go on. */
  "paused",
  /** Its process waits for a person's answer to a prompt. */
  "waiting",
  "finished",
  /** A person or a budget ended it; it can be taken up again. */
  "stopped",
  "failed",
  /** Its process is gone without a word; it can be taken up again. */
  "interrupted",
  /** Nothing in it yet. */
  "new",
  "unreadable",
] as const;
export type RunStatus = (typeof runStatuses)[number];

/** A fitness with what it rests on; `low` and `high` are its 95 % interval, null where n is 1. */
export const scoreSchema = z.object({
  fitness: z.number(),
  low: measured,
  high: measured,
  n: count,
  /** Trainings with as many seeds, or episodes of one training. */
  of: z.enum(["seeds", "episodes"]),
});
export type Score = z.infer<typeof scoreSchema>;

/** What a transfer has instead of iterations and candidates. */
export const transferSummarySchema = z.object({
  /** In their order; `of` is null where it is not known. */
  stages: z.array(z.object({ name: z.string(), done: count, of: count.nullable() })),
  /** Each policy that was trained: what it is, what went wrong, and how it did. */
  policies: z.array(
    z.object({
      name: z.string(),
      problem: z.string().nullable(),
      /** Of the task's headline measure, over the worst tenth of the worlds for choosing. */
      worstTenth: measured,
      /** Whether it passed the exam; null where it did not sit it. */
      passed: z.boolean().nullable(),
      chosen: z.boolean(),
    }),
  ),
  /** Path of the report. */
  report: z.string().nullable(),
});
export type TransferSummary = z.infer<typeof transferSummarySchema>;

export const runSummarySchema = z.object({
  name: z.string(),
  task: z.string(),
  /** ISO 8601, UTC. */
  created: z.string(),
  status: z.enum(runStatuses),
  /** Why it stands still, where there is a reason. */
  why: z.string().nullable(),
  designer: z.string(),
  iterations: z.object({ ended: count, planned: count }),
  candidates: z.object({ all: count, trained: count, lost: count, training: count }),
  best: z.object({ id: z.string(), score: scoreSchema }).nullable(),
  /** (best − sparse) / |human − sparse| with its interval, once the finals tell. */
  normalized: z.object({ mean: z.number(), low: measured, high: measured, n: count }).nullable(),
  /** Best fitness after each iteration. */
  progress: z.array(measured),
  /** `[iteration, fitness]` of every trained candidate. */
  points: z.array(z.tuple([z.number(), z.number()])),
  /** Terms of the best, each with its snapshots through training. */
  terms: z.array(z.object({ name: z.string(), values: z.array(measured) })),
  steps: z.number(),
  costUsd: z.number(),
  tokens: z.number(),
  wallSeconds: z.number(),
  /** Milliseconds since the epoch; 0 before the first event. */
  lastEventTime: z.number(),
  /** Null for a search. */
  transfer: transferSummarySchema.nullable(),
});
export type RunSummary = z.infer<typeof runSummarySchema>;

export const runListSchema = z.object({
  runs: z.array(runSummarySchema),
  /** Of how many in the folder; those missing are not read yet: ask again. */
  total: count,
});

/** One run: what its log has since an event, and what is known beside the log. */
export const runNewsSchema = z.object({
  summary: runSummarySchema,
  /** As the server read and checked them. */
  events: z.array(z.custom<StampedEvent>()),
  /** Whether a process works on it now. */
  live: z.boolean(),
  /** Prompts that wait for a person's answer. */
  waitingFor: z.array(z.object({ iteration: count, candidate: count, attempt: count })),
});
export type RunNews = z.infer<typeof runNewsSchema>;

/** A learning curve in at most as many stretches as asked for: mean, least and greatest of each. */
export const curveSchema = z.object({
  /** The candidate ("2.5"), or "human" and "sparse". */
  name: z.string(),
  kind: z.enum(["candidate", "again", "final", "baseline"]),
  seed: z.number().nullable(),
  /** Another run's, where this one has none yet. */
  run: z.string().nullable(),
  /** Still growing. */
  growing: z.boolean(),
  steps: z.array(z.number()),
  mean: z.array(measured),
  low: z.array(measured),
  high: z.array(measured),
  /** Mean of every term per control step, by stretch. */
  terms: z.record(z.string(), z.array(measured)),
});
export type Curve = z.infer<typeof curveSchema>;
export const curvesSchema = z.object({ curves: z.array(curveSchema) });

/** A part of a message: from one heading to the next. */
const blockSchema = z.object({
  role: z.enum(["system", "user", "assistant"]),
  /** Null for what stands before the first heading. */
  title: z.string().nullable(),
  text: z.string(),
  tokens: count,
});

export const conversationSchema = z.object({
  messages: z.array(blockSchema),
  tokens: count,
  /** Prompt files that took part; `shipped` where the file is as it came with its pack. */
  files: z.array(z.object({ name: z.string(), hash: z.string(), shipped: z.boolean() })),
  answer: z
    .object({
      text: z.string(),
      model: z.string(),
      promptTokens: count,
      completionTokens: count,
      costUsd: measured,
      seconds: z.number(),
    })
    .nullable(),
});
export type Conversation = z.infer<typeof conversationSchema>;

/** What the next iteration will be told. */
export const nextPromptSchema = z.object({
  iteration: count,
  /** Whether the run waits, so that this is what will be sent. */
  waits: z.boolean(),
  readsPrompts: z.boolean(),
  notes: z.array(z.string()),
  /** The best so far and the best of the last iteration, each with what is told of its training. */
  told: z.array(
    z.object({
      id: z.string(),
      role: z.enum(["best", "last"]),
      measured: z.string(),
      edited: z.string().nullable(),
    }),
  ),
  messages: z.array(blockSchema),
  tokens: count,
});
export type NextPrompt = z.infer<typeof nextPromptSchema>;

export const checkSchema = z.object({
  accepted: z.boolean(),
  issues: z.array(issueSchema),
  terms: z.array(z.string()),
});
export type Check = z.infer<typeof checkSchema>;

export const tasksSchema = z.object({
  tasks: z.array(z.object({ name: z.string(), summary: z.string() })),
});

export const packSchema = z.object({
  name: z.string(),
  description: z.string(),
  /** Came with this installation; others were saved from the page. */
  shipped: z.boolean(),
  /** Given as `--prompts`. */
  path: z.string(),
  base: z.string().nullable(),
  files: z.array(
    z.object({
      name: z.string(),
      source: z.string(),
      /** The file as it came with the shipped pack; null where that has none of this name. */
      shipped: z.string().nullable(),
    }),
  ),
});
export type Pack = z.infer<typeof packSchema>;
export const packsSchema = z.object({ packs: z.array(packSchema) });

/** Files laid over a pack. */
export const packDraftSchema = z.strictObject({
  /** Name or path of a pack in the list. */
  base: z.string().max(500),
  description: z.string().max(500).optional(),
  files: z
    .array(
      z.strictObject({
        name: z.string().regex(/^_?[a-z][\w-]{0,60}$/),
        source: z.string().max(200_000),
      }),
    )
    .max(40),
});
export type PackDraft = z.infer<typeof packDraftSchema>;

export const renderedSchema = z.object({
  messages: z.array(blockSchema),
  tokens: count,
  issues: z.array(issueSchema),
});
export type Rendered = z.infer<typeof renderedSchema>;

/** A search as the page starts it; what is left out is as the command has it. */
export const startRequestSchema = z.strictObject({
  task: z.string().min(1).max(200),
  designer: z.enum(["offline", "random", "openai", "manual"]).default("offline"),
  quick: z.boolean().default(false),
  iterations: z.int().min(1).max(1000).optional(),
  candidates: z.int().min(1).max(256).optional(),
  seed: z.int().min(0).max(999).optional(),
  name: runNameSchema.optional(),
  /** A pack's name or path, as the list of packs gives it. */
  prompts: z.string().max(500).optional(),
  model: z.string().max(200).optional(),
  maxMoneyUsd: z.number().positive().optional(),
  note: z.string().trim().max(4_000).optional(),
  /** "human", "sparse", or a candidate of a run: the reward to begin with. */
  start: z.enum(["human", "sparse"]).optional(),
  /** Whether the run waits before every prompt, so that it can be read and changed. */
  review: z.boolean().optional(),
});
export type StartRequest = z.input<typeof startRequestSchema>;

export const startedSchema = z.object({ run: z.string() });
export const doneSchema = z.object({
  /** False where the run's process has not answered in time; it will when it can. */
  taken: z.boolean(),
});

export const trialSchema = z.object({
  estimate: z.string(),
  /** Null: only estimated. */
  candidates: z
    .array(
      z.object({
        outcome: z.enum(["accepted", "repaired", "refused"]),
        tries: count,
        codes: z.array(z.string()),
        terms: z.array(z.string()),
        code: z.string().nullable(),
      }),
    )
    .nullable(),
  spentUsd: z.number(),
});
export type Trial = z.infer<typeof trialSchema>;
