/** What a shared page says beside its recording; written into the page, read by it. */
import { z } from "zod";
import { curveSchema, runSummarySchema } from "../data/answers.js";

export const sharedAboutSchema = z.object({
  /** Task and policy. */
  title: z.string(),
  /** Program and version. */
  program: z.string(),
  /** ISO 8601, UTC. */
  createdAt: z.string(),
  fitnessUnit: z.string(),
  /** The run it is from; what it cost is nobody else's business. */
  run: runSummarySchema
    .pick({
      name: true,
      task: true,
      designer: true,
      iterations: true,
      candidates: true,
      best: true,
      normalized: true,
      steps: true,
    })
    .nullable(),
  /** The candidate that is shown. */
  candidate: z.string().nullable(),
  curves: z.array(curveSchema),
});
export type SharedAbout = z.infer<typeof sharedAboutSchema>;

/** Ids of the elements that hold the data. */
export const sharedElements = {
  about: "shared-about",
  recording: "shared-recording",
  world: "shared-world",
} as const;
