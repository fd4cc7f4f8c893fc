/** Asks a model for a few rewards and checks them, but trains nothing: does a pack work with a model? */
import { formatIssue, type Issue, RewardsmithError } from "../core/errors.js";
import { AnswerError } from "./answer-error.js";
import { addAnswer, type LlmSpend, nothingSpent } from "./budget.js";
import type { ChatAnswer, ChatClient } from "./chat.js";
import { extractCode } from "./extract-code.js";
import { endsSearch, fanOut } from "./fan-out.js";
import type { InitialInputs } from "./prompt-inputs.js";
import type { PromptPack } from "./prompt-pack.js";
import { renderConversation } from "./render.js";

/** What the reward checker says about a code. */
export interface TriedCheck {
  readonly accepted: boolean;
  readonly issues: readonly Issue[];
  readonly terms: readonly string[];
}

export interface TriedCandidate {
  readonly outcome: "accepted" | "repaired" | "refused";
  /** Tries it took, the first included. */
  readonly tries: number;
  /** Codes of the errors of the last try; empty when it was accepted. */
  readonly codes: readonly string[];
  readonly terms: readonly string[];
  readonly code: string | null;
}

export interface PackTrial {
  readonly candidates: readonly TriedCandidate[];
  readonly spent: LlmSpend;
}

export async function tryPack(trial: {
  readonly pack: PromptPack;
  readonly inputs: InitialInputs;
  readonly client: ChatClient;
  readonly check: (code: string) => Promise<TriedCheck>;
  /** Rewards asked for. */
  readonly count: number;
  readonly concurrency?: number;
  /** Times a refused answer goes back. */
  readonly repairs?: number;
  readonly signal?: AbortSignal;
}): Promise<PackTrial> {
  const { pack, client, check, repairs = 2, signal } = trial;
  let spent = nothingSpent;

  async function ask(candidate: number): Promise<TriedCandidate> {
    let refused: { answer: string; issues: string } | undefined;
    for (let attempt = 0; ; attempt++) {
      const prompt = await renderConversation(pack, {
        initial: trial.inputs,
        ...(refused ? { repair: refused } : {}),
      });
      let answer: ChatAnswer;
      try {
        answer = await client.chat(
          {
            key: { run: "try", iteration: 0, candidate, attempt },
            messages: prompt.messages,
            ...(prompt.temperature === undefined ? {} : { temperature: prompt.temperature }),
          },
          signal,
        );
      } catch (error) {
        if (!(error instanceof RewardsmithError) || endsSearch(error)) throw error;
        if (error instanceof AnswerError) spent = addAnswer(spent, error.answer);
        return {
          outcome: "refused",
          tries: attempt + 1,
          codes: [error.code],
          terms: [],
          code: null,
        };
      }
      spent = addAnswer(spent, answer);
      const found = extractCode(answer.text);
      const checked: TriedCheck =
        "issue" in found
          ? { accepted: false, issues: [found.issue], terms: [] }
          : await check(found.code);
      const code = "code" in found ? found.code : null;
      const errors = checked.issues.filter((issue) => issue.severity === "error");
      if (checked.accepted || attempt === repairs) {
        const outcome = !checked.accepted ? "refused" : attempt === 0 ? "accepted" : "repaired";
        const codes = checked.accepted ? [] : [...new Set(errors.map((issue) => issue.code))];
        return { outcome, tries: attempt + 1, codes, terms: checked.terms, code };
      }
      refused = {
        answer: answer.text,
        issues: errors.map((issue) => formatIssue(issue)).join("\n"),
      };
    }
  }

  const settled = await fanOut(trial.count, trial.concurrency ?? 8, ask);
  const failed = settled.find((result) => result.status === "rejected");
  if (failed) throw failed.reason;
  const candidates = settled.flatMap((result) =>
    result.status === "fulfilled" ? [result.value] : [],
  );
  return { candidates, spent };
}
