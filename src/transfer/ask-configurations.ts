/** Asks a model, or a person with a chat window, for randomizations, and has what is wrong repaired. */
import { type Issue, RewardsmithError } from "../core/errors.js";
import { AnswerError } from "../llm/answer-error.js";
import type { ChatClient } from "../llm/chat.js";
import { endsSearch, fanOut } from "../llm/fan-out.js";
import type { PromptPack } from "../llm/prompt-pack.js";
import { renderRandomization } from "../llm/render.js";
import type { LoadedTask } from "../task/loaded-task.js";
import type { FeasibleIntervals } from "./check-configuration.js";
import type { RandomizationConfiguration } from "./configuration.js";
import { randomizationInputs } from "./randomization-prompt.js";
import { answerSchema, issuesText, readConfigurations } from "./read-configurations.js";

export interface AskOptions {
  readonly client: ChatClient;
  readonly pack: PromptPack;
  readonly task: LoadedTask;
  /** Omitted: the model is told no ranges, and held to none. */
  readonly prior?: FeasibleIntervals | undefined;
  /** Configurations wanted, and how many of them one answer is asked for. */
  readonly count: number;
  readonly perAnswer: number;
  /** Times an answer is asked for, the first included. */
  readonly tries?: number;
  readonly concurrency: number;
  /** Names the conversation in recordings. */
  readonly run: string;
  readonly signal?: AbortSignal | undefined;
}

export interface Asked {
  readonly configurations: readonly RandomizationConfiguration[];
  /** What was still wrong when no more was asked; one short list an answer. */
  readonly refused: readonly (readonly Issue[])[];
}

/** Throws where no answer held anything that can be trained. Fewer than `count` may come back, never more. */
export async function askForConfigurations(options: AskOptions): Promise<Asked> {
  const { count, perAnswer, concurrency } = options;
  const lots = Array.from({ length: Math.ceil(count / perAnswer) }, (_, i) =>
    Math.min(perAnswer, count - i * perAnswer),
  );
  const settled = await fanOut(lots.length, concurrency, (lot) => askLot(options, lot, lots[lot]));
  const answers = settled.map((result) => {
    if (result.status === "rejected") throw result.reason;
    return result.value;
  });
  const refused = answers.flatMap(({ issues }) => (issues.length > 0 ? [issues] : []));
  const configurations = withOwnNames(answers.flatMap(({ configurations }) => configurations));
  if (configurations.length > 0) return { configurations, refused };
  const [{ code, message }] = refused[0];
  throw new RewardsmithError(code, `no configuration came that can be trained: ${message}`, {
    where: options.client.model,
    hint: "ask another model, or take --designer offline",
  });
}

async function askLot(
  options: AskOptions,
  lot: number,
  wanted: number,
): Promise<{ configurations: readonly RandomizationConfiguration[]; issues: readonly Issue[] }> {
  const { client, pack, task, prior, tries = 3, run, signal } = options;
  const designer = client.name === "manual" ? "manual" : client.model;
  const inputs = randomizationInputs(task, wanted, prior);
  const kept: RandomizationConfiguration[] = [];
  let issues: readonly Issue[] = [];
  let answer: string | null = null;
  for (let attempt = 0; attempt < tries && kept.length < wanted; attempt++) {
    const repair =
      answer === null
        ? undefined
        : { answer, issues: issuesText(issues), count: wanted - kept.length };
    const { messages, temperature } = await renderRandomization(pack, inputs, repair);
    try {
      const { text } = await client.chat(
        {
          key: { run, iteration: 0, candidate: lot, attempt },
          messages,
          answerSchema,
          ...(temperature === undefined ? {} : { temperature }),
        },
        signal,
      );
      const read = readConfigurations(text, designer, task, prior);
      kept.push(...read.configurations.slice(0, wanted - kept.length));
      answer = text;
      issues =
        kept.length < wanted && read.issues.length === 0 ? [tooFew(kept, wanted)] : read.issues;
    } catch (error) {
      if (!(error instanceof RewardsmithError) || endsSearch(error)) throw error;
      const { code, message } = error;
      // An answer that cannot be read is asked for again, as if for the first time.
      if (!(error instanceof AnswerError)) throw error;
      issues = [{ code, severity: "error", message }];
    }
  }
  return { configurations: kept, issues: kept.length < wanted ? issues : [] };
}

function tooFew(kept: readonly unknown[], wanted: number): Issue {
  return {
    code: "E_CONFIGURATION_INVALID",
    severity: "error",
    message: `${wanted} configurations are wanted, ${kept.length} came`,
  };
}

/** Names are how tables tell configurations apart. */
function withOwnNames(
  configurations: readonly RandomizationConfiguration[],
): RandomizationConfiguration[] {
  const seen = new Map<string, number>();
  return configurations.map((one) => {
    const times = (seen.get(one.name) ?? 0) + 1;
    seen.set(one.name, times);
    return times === 1 ? one : { ...one, name: `${one.name}-${times}` };
  });
}
