/**
 * A designer that asks: a model behind an API, a recording, or a person with a chat window. Every
 * prompt and answer is in the run before it is used, so an answer is never asked for twice.
 */
import { type ErrorCode, formatIssue, type Issue, RewardsmithError } from "../core/errors.js";
import type { Reflection } from "../events/event.js";
import { AnswerError } from "../llm/answer-error.js";
import type { ChatAnswer, ChatClient, ChatMessage } from "../llm/chat.js";
import { extractCode } from "../llm/extract-code.js";
import { endsSearch, fanOut } from "../llm/fan-out.js";
import { type ConversationInputs, initialInputs } from "../llm/prompt-inputs.js";
import type { PromptPack } from "../llm/prompt-pack.js";
import { renderConversation } from "../llm/render.js";
import type { LoadedTask } from "../task/loaded-task.js";
import type {
  DesignContext,
  Designer,
  FailedProposal,
  PastCandidate,
  Proposal,
  RefusedCandidate,
  TurnKey,
} from "./designer.js";
import { describeMark } from "./engine-watch.js";
import { reflectionText } from "./reflection.js";

export interface PromptedOptions {
  readonly client: ChatClient;
  /** Read anew for every iteration, so that an edited pack takes effect at the next one. */
  readonly loadPack: () => Promise<PromptPack>;
  readonly task: LoadedTask;
  /** Requests at once. */
  readonly concurrency: number;
}

export function promptedDesigner(options: PromptedOptions): Designer {
  const { client } = options;
  const packs = new Map<number, Promise<PromptPack>>();
  const packFor = (iteration: number) => {
    const pack = packs.get(iteration) ?? options.loadPack();
    packs.set(iteration, pack);
    return pack;
  };

  /** One turn: the answer the run has, or a new one; then its code. */
  async function turn(
    context: DesignContext,
    index: number,
    attempt: number,
    inputs: ConversationInputs,
  ): Promise<Proposal | FailedProposal> {
    const { conversation, iteration } = context;
    const key = { iteration, candidate: index, attempt };
    const known = conversation.answers.find((answer) => sameTurn(answer, key));
    const origin = {
      kind: "model" as const,
      parents: context.best ? [context.best.id] : [],
      reason: attempt === 0 ? `asked ${client.model}` : `asked ${client.model} to repair it`,
    };
    try {
      const text = known ? conversation.readAnswer(known) : (await ask(context, key, inputs)).text;
      const extracted = extractCode(text);
      return "code" in extracted
        ? { index, source: extracted.code, origin }
        : { index, source: "", origin, issue: extracted.issue };
    } catch (error) {
      if (!isOneAnswersFault(error)) throw error;
      return { index, source: "", origin, issue: issueOf(error) };
    }
  }

  async function ask(
    context: DesignContext,
    key: TurnKey,
    inputs: ConversationInputs,
  ): Promise<ChatAnswer> {
    const { conversation, run, iteration, signal } = context;
    await conversation.whilePaused();
    if (!conversation.mayAsk()) throw new NotAsked();
    const prompt = await renderConversation(await packFor(iteration), inputs);
    const files = Object.fromEntries(prompt.files.map(({ name, hash }) => [name, hash]));
    conversation.promptRendered(key, conversationText(prompt.messages), files);
    try {
      const answer = await client.chat(
        {
          key: { run, ...key },
          messages: prompt.messages,
          ...(prompt.temperature === undefined ? {} : { temperature: prompt.temperature }),
        },
        signal,
      );
      conversation.answerReceived(key, answer);
      return answer;
    } catch (error) {
      if (error instanceof AnswerError) conversation.answerReceived(key, error.answer);
      const kind = budgetOf(error);
      if (kind === null) throw error;
      conversation.budgetReached(kind);
      throw new NotAsked();
    }
  }

  return {
    name: client.name,
    description: `language model ${client.model}`,
    readsPrompts: true,
    async propose(context, indices, deliver) {
      const inputs = conversationInputs(options.task, context);
      const results = await fanOut(indices.length, options.concurrency, async (i) => {
        try {
          deliver(await turn(context, indices[i], 0, inputs));
        } catch (error) {
          if (!(error instanceof NotAsked)) throw error;
        }
      });
      const failed = results.find((result) => result.status === "rejected");
      if (failed?.status === "rejected") throw failed.reason;
    },
    async repair(context, refused, attempt) {
      const inputs = conversationInputs(options.task, context);
      const repair = repairInputs(context, refused, attempt);
      try {
        return await turn(context, refused.index, attempt, { ...inputs, ...repair });
      } catch (error) {
        if (!(error instanceof NotAsked)) throw error;
        const origin = { kind: "model" as const, parents: [], reason: "not asked any more" };
        return { index: refused.index, source: "", origin, issue: issueOf(error) };
      }
    },
  };
}

/** The conversation before the answer wanted: the task, and from the second round what happened. */
export function conversationInputs(
  task: LoadedTask,
  context: Pick<DesignContext, "best" | "last" | "notes" | "iteration">,
): ConversationInputs {
  const { best, last, iteration } = context;
  const notes = [...context.notes];
  const told = best ? trained(best) : null;
  if (!best || !told) return { initial: initialInputs(task, { notes }) };
  const other = last && last.id !== best.id ? trained(last) : null;
  return {
    initial: initialInputs(task),
    feedback: { best: told, ...(other ? { last: other } : {}), iteration, notes },
  };
}

function trained({ source, reflection, fitness, engineWatch, told }: PastCandidate) {
  if (!reflection || fitness === null) return null;
  return {
    code: source.trim(),
    reflection: told ?? measuredText(reflection, engineWatch),
    score: Number(fitness.toPrecision(4)),
  };
}

/** What is told of a training unless a person put it in other words. */
export function measuredText(
  reflection: Reflection,
  engineWatch: PastCandidate["engineWatch"],
): string {
  return [reflectionText(reflection), ...watchLines(engineWatch)].join("\n");
}

/** Only where it found something is the engine watch's business told. */
function watchLines(marks: PastCandidate["engineWatch"]): string[] {
  if (marks.length === 0) return [];
  return [`this motion is no physics and will not hold: ${marks.map(describeMark).join(", ")}`];
}

/** What was wrong with the last answer; nothing where no answer came, which is then asked for again. */
function repairInputs(
  { conversation, iteration }: DesignContext,
  refused: RefusedCandidate,
  attempt: number,
): Pick<ConversationInputs, "repair"> {
  const key = { iteration, candidate: refused.index, attempt: attempt - 1 };
  const answer = conversation.answers.find((known) => sameTurn(known, key));
  const issues = refused.attempts.at(-1)?.issues ?? [];
  if (!answer) return {};
  return {
    repair: {
      answer: conversation.readAnswer(answer),
      issues: issues.map((issue) => formatIssue(issue)).join("\n"),
    },
  };
}

function conversationText(messages: readonly ChatMessage[]): string {
  return messages.map(({ role, content }) => `# ${role}\n\n${content}\n`).join("\n");
}

function sameTurn(a: TurnKey, b: TurnKey): boolean {
  return a.iteration === b.iteration && a.candidate === b.candidate && a.attempt === b.attempt;
}

/** A budget is used up: the candidate is left out rather than failed. */
class NotAsked extends RewardsmithError {
  constructor() {
    super("E_BUDGET_REACHED", "a budget of the search is used up, so nothing more is asked");
  }
}

function budgetOf(error: unknown): "money" | "tokens" | null {
  if (!(error instanceof RewardsmithError)) return null;
  if (error.code === "E_BUDGET_MONEY") return "money";
  return error.code === "E_BUDGET_TOKENS" ? "tokens" : null;
}

/** Failures that asking for another candidate may not meet again. */
function isOneAnswersFault(error: unknown): error is RewardsmithError {
  return error instanceof RewardsmithError && !endsSearch(error) && !(error instanceof NotAsked);
}

function issueOf({ code, message, hint }: RewardsmithError): Issue {
  return {
    code: code as ErrorCode,
    severity: "error",
    message,
    ...(hint === undefined ? {} : { hint }),
  };
}
