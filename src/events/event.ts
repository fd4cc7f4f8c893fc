/**
 * What can happen in a run, one JSON line each in `events.jsonl`. Plain data: the terminal, the
 * viewer, the reflection, the report and resume all read `fold` over these and nothing else.
 * Iterations and candidates count from 1; iteration 0 holds a reward that the user started from.
 * Paths are relative to the run folder. The log stamps each event with its number and time.
 */
import { z } from "zod";

/** JSON has no NaN: a number that may be missing is null. */
const measured = z.number().nullable();
const code = z.string().regex(/^E_[A-Z0-9_]+$/);
/** `iteration.candidate`, e.g. "2.5". */
export const candidateId = z.string().regex(/^\d+\.\d+$/);
const id = candidateId;
/** Which of two policies a person who watched both liked better. */
export const voteAnswer = z.enum(["a", "b", "same"]);
const count = z.int().min(0);
const request = z.string().optional();

export const issueSchema = z.strictObject({
  code,
  severity: z.enum(["error", "warning"]),
  message: z.string(),
  hint: z.string().optional(),
  line: z.number().optional(),
  column: z.number().optional(),
});

/** One quantity over a training: snapshots, then extremes and mean over the whole curve. */
export const seriesSchema = z.strictObject({
  name: z.string(),
  kind: z.enum(["term", "reward", "fitness", "episodeLength", "physics"]),
  values: z.array(measured),
  max: measured,
  mean: measured,
  min: measured,
});

/** What a training looked like, in the numbers that designers are told. */
export const reflectionSchema = z.strictObject({
  /** Environment steps at the end of each snapshot's stretch of training. */
  steps: z.array(count),
  series: z.array(seriesSchema),
  /** Share of ended episodes per termination flag and "timeOut", over the last snapshot. */
  endings: z.record(z.string(), z.number()),
  /** What the engine watch saw, for people: designers are not told. */
  physics: z.array(seriesSchema).optional(),
});

/** What the engine watch saw: samples, and by measure mean, 99 % quantile and maximum, SI. */
const physicsSchema = z.strictObject({
  samples: count,
  measures: z.record(
    z.string(),
    z.strictObject({ mean: z.number(), high: z.number(), max: z.number() }),
  ),
});

/** A measure of the engine watch beyond its limit, in training or in the evaluation that followed. */
const watchMarkSchema = z.strictObject({
  where: z.enum(["training", "evaluation"]),
  measure: z.string(),
  unit: z.string(),
  value: z.number(),
  limit: z.number(),
});

export const evaluationSchema = z.strictObject({
  set: z.enum(["select", "test"]),
  profile: z.enum(["train", "reference"]),
  totalSteps: count,
  episodes: count,
  fitness: z.number(),
  fitnessPerEpisode: z.array(z.number()),
  episodeLength: z.number(),
  episodeReturn: z.number(),
  endings: z.record(z.string(), z.number()),
  physics: physicsSchema.optional(),
});

/** What the engine watch saw at the end of a training, and where it found too much. */
const watchedFields = {
  physics: physicsSchema.optional(),
  engineWatch: z.array(watchMarkSchema).optional(),
};

/** One training's result at some number of steps, with everything later readers ask of it. */
const resultSchema = z.strictObject({
  jobId: z.string(),
  /** Of the whole training. */
  steps: count,
  /** Of its policy: the best of those it passed, after `totalSteps`. */
  evaluation: evaluationSchema,
  /** Mean over the policies that this one was chosen of; absent where there was no choice. */
  meanFitness: z.number().optional(),
  ...watchedFields,
  /** First environment steps at which the training curve had 95 % of its rise. */
  stepsTo95: measured,
  /** Highest point of the training curve: the original's score. */
  curveMaximum: measured,
  policyHash: z.string(),
  /** Path as the executor gave it. */
  checkpoint: z.string(),
  /** Spent now; 0 when the store already had it. */
  newSteps: count,
  cpuSeconds: z.number(),
  wallSeconds: z.number(),
});

export const originSchema = z.strictObject({
  /** "given": what the user started from; "hand": written by a person while the search ran. */
  kind: z.enum(["random", "mutation", "crossover", "model", "given", "hand"]),
  parents: z.array(id),
  /** One line for people: what was changed and why. */
  reason: z.string(),
});

export const runEventSchema = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("runStarted"),
    name: z.string(),
    task: z.strictObject({ name: z.string(), hash: z.string() }),
    designer: z.strictObject({ name: z.string(), description: z.string() }),
    /** Design settings and resolved training settings. */
    settings: z.record(z.string(), z.json()),
    versions: z.record(z.string(), z.string()),
    machine: z.string(),
  }),
  /** A process took the run up again. */
  z.strictObject({ type: z.literal("runResumed"), machine: z.string() }),
  z.strictObject({ type: z.literal("iterationStarted"), iteration: count, restart: count }),
  z.strictObject({
    type: z.literal("promptRendered"),
    iteration: count,
    candidate: count,
    attempt: count,
    path: z.string(),
    /** Hash of every prompt file used, by name. */
    files: z.record(z.string(), z.string()),
  }),
  z.strictObject({
    type: z.literal("answerReceived"),
    iteration: count,
    candidate: count,
    attempt: count,
    path: z.string(),
    model: z.string(),
    promptTokens: count,
    completionTokens: count,
    costUsd: measured,
    seconds: z.number(),
  }),
  z.strictObject({
    type: z.literal("candidateProposed"),
    id,
    iteration: count,
    index: count,
    attempt: count,
    source: z.string(),
    origin: originSchema,
    /** The designer's own structured form, where it has one. */
    genome: z.json().optional(),
  }),
  z.strictObject({
    type: z.literal("candidateChecked"),
    id,
    attempt: count,
    accepted: z.boolean(),
    issues: z.array(issueSchema),
    terms: z.array(z.string()),
    /** Identity of the compiled reward; null when refused. */
    programHash: z.string().nullable(),
    /** The whole check, program included. */
    path: z.string(),
  }),
  z.strictObject({ type: z.literal("candidateRefused"), id, code, message: z.string() }),
  /** The same program as an earlier candidate, whose result it shares. */
  z.strictObject({ type: z.literal("candidateDuplicate"), id, of: id }),
  z.strictObject({
    type: z.literal("trainingStarted"),
    id,
    rung: count,
    steps: count,
    /** Where the job store keeps its curve while it grows. */
    jobId: z.string().optional(),
  }),
  z.strictObject({
    type: z.literal("rungFinished"),
    id,
    rung: count,
    result: resultSchema,
    reflection: reflectionSchema,
    /** Pearson correlation with the human reward over the curve. Never shown to a designer. */
    humanCorrelation: measured,
  }),
  z.strictObject({
    type: z.literal("trainingFinished"),
    id,
    /** False when halving stopped it early. */
    complete: z.boolean(),
  }),
  z.strictObject({
    type: z.literal("trainingFailed"),
    id,
    code,
    message: z.string(),
    steps: count,
  }),
  z.strictObject({
    type: z.literal("iterationEnded"),
    iteration: count,
    /** Best of this iteration; null when nothing trained. */
    best: id.nullable(),
  }),
  // What people ask of a run. `request` is the request's name, by which none is taken twice.
  /** A person's sentence for the next prompt. */
  z.strictObject({ type: z.literal("note"), text: z.string(), request }),
  /** A person watched two policies. */
  z.strictObject({ type: z.literal("vote"), a: id, b: id, answer: voteAnswer, request }),
  z.strictObject({
    type: z.literal("paused"),
    /** "review": before an iteration, to look at what will be sent. */
    why: z.enum(["asked", "review"]).optional(),
    request,
  }),
  z.strictObject({ type: z.literal("unpaused"), request }),
  z.strictObject({ type: z.literal("stopRequested"), request }),
  /** Was meant for a process that died before it took it, and means nothing to the one that goes on. */
  z.strictObject({
    type: z.literal("requestDropped"),
    asked: z.enum(["pause", "unpause", "stop"]),
    request,
  }),
  /** What the iteration's prompts tell of a candidate's training, in a person's words; null: undone. */
  z.strictObject({
    type: z.literal("reflectionEdited"),
    iteration: count,
    id,
    text: z.string().nullable(),
    request,
  }),
  /** A reward written by hand waits to become a candidate. */
  z.strictObject({
    type: z.literal("forked"),
    source: z.string(),
    parents: z.array(id),
    reason: z.string(),
    request,
  }),
  /** What the next rewards are to improve on; null: the best. */
  z.strictObject({ type: z.literal("promoted"), id: id.nullable(), request }),
  z.strictObject({
    type: z.literal("budgetReached"),
    kind: z.enum(["money", "tokens", "environmentSteps", "wallTime"]),
    limit: z.number(),
    spent: z.number(),
  }),
  z.strictObject({ type: z.literal("targetReached"), id, fitness: z.number() }),
  z.strictObject({
    type: z.literal("alarm"),
    kind: z.enum(["rewardHacking", "engineWatch"]),
    id,
    message: z.string(),
  }),
  /** One of an iteration's best, trained again with another seed; null where that failed. */
  z.strictObject({
    type: z.literal("candidateRepeated"),
    id,
    seed: count,
    jobId: z.string(),
    steps: count,
    fitness: z.number().nullable(),
    stepsTo95: measured,
    ...watchedFields,
    newSteps: count,
    cpuSeconds: z.number(),
  }),
  /** One of the best, trained again with another seed before the finals; null where that failed. */
  z.strictObject({
    type: z.literal("candidateConfirmed"),
    id,
    seed: count,
    jobId: z.string(),
    steps: count,
    fitness: z.number().nullable(),
    ...watchedFields,
    newSteps: count,
    cpuSeconds: z.number(),
  }),
  z.strictObject({
    type: z.literal("finalsStarted"),
    best: id.nullable(),
    which: z.array(z.enum(["best", "human", "sparse"])),
    seeds: z.array(count),
    steps: count,
  }),
  z.strictObject({
    type: z.literal("finalEvaluated"),
    which: z.enum(["best", "human", "sparse"]),
    seed: count,
    result: resultSchema,
    /** Fitness over the training, `[environment steps, fitness]`. */
    curve: z.array(z.tuple([count, measured])),
  }),
  z.strictObject({
    type: z.literal("finalFailed"),
    which: z.enum(["best", "human", "sparse"]),
    seed: count,
    code,
    message: z.string(),
  }),
  z.strictObject({ type: z.literal("runFinished"), report: z.string() }),
  z.strictObject({ type: z.literal("runStopped"), code, message: z.string() }),
]);

export type RunEvent = z.infer<typeof runEventSchema>;
export type EventOf<T extends RunEvent["type"]> = Extract<RunEvent, { type: T }>;
export type Series = z.infer<typeof seriesSchema>;
export type Reflection = z.infer<typeof reflectionSchema>;
export type Origin = z.infer<typeof originSchema>;
export type TrainingResult = z.infer<typeof resultSchema>;
export type WatchMark = z.infer<typeof watchMarkSchema>;
export type EvaluationRecord = z.infer<typeof evaluationSchema>;
export type FinalKind = "best" | "human" | "sparse";
/** An event as the log returns it. */
export type StampedEvent = RunEvent & {
  readonly seq: number /** ISO 8601, UTC. */;
  readonly time: string;
};
export const eventFormat = { version: 1, schema: runEventSchema } as const;
