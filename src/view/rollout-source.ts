/** Where the viewer's server gets a roll-out from, and who may steer it. */
import type { Channel } from "../stream/channel.js";
import type { RolloutFrame } from "../stream/frame.js";
import type { Capability, RolloutControl, ServerMessage } from "../stream/protocol.js";

/** What all clients together want now. */
export interface RolloutDemand {
  /** Those that take at least one channel. Nobody watches when it is 0: do not run then. */
  readonly clients: number;
  /** All, also those that look at something else now and may come back. */
  readonly connected: number;
  readonly channels: ReadonlySet<Channel>;
  /** Environments whose `signals` somebody wants. */
  readonly focusEnvs: readonly number[];
  /** Frames a second that the fastest of them takes. */
  readonly hz: number;
}

export const nobody: RolloutDemand = {
  clients: 0,
  connected: 0,
  channels: new Set(),
  focusEnvs: [],
  hz: 0,
};

/** What a roll-out may tell. */
export type RolloutMessage = Exclude<ServerMessage, { type: "welcome" | "rate" }>;

/** The server's end: it packs, keeps the newest for late joiners, and paces every client. */
export interface RolloutSink {
  /** One control step. The arrays are read before this returns and may be overwritten after. */
  frame(frame: RolloutFrame): void;
  /** The same, already packed (by `packFrame` in another process); the bytes must not change any more. */
  packets(packets: readonly Uint8Array[]): void;
  /**
   * `model` comes before the first frame of it. The newest `model`, `policy`, `policies`, `controls`,
   * `load` and of every `status` id are kept and told to late joiners.
   */
  message(message: RolloutMessage): void;
}

/** A live evaluation, a player of a recording, or a test. */
export interface RolloutSource {
  readonly capabilities: readonly Capability[];
  /** Called once, before anything else. */
  start(sink: RolloutSink): void;
  /** Called when it changes: the first client came, channels differ, nobody watches any more. */
  demand(demand: RolloutDemand): void;
  /** A client with the control role wants something. What it throws is told to that client alone. */
  control(message: RolloutControl): void | Promise<void>;
  stop(): Promise<void>;
}
