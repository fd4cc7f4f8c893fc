/**
 * What happens on the way to another world, one JSON line each in `transfer.jsonl`: terminal, report
 * and resume read the fold of these and nothing else. Paths are relative to the run folder.
 */
import { z } from "zod";

/** Where a randomization comes from: the rows of the comparison. */
export const transferRows = [
  "none",
  "human",
  "full-prior",
  "random",
  "designed",
  "designed-without-prior",
] as const;
export type TransferRow = (typeof transferRows)[number];

const count = z.int().min(0);
const trainingKey = {
  row: z.enum(transferRows),
  /** Name of the configuration within the row. */
  configuration: z.string(),
  seed: z.int(),
};

const transferEventSchema = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("started"),
    name: z.string(),
    task: z.string(),
    rewardLabel: z.string(),
    designer: z.string(),
    machine: z.string(),
    versions: z.record(z.string(), z.string()),
  }),
  /** A process took the run up. */
  z.strictObject({ type: z.literal("resumed") }),
  /** Every now and then: what was spent since the last of these, so that a kill loses none of it. */
  z.strictObject({ type: z.literal("worked"), steps: count, cpuSeconds: z.number().min(0) }),
  z.strictObject({ type: z.literal("baseTrained"), jobId: z.string(), steps: count }),
  z.strictObject({ type: z.literal("priorMeasured"), path: z.string(), seconds: z.number() }),
  z.strictObject({
    type: z.literal("configurationsMade"),
    path: z.string(),
    rows: z.array(
      z.strictObject({
        row: z.enum(transferRows),
        designer: z.string(),
        names: z.array(z.string()),
      }),
    ),
  }),
  z.strictObject({
    type: z.literal("trained"),
    ...trainingKey,
    jobId: z.string(),
    steps: count,
    newSteps: count,
    cpuSeconds: z.number(),
  }),
  z.strictObject({
    type: z.literal("trainingFailed"),
    ...trainingKey,
    code: z.string(),
    message: z.string(),
  }),
  /** One row of the matrix: a policy in every world of the suite for choosing. */
  z.strictObject({
    type: z.literal("compared"),
    ...trainingKey,
    path: z.string(),
    mean: z.number(),
    worstTenth: z.number(),
    success: z.number(),
    smoothness: z.number().nullable(),
  }),
  z.strictObject({
    type: z.literal("chosen"),
    /** The best of every row and seed; the first is the best of all. */
    policies: z.array(z.strictObject(trainingKey)).min(1),
    why: z.string(),
  }),
  z.strictObject({
    type: z.literal("examined"),
    ...trainingKey,
    path: z.string(),
    passed: z.boolean(),
  }),
  z.strictObject({ type: z.literal("exported"), folder: z.string() }),
  z.strictObject({ type: z.literal("reported"), path: z.string() }),
  z.strictObject({ type: z.literal("stopped"), code: z.string(), message: z.string() }),
  z.strictObject({ type: z.literal("finished") }),
]);
export type TransferEvent = z.infer<typeof transferEventSchema>;

export const transferFormat = { version: 1, schema: transferEventSchema } as const;

/** Log of a transfer in its run folder. */
export const transferLogFile = "transfer.jsonl";
