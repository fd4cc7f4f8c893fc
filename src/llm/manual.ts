/** A person carries each prompt to any chat window and the answer back: no key, no network. */
import { watch } from "node:fs";
import { mkdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { RewardsmithError } from "../core/errors.js";
import type { ChatClient, ChatMessage, ConversationKey } from "./chat.js";
import { countMessageTokens, countTokens } from "./tokens.js";

export interface ManualOptions {
  /** Where prompts are written and answers awaited. */
  readonly folder: string;
  /** Told which file to read and which to write. */
  readonly onWaiting?: (files: { readonly prompt: string; readonly answer: string }) => void;
  /** An answer counts once its file has stayed the same this long, s. */
  readonly settleSeconds?: number;
}

export function createManualClient(options: ManualOptions): ChatClient {
  const settleMs = (options.settleSeconds ?? 1) * 1000;
  return {
    name: "manual",
    model: "manual",
    async chat(request, signal) {
      const started = performance.now();
      const names = manualFiles(request.key);
      const prompt = path.join(options.folder, names.prompt);
      const answer = path.join(options.folder, names.answer);
      await mkdir(options.folder, { recursive: true });
      await putPrompt(prompt, answer, asDocument(request.messages));
      options.onWaiting?.({ prompt, answer });
      const text = await settledText(answer, settleMs, signal);
      return {
        text,
        model: "manual",
        usage: {
          promptTokens: await countMessageTokens(request.messages),
          completionTokens: await countTokens(text),
        },
        costUsd: 0,
        seconds: (performance.now() - started) / 1000,
      };
    },
  };
}

/** Names of a turn's files; numbers are padded, so that a folder lists them in the order of the search. */
export function manualFiles(key: ConversationKey): { prompt: string; answer: string } {
  const number = (value: number) => String(value).padStart(2, "0");
  const repair = key.attempt === 0 ? "" : `-repair${key.attempt}`;
  const turn = `i${number(key.iteration)}-c${number(key.candidate)}${repair}`;
  return { prompt: `prompt-${turn}.md`, answer: `answer-${turn}.md` };
}

/** One text to paste whole; a chat window has no roles, so headings stand for them. */
function asDocument(messages: readonly ChatMessage[]): string {
  const headings = { system: "INSTRUCTIONS", user: "REQUEST", assistant: "YOUR EARLIER ANSWER" };
  const parts = messages.map(
    (message) => `===== ${headings[message.role]} =====\n\n${message.content}\n`,
  );
  return parts.join("\n");
}

/** An answer that lies there already holds for the same prompt only; for another it is put aside. */
async function putPrompt(prompt: string, answer: string, text: string): Promise<void> {
  const earlier = await readIfThere(prompt);
  if (earlier === text) return;
  if (earlier !== null && (await readIfThere(answer)) !== null) {
    await rename(answer, answer.replace(/\.md$/, ".old.md"));
  }
  await writeFile(prompt, text);
}

/**
 * Waits for a file that has text and has stopped changing: editors write in pieces, or write
 * another file and rename it. Watching makes it quick, polling makes it sure.
 */
async function settledText(
  file: string,
  settleMs: number,
  signal: AbortSignal | undefined,
): Promise<string> {
  let wake: () => void = () => {};
  const watcher = watchQuietly(path.dirname(file), () => wake());
  try {
    let last = "";
    let since = performance.now();
    for (;;) {
      if (signal?.aborted)
        throw new RewardsmithError("E_CANCELLED", "no longer waiting", { where: file });
      const seen = await fingerprint(file);
      if (seen !== last) {
        last = seen;
        since = performance.now();
      }
      const quietMs = performance.now() - since;
      if (seen !== "" && quietMs >= settleMs) {
        const text = (await readIfThere(file)) ?? "";
        // Half a paste often ends inside a code block: give it longer before taking it as it is.
        if (text.trim() !== "" && (fencesClosed(text) || quietMs >= 10 * settleMs)) return text;
      }
      const woken = new Promise<void>((resolve) => {
        wake = resolve;
      });
      const pause = seen === "" ? 500 : Math.max(20, settleMs / 4);
      await Promise.race([
        woken,
        delay(pause, undefined, signal ? { signal } : {}).catch(() => {}),
      ]);
    }
  } finally {
    watcher?.close();
  }
}

async function fingerprint(file: string): Promise<string> {
  const info = await stat(file).catch(() => null);
  return info === null || info.size === 0 ? "" : `${info.ino} ${info.size} ${info.mtimeMs}`;
}

function fencesClosed(text: string): boolean {
  return (text.match(/^\s*(?:```|~~~)/gm) ?? []).length % 2 === 0;
}

/** Some file systems cannot be watched; polling alone does there. */
function watchQuietly(folder: string, onChange: () => void) {
  try {
    const watcher = watch(folder, onChange);
    watcher.on("error", () => watcher.close());
    return watcher;
  } catch {
    return null;
  }
}

async function readIfThere(file: string): Promise<string | null> {
  return readFile(file, "utf8").catch(() => null);
}
