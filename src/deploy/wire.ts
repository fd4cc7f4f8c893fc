/**
 * Messages between a policy and a robot as UDP datagrams of JSON. The policy says `hello` until it is
 * answered with a `description`; from then on the robot sends `state` to whoever greeted it last.
 * A number that is none travels as null.
 */
import { z } from "zod";
import { RewardsmithError } from "../core/errors.js";

const names = z.array(z.string());
const numbers = z.array(
  z
    .number()
    .nullable()
    .transform((value) => value ?? Number.NaN),
);

export const helloSchema = z.object({ type: z.literal("hello"), format: z.literal(1) });

export const descriptionSchema = z.object({
  type: z.literal("description"),
  format: z.literal(1),
  robot: z.string().nullable(),
  joints: names,
  actuators: names,
  /** Whether efforts are measured. */
  effort: z.boolean(),
  bodies: names,
  contacts: names,
  given: z.array(z.object({ name: z.string(), size: z.int().positive() })),
});
export type DescriptionMessage = z.infer<typeof descriptionSchema>;

export const stateSchema = z.object({
  type: z.literal("state"),
  /** By the robot's clock, s. */
  time: z
    .number()
    .nullable()
    .transform((value) => value ?? Number.NaN),
  /** Per joint: rad or m; rad/s or m/s; N m or N, empty where they are not measured. */
  position: numbers,
  velocity: numbers,
  effort: numbers,
  /** 13 per body: position, w x y z; world-frame linear, then angular velocity. */
  bodies: numbers,
  /** 3 per geom: world-frame net contact force, N. */
  contacts: numbers,
  given: numbers,
  /** Sequence of the newest command, and how many before it never came. */
  command: z.object({ newest: z.int(), lost: z.int() }),
});
export type StateMessage = z.infer<typeof stateSchema>;

export const commandSchema = z.object({
  type: z.literal("command"),
  sequence: z.int().positive(),
  mode: z.enum(["control", "damping"]),
  /** Per actuator of the description. */
  controls: z.array(z.number()),
  /** Per joint. */
  stiffness: z.array(z.number()),
  damping: z.array(z.number()),
});
export type CommandMessage = z.infer<typeof commandSchema>;

const messageSchemas = {
  toRobot: z.discriminatedUnion("type", [helloSchema, commandSchema]),
  toPolicy: z.discriminatedUnion("type", [descriptionSchema, stateSchema]),
} as const;

/** @throws E_WIRE_MESSAGE where the bytes are no message of that direction */
export function decode<D extends keyof typeof messageSchemas>(
  direction: D,
  bytes: Uint8Array,
): z.output<(typeof messageSchemas)[D]> {
  let data: unknown;
  try {
    data = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw notAMessage("it is not JSON", cause);
  }
  const read = messageSchemas[direction].safeParse(data);
  if (read.success) return read.data as z.output<(typeof messageSchemas)[D]>;
  throw notAMessage(z.prettifyError(read.error).replaceAll("\n", "; "), read.error);
}

export function encode(
  message: z.input<(typeof messageSchemas)[keyof typeof messageSchemas]>,
): string {
  return JSON.stringify(message);
}

function notAMessage(what: string, cause: unknown): RewardsmithError {
  return new RewardsmithError("E_WIRE_MESSAGE", `a datagram is no message: ${what}`, {
    hint: "src/deploy/wire.ts says what is sent; both sides must have the same format",
    cause,
  });
}
