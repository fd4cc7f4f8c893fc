/** What a roll-out shows: a policy, the task and reward it was trained with, and where it comes from. Plain data. */
import type { PolicyParameters } from "../../policy/inference.js";
import type { CompiledTask } from "../../reward/compiled-task.js";
import type { Program } from "../../reward/program.js";
import type { EngineName } from "../../sim/simulator.js";
import type { WatchedPolicy } from "../../stream/protocol.js";

/** The world and its reward: all that a change of policy may leave alone. */
export interface Scene {
  readonly task: CompiledTask;
  readonly reward: Program;
  /** Source text of the reward, for people. */
  readonly rewardCode: string;
  readonly engine: EngineName;
  /** Whether the training drew parameters, delays and pushes. */
  readonly randomize: boolean;
}

export interface Watched {
  readonly scene: Scene;
  /** Equal keys are equal scenes. */
  readonly sceneKey: string;
  /** Null: nothing is trained yet, and the actions are zero. */
  readonly policy: PolicyParameters | null;
  readonly about: WatchedPolicy;
}

/** A policy that may be watched, not yet loaded. */
export interface Offer {
  readonly about: WatchedPolicy;
  /** Another key is another policy. */
  readonly key: string;
  /** Null where its checkpoint has gone meanwhile: a newer one is there. */
  load(): Promise<Watched | null>;
}
