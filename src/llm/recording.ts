/** Every conversation with a model as a line of JSON, and a client that answers from such a file. */
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  truncateSync,
  writeSync,
} from "node:fs";
import { z } from "zod";
import { type ErrorCode, RewardsmithError } from "../core/errors.js";
import { diskError } from "../run/disk.js";
import { AnswerError } from "./answer-error.js";
import { addAnswer, type LlmSpend, nothingSpent } from "./budget.js";
import type { ChatAnswer, ChatClient, ChatMessage, ChatRequest, ConversationKey } from "./chat.js";
import { comparableText, lineDifference } from "./prompt-comparison.js";

const conversationSchema = z.strictObject({
  format: z.literal(1),
  key: z.strictObject({
    run: z.string(),
    iteration: z.number(),
    candidate: z.number(),
    attempt: z.number(),
  }),
  messages: z.array(
    z.strictObject({ role: z.enum(["system", "user", "assistant"]), content: z.string() }),
  ),
  temperature: z.number().optional(),
  /** Absent where the request failed without one. */
  answer: z
    .strictObject({
      text: z.string(),
      model: z.string(),
      usage: z.strictObject({ promptTokens: z.number(), completionTokens: z.number() }),
      costUsd: z.number().nullable(),
      seconds: z.number(),
    })
    .optional(),
  /** Why the answer was of no use, or why none came. */
  error: z
    .strictObject({
      code: z.templateLiteral(["E_", z.string()]),
      message: z.string(),
      hint: z.string().optional(),
    })
    .optional(),
});
type Conversation = z.infer<typeof conversationSchema>;

/**
 * Asks `inner` and appends each conversation to `file`, on disk before the answer is used. An answer
 * that the file already has for the same key and prompt is taken from it: after a crash nothing is
 * paid for twice.
 */
export function recordingClient(inner: ChatClient, file: string): ChatClient {
  // Not before the first request: until the run is locked, another process may be writing the file.
  let known: Map<string, Conversation> | undefined;
  const open = () => {
    dropTornLine(file);
    const conversations = existsSync(file) ? readConversations(file) : [];
    return new Map(conversations.map((entry) => [fullKey(entry.key), entry]));
  };
  return {
    name: inner.name,
    model: inner.model,
    async chat(request, signal) {
      known ??= open();
      const earlier = known.get(fullKey(request.key));
      if (earlier?.answer && samePrompt(earlier, request)) return replay(earlier, earlier.answer);
      let answer: ChatAnswer;
      try {
        answer = await inner.chat(request, signal);
      } catch (error) {
        if (error instanceof RewardsmithError && wasAsked(error)) {
          const unusable = error instanceof AnswerError ? error.answer : undefined;
          append(file, conversationOf(request, unusable, error));
        }
        throw error;
      }
      append(file, conversationOf(request, answer));
      return answer;
    },
  };
}

/**
 * Answers from a recording, without network. The conversation is found by iteration, candidate and
 * attempt; its prompt must be the recorded one, measured numbers apart. Failures replay as failures.
 * What is replayed costs nothing.
 */
export function createRecordedClient(file: string): ChatClient {
  if (!existsSync(file)) {
    throw new RewardsmithError("E_RECORDING_MISSING", "there is no such recording", {
      where: file,
      hint: "a run with a model writes one: runs/<name>/conversations.jsonl",
    });
  }
  const conversations = readConversations(file);
  const byKey = new Map(conversations.map((entry) => [shortKey(entry.key), entry]));
  const model = conversations.find((entry) => entry.answer)?.answer?.model ?? "recorded";
  return {
    name: "recorded",
    model,
    async chat(request) {
      const recorded = byKey.get(shortKey(request.key));
      if (!recorded) {
        throw new RewardsmithError(
          "E_RECORDING_MISSING",
          `the recording has no conversation for ${inWords(request.key)} (it has ${byKey.size})`,
          { where: file, hint: "replay with the iterations and candidates it was recorded with" },
        );
      }
      if (!samePrompt(recorded, request)) {
        const before = comparableText(recorded.messages);
        const difference = lineDifference(before, comparableText(request.messages));
        throw new RewardsmithError(
          "E_RECORDING_MISMATCH",
          `the prompt of ${inWords(request.key)} is not the recorded one:\n${difference}`,
          {
            where: file,
            hint: "go back to the prompts, task and settings it was recorded with, or record anew with --designer openai",
          },
        );
      }
      const { answer, error } = recorded;
      if (answer) return replay(recorded, { ...answer, costUsd: 0 });
      throw new RewardsmithError(error?.code ?? "E_LLM_EMPTY", error?.message ?? "no answer", {
        where: file,
        ...(error?.hint === undefined ? {} : { hint: error.hint }),
      });
    },
  };
}

/** Whether the model, or the way to it, is what failed; a request never sent is no conversation. */
function wasAsked({ code }: RewardsmithError): boolean {
  return code !== "E_CANCELLED" && !code.startsWith("E_BUDGET_");
}

/** What the answers of a recording have used: where a resumed run's budget begins. */
export function spentInRecording(file: string): LlmSpend {
  if (!existsSync(file)) return nothingSpent;
  return readConversations(file).reduce(
    (spent, { answer }) => (answer ? addAnswer(spent, answer) : spent),
    nothingSpent,
  );
}

function replay(recorded: Conversation, answer: ChatAnswer): ChatAnswer {
  const { error } = recorded;
  if (!error) return answer;
  throw new AnswerError(error.code as ErrorCode, error.message, answer, {
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  });
}

function samePrompt(recorded: { messages: readonly ChatMessage[] }, request: ChatRequest): boolean {
  return comparableText(recorded.messages) === comparableText(request.messages);
}

function conversationOf(
  request: ChatRequest,
  answer: ChatAnswer | undefined,
  error?: RewardsmithError,
): Conversation {
  return {
    format: 1,
    key: { ...request.key },
    messages: request.messages.map((message) => ({ ...message })),
    ...(request.temperature === undefined ? {} : { temperature: request.temperature }),
    ...(answer === undefined ? {} : { answer: { ...answer } }),
    ...(error === undefined
      ? {}
      : {
          error: {
            code: error.code,
            message: error.message,
            ...(error.hint === undefined ? {} : { hint: error.hint }),
          },
        }),
  };
}

/** All of it or nothing: what a full disk took half of is cut off again. */
function append(file: string, conversation: Conversation): void {
  const bytes = Buffer.from(`${JSON.stringify(conversation)}\n`);
  try {
    const descriptor = openSync(file, "a");
    const { size } = fstatSync(descriptor);
    try {
      let written = 0;
      while (written < bytes.length) written += writeSync(descriptor, bytes, written);
      fsyncSync(descriptor);
    } catch (error) {
      ftruncateSync(descriptor, size);
      throw error;
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw diskError(error, file);
  }
}

/** A crash while writing leaves half a line; it is cut off before the next one is added. */
function dropTornLine(file: string): void {
  if (!existsSync(file)) return;
  const bytes = readFileSync(file);
  const end = bytes.lastIndexOf(0x0a) + 1;
  if (end < bytes.length) truncateSync(file, end);
}

/** All whole lines. Half a line at the end is what a crash leaves and is passed over. */
function readConversations(file: string): Conversation[] {
  const text = readFileSync(file, "utf8");
  const lines = text.slice(0, text.lastIndexOf("\n") + 1).split("\n");
  const conversations: Conversation[] = [];
  for (const [index, line] of lines.entries()) {
    if (line.trim() === "") continue;
    try {
      conversations.push(conversationSchema.parse(JSON.parse(line)));
    } catch (cause) {
      const message = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
      throw new RewardsmithError("E_RECORDING_CORRUPT", message, {
        where: `${file}:${index + 1}`,
        hint: "remove the line to replay without it",
        cause,
      });
    }
  }
  return conversations;
}

function shortKey(key: ConversationKey): string {
  return `${key.iteration}/${key.candidate}/${key.attempt}`;
}

function fullKey(key: ConversationKey): string {
  return `${key.run}/${shortKey(key)}`;
}

function inWords(key: ConversationKey): string {
  const repair = key.attempt === 0 ? "" : `, repair ${key.attempt}`;
  return `iteration ${key.iteration}, candidate ${key.candidate}${repair}`;
}
