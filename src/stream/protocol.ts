/**
 * The control messages between viewer and server, as JSON texts over the WebSocket: ordered, never
 * dropped. Binary frames (`codec.ts`) go beside them and may be dropped. A client says `hello`, gets
 * `welcome` and everything that is known now (model, policy, controls, statuses), and subscribes.
 */
import { z } from "zod";
import { channelNames } from "./channel.js";
import { rolloutModelSchema } from "./rollout-model.js";

/** Grows when an old page and a new server could misunderstand each other. */
export const protocolVersion = 1;

/** Messages to the server and from it that are longer are refused, bytes. */
export const maxBytesIn = 1 << 20;
export const maxBytesOut = 8 << 20;

/** `control` may change things; `read` may look. */
export const roles = ["control", "read"] as const;
export type Role = (typeof roles)[number];

/** What a server offers; a page hides what is not listed. */
export const capabilities = [
  "select",
  "playback",
  "world",
  "push",
  "drag",
  "command",
  "pose",
  "noise",
  "stress",
] as const;
export type Capability = (typeof capabilities)[number];

const count = z.int().min(0);
const finite = z.number();
const vector3 = z.tuple([finite, finite, finite]);
const name = z.string().max(200);
const env = z.int().min(0).max(65535);

/** A world parameter and the values it takes along one side of a grid of environments. */
const stressAxisSchema = z.object({ parameter: name, values: z.array(finite).min(1).max(8) });
const stressGridSchema = z.object({ x: stressAxisSchema, y: stressAxisSchema });
export type StressGrid = z.infer<typeof stressGridSchema>;

/** A policy that may be watched. */
export const policyReferenceSchema = z.discriminatedUnion("kind", [
  /** The newest checkpoint of whatever trains or is best now. */
  z.object({ kind: z.literal("newest") }),
  /** A candidate of a run ("2.5"), by default its newest checkpoint; `steps` names one. */
  z.object({
    kind: z.literal("candidate"),
    run: name,
    candidate: name,
    steps: count.optional(),
  }),
  /** A stored training, `jobId@steps`. */
  z.object({ kind: z.literal("job"), jobId: name, steps: count.optional() }),
  z.object({ kind: z.literal("demo"), name }),
]);
export type PolicyReference = z.infer<typeof policyReferenceSchema>;

export const clientMessageSchema = z.discriminatedUnion("type", [
  /** First of all, within 5 s. */
  z.object({ type: z.literal("hello"), version: z.number() }),
  /** Takes the place of the last subscription. `signals` are those of `focusEnv`. */
  z.object({
    type: z.literal("subscribe"),
    channels: z.array(z.enum(channelNames)).max(channelNames.length),
    focusEnv: env.default(0),
    /** Frames a second that are wanted at most. */
    maxHz: z.number().min(1).max(60).default(60),
  }),
  /** Sequence number last drawn; sent four times a second. The server slows down for who lags. */
  z.object({ type: z.literal("ack"), sequence: count }),
  z.object({
    type: z.literal("select"),
    policy: policyReferenceSchema,
    /** Begins anew with it, at simulation time 0: from the same seed come the same worlds. */
    seed: count.optional(),
  }),
  z.object({
    type: z.literal("playback"),
    paused: z.boolean().optional(),
    /** Simulated seconds per second. */
    speed: z
      .number()
      .min(1 / 32)
      .max(8)
      .optional(),
    /** Goes this many control steps forward, or back where negative, then stands still. */
    step: z.int().min(-100).max(100).optional(),
    /** Begins new episodes in every environment. */
    reset: z.boolean().optional(),
    seed: count.optional(),
  }),
  /** Sets a world parameter in every environment, or in one; null gives back what it drew. */
  z.object({
    type: z.literal("world"),
    parameter: name,
    value: finite.nullable(),
    env: env.optional(),
  }),
  /** One shove: impulse in N s at a body's centre, world frame. Without `env`, in every environment. */
  z.object({
    type: z.literal("push"),
    env: env.optional(),
    body: count.optional(),
    impulse: vector3,
  }),
  /** Pulls a point of a body towards a point of the world, m, or turns the body, until released; in the environment's frame. */
  z.object({
    type: z.literal("drag"),
    env,
    body: count,
    /** Where the body was grabbed, in its own frame; null releases. */
    point: vector3.nullable(),
    target: vector3.optional(),
    /** In place of a target: how fast it is to turn, rad/s about each axis. */
    turn: vector3.optional(),
  }),
  /** The command the policy follows, by the model's `commands`; null: drawn by the task again. */
  z.object({ type: z.literal("command"), values: z.array(finite).max(64).nullable() }),
  /** Pose mode: holds one environment in joint positions (rad or m) and an optional base pose; null ends it. */
  z.object({
    type: z.literal("pose"),
    env,
    jointPosition: z.array(finite).max(1024).nullable(),
    basePose: z.tuple([finite, finite, finite, finite, finite, finite, finite]).optional(),
  }),
  /** Sensor noise on observations. */
  z.object({ type: z.literal("noise"), on: z.boolean() }),
  /**
   * Lays the environments out on a grid over two parameters, x fastest, and counts how they fare;
   * null goes back. A new `model` follows.
   */
  z.object({ type: z.literal("stress"), grid: stressGridSchema.nullable() }),
]);
export type ClientMessage = z.infer<typeof clientMessageSchema>;

/** Types that anybody may send; all others need the control role and go to the roll-out. */
export type SessionMessage = Extract<ClientMessage, { type: "hello" | "subscribe" | "ack" }>;
export type RolloutControl = Exclude<ClientMessage, SessionMessage>;

/** A policy as people read it. */
const policySchema = z.object({
  reference: policyReferenceSchema,
  label: z.string(),
  run: z.string().nullable(),
  candidate: z.string().nullable(),
  /** Environment steps it was trained for. */
  steps: count.nullable(),
  seed: count.nullable(),
  /** Measured fitness, with the model's unit; null where it was not measured. */
  fitness: z.number().nullable(),
  /** Steps of the checkpoints that are stored of its training, ascending. */
  checkpoints: z.array(count).optional(),
});
export type WatchedPolicy = z.infer<typeof policySchema>;

export const serverMessageSchema = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("welcome"),
    version: z.number(),
    /** Another one than before: the server was started anew, so forget everything. */
    sessionId: z.string(),
    role: z.enum(roles),
    /** When this page's link ends, ms since 1970; null: when the server stops. */
    untilMs: z.number().nullable().default(null),
    /** Of this program. */
    serverVersion: z.string(),
    capabilities: z.array(z.string()),
  }),
  /** Another robot, reward or number of environments: clears all that was drawn. */
  z.object({ type: z.literal("model"), model: rolloutModelSchema }),
  /** What is being watched now; null: nothing yet, and `status` says why. */
  z.object({ type: z.literal("policy"), policy: policySchema.nullable() }),
  /** Everything that could be watched. */
  z.object({ type: z.literal("policies"), policies: z.array(policySchema) }),
  /** What the roll-out is set to, by whomever. */
  z.object({
    type: z.literal("controls"),
    paused: z.boolean(),
    speed: z.number(),
    /** Parameters that were set by hand, by name, for all environments. */
    world: z.record(z.string(), z.number()),
    command: z.array(z.number()).nullable(),
    noise: z.boolean(),
    /** Environment held in pose mode. */
    posedEnv: z.number().nullable(),
    seed: count,
  }),
  /** How the roll-out fares, about twice a second. */
  z.object({
    type: z.literal("load"),
    /** Simulated seconds per second reached. */
    realTimeFactor: z.number(),
    /** Share of one processor core that it takes, 0 to 1. */
    cpuShare: z.number(),
  }),
  /** A newer status of the same id takes the place of the older one; an empty message removes it. */
  z.object({
    type: z.literal("status"),
    id: z.string(),
    level: z.enum(["info", "warning", "error"]),
    message: z.string(),
    hint: z.string().optional(),
  }),
  /** How the environments of a stress grid fare, about twice a second; `cells[env]`, x fastest. */
  z.object({
    type: z.literal("stress"),
    grid: stressGridSchema.nullable(),
    cells: z.array(
      z.object({
        episodes: count,
        /** Of them, those that ran to their time limit. */
        survived: count,
        /** Mean; null before the first. */
        fitness: z.number().nullable(),
      }),
    ),
  }),
  /** An episode ended. */
  z.object({
    type: z.literal("episode"),
    env,
    simTimeSeconds: z.number(),
    steps: count,
    /** A termination flag, "timeOut" or "nonFinite". */
    endedBy: z.string(),
    episodeReturn: z.number(),
    fitness: z.number().nullable(),
    success: z.boolean().optional(),
  }),
  /** Somebody or the task's own randomization pushed. */
  z.object({
    type: z.literal("pushed"),
    env,
    body: count,
    simTimeSeconds: z.number(),
    impulse: vector3,
  }),
  /** An event was appended to a run's log, as stored; `seq` is inside. */
  z.object({
    type: z.literal("event"),
    run: z.string(),
    event: z.looseObject({ type: z.string(), seq: z.number(), time: z.string() }),
  }),
  /** Something the client asked for failed; the connection goes on. */
  z.object({
    type: z.literal("error"),
    code: z.string(),
    message: z.string(),
    hint: z.string().optional(),
    /** Type of the message that failed. */
    about: z.string().optional(),
  }),
  /** How fast this client is served, when that changes. */
  z.object({ type: z.literal("rate"), hz: z.number(), reason: z.string() }),
]);
export type ServerMessage = z.infer<typeof serverMessageSchema>;
export type ServerMessageOf<T extends ServerMessage["type"]> = Extract<ServerMessage, { type: T }>;

/** Why a server closed the connection, as WebSocket close codes; the close reason says it in words. */
export const closeCode = {
  /** The server stops. */
  goingAway: 1001,
  tooLarge: 1009,
  badMessage: 4400,
  badToken: 4401,
  helloLate: 4408,
  versionMismatch: 4426,
  tooFast: 4429,
  /** More control messages waited than a client may leave unread. */
  controlOverflow: 4431,
  tooManyClients: 4503,
} as const;
