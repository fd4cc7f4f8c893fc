/** Finds the JSON in a model's answer: bare, fenced, or with words around it. Nothing in it is mended. */
import type { Issue } from "../core/errors.js";
import { fencedBlocks, withoutThinking } from "./extract-code.js";

export type ExtractedJson = { readonly value: unknown } | { readonly issue: Issue };

export function extractJson(text: string): ExtractedJson {
  const thought = withoutThinking(text);
  if (thought.cut) return refused("E_ANSWER_INCOMPLETE", "the answer ends inside its thinking");
  const bare = thought.text.trim();
  const blocks = fencedBlocks(bare).filter(({ code }) => /^\s*[{[]/.test(code));
  const last = blocks.findLast(({ closed }) => closed);
  if (last) return parsed(last.code);
  if (blocks.length > 0) {
    return refused("E_ANSWER_INCOMPLETE", "the block with the JSON is never closed");
  }
  const first = bare.search(/[{[]/);
  const end = Math.max(bare.lastIndexOf("}"), bare.lastIndexOf("]"));
  if (first < 0) return refused("E_ANSWER_NO_JSON", "the answer holds text, but no JSON");
  if (end < first) return refused("E_ANSWER_INCOMPLETE", "the JSON ends before its last brace");
  return parsed(bare.slice(first, end + 1));
}

function parsed(code: string): ExtractedJson {
  try {
    return { value: JSON.parse(code) };
  } catch (error) {
    return refused("E_ANSWER_NO_JSON", `the JSON cannot be read: ${(error as Error).message}`);
  }
}

function refused(code: Issue["code"], message: string): ExtractedJson {
  const hint = "answer with one ```json block that holds the whole object";
  return { issue: { code, severity: "error", message, hint } };
}
