/** The physics of one roll-out as data: what differs from the robot file and the task. */
import { z } from "zod";
import { parameterNames } from "../sim/simulator.js";
import { terrainSchema } from "../sim/terrain/declaration.js";

const pushSchema = z.strictObject({
  /** Omitted: the robot's base. */
  body: z.string().optional(),
  /** Size of the velocity a push adds, in a random level direction, m/s. */
  metersPerSecond: z.number().min(0),
  everySeconds: z.number().positive(),
});
export type WorldPush = z.infer<typeof pushSchema>;

/** Nothing given is the nominal world. */
export const worldSchema = z.strictObject({
  /** Held through the whole episode. */
  parameters: z.partialRecord(z.enum(parameterNames), z.number()).optional(),
  pushes: z.array(pushSchema).optional(),
  /** Control steps by which actions and observations are late; omitted: the least the task has. */
  actionDelaySteps: z.int().min(0).optional(),
  observationDelaySteps: z.int().min(0).optional(),
  /** Multiplies the task's sensor noise. */
  noiseFactor: z.number().min(0).optional(),
  /** Engine steps a control step, in place of the profile's. */
  substeps: z.int().positive().optional(),
  /** Time in which a contact gives way and recovers, s, in place of the engine's own. */
  contactSeconds: z.number().positive().optional(),
  terrain: terrainSchema.optional(),
});
export type World = z.infer<typeof worldSchema>;

/** What worlds must share to be stepped in one simulator. */
export function simulatorKey({ substeps, contactSeconds, terrain }: World): string {
  return JSON.stringify([substeps ?? null, contactSeconds ?? null, terrain ?? null]);
}
