/** Prompts and answers of a run as they were, and the prompt that the next iteration would be sent. */
import type { Designer, PastCandidate } from "../../design/designer.js";
import { historyOf, memoryOf, notesFor } from "../../design/history.js";
import { conversationInputs, measuredText } from "../../design/prompted-designer.js";
import { searchOptionsOf } from "../../design/search-options.js";
import type { RunState } from "../../events/run-state.js";
import type { ChatMessage } from "../../llm/chat.js";
import { listPacks } from "../../llm/prompt-commands.js";
import { defaultPack, loadPack } from "../../llm/prompt-pack.js";
import { renderConversation } from "../../llm/render.js";
import { countTokens } from "../../llm/tokens.js";
import type { LoadedTask } from "../../task/loaded-task.js";
import type { Conversation, NextPrompt } from "./answers.js";
import type { StoredRun } from "./stored-runs.js";

/** Whether a designer of this name is sent prompts. */
export function readsPrompts(designer: Designer["name"]): boolean {
  return designer === "openai" || designer === "manual" || designer === "recorded";
}

export interface Turn {
  readonly iteration: number;
  readonly candidate: number;
  readonly attempt: number;
}

/** Null where nothing was asked. */
export async function conversationOf(run: StoredRun, turn: Turn): Promise<Conversation | null> {
  const { folder, state, log } = run;
  const prompt = state.prompts.find((one) => sameTurn(one, turn));
  if (!prompt) return null;
  const shipped = new Set(
    (await listPacks()).flatMap(({ files }) => files.map(({ name, hash }) => `${name} ${hash}`)),
  );
  const received = log.answers.find((one) => sameTurn(one, turn));
  return {
    ...(await blocks(parseConversation(folder.read(prompt.path)))),
    files: Object.entries(prompt.files).map(([name, hash]) => ({
      name,
      hash,
      shipped: shipped.has(`${name} ${hash}`),
    })),
    answer: received
      ? {
          text: folder.read(received.path),
          model: received.model,
          promptTokens: received.promptTokens,
          completionTokens: received.completionTokens,
          costUsd: received.costUsd,
          seconds: received.seconds,
        }
      : null,
  };
}

/** What the iteration after those begun would be told as things stand. */
export async function nextPromptOf(run: StoredRun, task: LoadedTask): Promise<NextPrompt> {
  const { folder, state } = run;
  const { design, prompts } = searchOptionsOf(folder);
  const iteration = 1 + Math.max(0, ...state.iterations.map((it) => it.iteration));
  const restart = Math.floor((iteration - 1) / design.iterations);
  const history = historyOf(
    { state, read: (file) => folder.read(file) },
    design,
    restart,
    iteration,
  );
  const memory = memoryOf(history, design, iteration);
  const notes = notesFor(state, iteration, history, memory);
  const reads = readsPrompts(design.designer);
  const inputs = conversationInputs(task, { ...memory, notes, iteration });
  const rendered = reads
    ? await renderConversation(await loadPack(prompts ?? defaultPack), inputs)
    : null;
  return {
    iteration,
    waits: run.live && state.status === "paused" && isBetween(state),
    readsPrompts: reads,
    notes,
    told: [
      ...told(memory.best, "best"),
      ...(memory.last?.id === memory.best?.id ? [] : told(memory.last, "last")),
    ],
    ...(await blocks(rendered?.messages ?? [])),
  };
}

/** Paused before another iteration rather than in the middle of one. */
function isBetween(state: RunState): boolean {
  return state.iterations.every((it) => it.ended);
}

function told(candidate: PastCandidate | null, role: "best" | "last"): NextPrompt["told"] {
  if (!candidate?.reflection) return [];
  const { id, reflection, engineWatch, told: edited } = candidate;
  return [{ id, role, measured: measuredText(reflection, engineWatch), edited }];
}

export async function blocks(messages: readonly ChatMessage[]) {
  const counted = await Promise.all(
    messages.flatMap(({ role, content }) =>
      sections(content).map(async ({ title, text }) => ({
        role,
        title,
        text,
        tokens: await countTokens(text),
      })),
    ),
  );
  return { messages: counted, tokens: counted.reduce((sum, { tokens }) => sum + tokens, 0) };
}

/** Parts of a message, cut where a first-level heading stands outside of code. */
function sections(content: string): { title: string | null; text: string }[] {
  const parts: { title: string | null; lines: string[] }[] = [{ title: null, lines: [] }];
  let inCode = false;
  for (const line of content.split("\n")) {
    if (/^\s*```/.test(line)) inCode = !inCode;
    const heading = inCode ? null : /^# (.+)$/.exec(line);
    if (heading) parts.push({ title: heading[1], lines: [line] });
    else parts[parts.length - 1].lines.push(line);
  }
  return parts
    .map(({ title, lines }) => ({ title, text: lines.join("\n").trim() }))
    .filter(({ text }) => text !== "");
}

/** A stored prompt: each message under a heading with its role, as `prompted-designer` writes it. */
export function parseConversation(text: string): ChatMessage[] {
  const parts = text.split(/^# (system|user|assistant)\n\n/m);
  const messages: ChatMessage[] = [];
  for (let i = 1; i + 1 < parts.length; i += 2) {
    const role = parts[i] as ChatMessage["role"];
    messages.push({ role, content: parts[i + 1].trimEnd() });
  }
  return messages;
}

function sameTurn(a: Turn, b: Turn): boolean {
  return a.iteration === b.iteration && a.candidate === b.candidate && a.attempt === b.attempt;
}
