/** Token counts by the o200k encoding: exact for OpenAI's models, a few per cent off for most others. */
import type { ChatMessage } from "./chat.js";

type Count = (text: string) => number;
let encoding: Promise<Count> | undefined;

/** The encoding's tables are 2.4 MB, so they are loaded at the first count. */
function loadEncoding(): Promise<Count> {
  encoding ??= import("gpt-tokenizer/encoding/o200k_base").then(
    ({ countTokens }) =>
      (text) =>
        // Text that looks like a special token ("<|endoftext|>") counts as ordinary text.
        countTokens(text, { disallowedSpecial: new Set() }),
  );
  return encoding;
}

export async function countTokens(text: string): Promise<number> {
  return (await loadEncoding())(text);
}

/** Tokens of a conversation: its text, about four for each message's frame and three for the answer's. */
export async function countMessageTokens(messages: readonly ChatMessage[]): Promise<number> {
  const count = await loadEncoding();
  return messages.reduce((sum, message) => sum + count(message.content) + 4, 3);
}
