/** What people ask of a run while it is worked on. The run's one writer turns each into events. */
import { z } from "zod";
import { candidateId, voteAnswer } from "./event.js";

const text = (most: number) => z.string().trim().min(1).max(most);

export const runRequestSchema = z.discriminatedUnion("type", [
  /** A sentence for the next prompt. */
  z.strictObject({ type: z.literal("note"), text: text(4_000) }),
  /** Which of two policies somebody liked better. */
  z.strictObject({ type: z.literal("vote"), a: candidateId, b: candidateId, answer: voteAnswer }),
  /** Begins no further training and asks for nothing until it is undone. */
  z.strictObject({ type: z.literal("pause") }),
  z.strictObject({ type: z.literal("unpause") }),
  /** Ends the process's work; the run can be taken up again. */
  z.strictObject({ type: z.literal("stop") }),
  /** What is told of a candidate's training in an iteration's prompts; null as it was measured. */
  z.strictObject({
    type: z.literal("editReflection"),
    iteration: z.int().min(1),
    id: candidateId,
    text: text(40_000).nullable(),
  }),
  /** A reward written by hand, to be trained as a candidate. */
  z.strictObject({
    type: z.literal("fork"),
    source: text(200_000),
    parents: z.array(candidateId).max(4),
    reason: text(400),
  }),
  /** The next rewards are to improve on this one, whatever its rank; null as ranked. */
  z.strictObject({ type: z.literal("promote"), id: candidateId.nullable() }),
]);
export type RunRequest = z.infer<typeof runRequestSchema>;
