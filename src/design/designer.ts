/** Who proposes rewards: a language model, the evolutionary search, or a control. */

import type { Issue } from "../core/errors.js";
import type { EvaluationRecord, Origin, Reflection, WatchMark } from "../events/event.js";
import type { Answer } from "../events/run-state.js";
import type { ChatAnswer } from "../llm/chat.js";

export interface Designer {
  readonly name: string;
  /** For people, wherever it speaks. */
  readonly description: string;
  /** Whether prompt packs mean anything to it. */
  readonly readsPrompts: boolean;
  /**
   * Proposes the candidates of `indices` (from 1) and delivers each as soon as it is there. What it
   * delivers depends on the context and the index alone, so that a search taken up again goes on as
   * it would have. An index it cannot serve is delivered as a failure.
   */
  propose(
    context: DesignContext,
    indices: readonly number[],
    deliver: (proposal: Proposal | FailedProposal) => void,
  ): Promise<void>;
  /** Another version of a refused candidate; `attempt` counts from 1. */
  repair(
    context: DesignContext,
    refused: RefusedCandidate,
    attempt: number,
  ): Promise<Proposal | FailedProposal>;
}

/** What a designer may know. No human reward, no fitness code, no correlation with either. */
export interface DesignContext {
  readonly run: string;
  /** From 1. */
  readonly iteration: number;
  readonly restart: number;
  /** Candidates in this iteration. */
  readonly candidates: number;
  /** Everything proposed before in this restart, in order; this iteration's earlier ones included. */
  readonly history: readonly PastCandidate[];
  /** What the memory holds: the best so far or the promoted one, and the best of the last iteration. */
  readonly best: PastCandidate | null;
  readonly last: PastCandidate | null;
  /** Sentences a person gave so far, oldest first. All of them hold. */
  readonly notes: readonly string[];
  readonly conversation: ConversationRecord;
  readonly signal: AbortSignal;
}

/** A proposed reward and what became of it. */
export interface PastCandidate {
  readonly id: string;
  readonly iteration: number;
  readonly index: number;
  readonly source: string;
  readonly genome: unknown;
  readonly origin: Origin;
  /** On held-out episodes after the last step it was trained for; null when it was not trained. */
  readonly fitness: number | null;
  /** Trained with the whole budget. */
  readonly complete: boolean;
  readonly steps: number;
  readonly stepsTo95: number | null;
  readonly reflection: Reflection | null;
  readonly evaluation: EvaluationRecord | null;
  /** Where its motion is no physics; empty when it is clean or the watch is off. */
  readonly engineWatch: readonly WatchMark[];
  /** Ranks below all clean ones for that. */
  readonly marked: boolean;
  /** Votes of people who watched it beside another: wins less losses. */
  readonly votes: number;
  /** A person wants the next rewards to improve on it. */
  readonly promoted: boolean;
  /** What a person wants told of its training in this iteration; null: what was measured. */
  readonly told: string | null;
  readonly failure: { readonly code: string; readonly message: string } | null;
}

export interface Proposal {
  readonly index: number;
  readonly source: string;
  readonly origin: Origin;
  /** JSON; comes back in the history. */
  readonly genome?: unknown;
}

/** No usable code: an answer without any, or a model that could not be reached for this one. */
export interface FailedProposal {
  readonly index: number;
  /** What was answered, kept as the source; empty when nothing came. */
  readonly source: string;
  readonly origin: Origin;
  readonly issue: Issue;
}

export interface RefusedCandidate {
  readonly id: string;
  readonly index: number;
  /** Every version so far with what was wrong, in order. */
  readonly attempts: readonly { readonly source: string; readonly issues: readonly Issue[] }[];
}

/** Where prompts and answers go before they are used, and where earlier answers are found. */
export interface ConversationRecord {
  readonly answers: readonly Answer[];
  readAnswer(answer: Answer): string;
  promptRendered(key: TurnKey, text: string, files: Readonly<Record<string, string>>): void;
  answerReceived(key: TurnKey, answer: ChatAnswer): void;
  /** Returns once the run is not paused. */
  whilePaused(): Promise<void>;
  /** False when a budget is used up and nothing more may be asked. */
  mayAsk(): boolean;
  /** A client refused to send a request that did not fit into a budget. */
  budgetReached(kind: "money" | "tokens"): void;
}

export interface TurnKey {
  readonly iteration: number;
  readonly candidate: number;
  readonly attempt: number;
}
