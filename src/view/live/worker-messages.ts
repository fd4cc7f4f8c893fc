/** What the process that serves the viewer and the one that plays policies tell each other. */
import type { Channel } from "../../stream/channel.js";
import type { RolloutControl } from "../../stream/protocol.js";
import type { RolloutMessage } from "../rollout-source.js";
import type { Watched } from "./scene.js";

export type ToWorker =
  /** A policy for so many robots, in the same scene or in another; the first begins the roll-out. */
  | {
      readonly kind: "watch";
      readonly watched: Watched;
      readonly numEnvs: number;
      readonly modelsBefore: number;
      readonly seed: number | null;
    }
  | {
      readonly kind: "demand";
      readonly channels: readonly Channel[];
      readonly focusEnvs: readonly number[];
      readonly hz: number;
    }
  /** `id` comes back with the answer. */
  | { readonly kind: "control"; readonly id: number; readonly message: RolloutControl };

export type FromWorker =
  | { readonly kind: "packets"; readonly packets: readonly Uint8Array[] }
  | { readonly kind: "message"; readonly message: RolloutMessage }
  | {
      readonly kind: "answer";
      readonly id: number;
      readonly problem: {
        readonly code: `E_${string}`;
        readonly message: string;
        readonly hint?: string;
      } | null;
    };
