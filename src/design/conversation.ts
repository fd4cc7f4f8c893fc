/** Keeps prompts and answers in the run: on the disk and in the log before anything uses them. */
import { artifacts } from "../run/run-folder.js";
import type { ConversationRecord } from "./designer.js";
import type { DesignInputs } from "./inputs.js";
import { whilePaused } from "./pause.js";

export function conversationRecord(
  inputs: DesignInputs,
  isOver: () => boolean,
): ConversationRecord {
  const { journal, settings } = inputs;
  return {
    get answers() {
      return journal.state.answers;
    },
    readAnswer: ({ path }) => journal.read(path),
    promptRendered({ iteration, candidate, attempt }, text, files) {
      const id = `${iteration}.${candidate}`;
      const path = journal.write(artifacts.prompt(id, attempt + 1), text);
      const event = { iteration, candidate, attempt, path, files: { ...files } };
      journal.record({ type: "promptRendered", ...event });
    },
    answerReceived({ iteration, candidate, attempt }, answer) {
      const id = `${iteration}.${candidate}`;
      journal.record({
        type: "answerReceived",
        iteration,
        candidate,
        attempt,
        path: journal.write(artifacts.answer(id, attempt + 1), answer.text),
        model: answer.model,
        promptTokens: answer.usage.promptTokens,
        completionTokens: answer.usage.completionTokens,
        costUsd: answer.costUsd,
        seconds: answer.seconds,
      });
    },
    whilePaused: () => whilePaused(inputs),
    mayAsk: () => !isOver(),
    budgetReached(kind) {
      const { budget, spent } = journal.state;
      if (budget) return;
      const used = kind === "money" ? spent.costUsd : spent.promptTokens + spent.completionTokens;
      const limit = (kind === "money" ? settings.maxMoneyUsd : settings.maxTokens) ?? used;
      journal.record({ type: "budgetReached", kind, limit, spent: used });
    },
  };
}
