import type { Issue } from "../core/errors.js";

/**
 * Finds the reward in a model's answer. Whole fenced blocks are kept, so helper functions beside the
 * entry survive. Where several blocks hold the entry, the last complete one counts: models that
 * think aloud write a draft first and their answer last.
 */
export function extractCode(answer: string): { code: string } | { issue: Issue } {
  const thought = withoutThinking(answer);
  if (answer.trim() === "") {
    return refused("E_ANSWER_EMPTY", "the answer is empty", ASK);
  }
  if (thought.cut) {
    return refused("E_ANSWER_INCOMPLETE", "the answer ends inside its thinking", SHORTER);
  }
  const blocks = fencedBlocks(thought.text);
  const withEntry = blocks.filter((block) => ENTRY.test(block.code));
  const complete = withEntry.filter((block) => block.closed);
  const last = complete.at(-1);
  if (last) return { code: last.code };

  const cut = withEntry.at(-1);
  if (cut) {
    return refused(
      "E_ANSWER_INCOMPLETE",
      "the code block with the reward is never closed",
      SHORTER,
    );
  }
  // Some models leave the fences out: an answer that is nothing but code is taken as it is.
  const bare = thought.text.trim();
  if (blocks.length === 0 && CODE_START.test(bare) && ENTRY.test(bare)) {
    return bracesBalance(bare)
      ? { code: `${bare}\n` }
      : refused("E_ANSWER_INCOMPLETE", "the code ends before its last brace", SHORTER);
  }
  if (blocks.length === 0) {
    return refused("E_ANSWER_NO_CODE", "the answer holds no fenced code block", ASK);
  }
  return refused(
    "E_ANSWER_NO_CODE",
    `no code block defines \`function reward\` (${blocks.length} found)`,
    ASK,
  );
}

const ASK = "answer with one ```ts block that holds the whole file, `export function reward` in it";
const SHORTER = "answer again, shorter: the whole file in one closed ```ts block";

/** The entry as a declaration, or as an arrow function held in a constant. */
const ENTRY = /\bfunction\s+reward\s*\(|\bconst\s+reward\s*(?::[^=]+)?=\s*(?:\(|s\b)/;
const CODE_START = /^(?:export|function|const|interface|type|import|\/\/|\/\*)/;

export interface FencedBlock {
  readonly code: string;
  readonly closed: boolean;
}

/** Blocks fenced by three or more backticks or tildes (CommonMark: closed by at least as many). */
export function fencedBlocks(text: string): FencedBlock[] {
  const blocks: FencedBlock[] = [];
  let fence = "";
  let indent = 0;
  let lines: string[] = [];
  for (const line of text.split(/\r?\n/)) {
    const marker = /^(\s*)(`{3,}|~{3,})(.*)$/.exec(line);
    if (fence === "") {
      if (!marker || (marker[2][0] === "`" && marker[3].includes("`"))) continue;
      fence = marker[2];
      indent = marker[1].length;
      lines = [];
    } else if (
      marker?.[2].startsWith(fence) &&
      marker[2].length >= fence.length &&
      marker[3].trim() === ""
    ) {
      blocks.push({ code: `${lines.join("\n")}\n`, closed: true });
      fence = "";
    } else {
      lines.push(line.slice(0, indent).trim() === "" ? line.slice(indent) : line);
    }
  }
  if (fence !== "") blocks.push({ code: `${lines.join("\n")}\n`, closed: false });
  return blocks;
}

/** Reasoning models behind plain servers write their thoughts in tags before the answer. */
export function withoutThinking(text: string): { text: string; cut: boolean } {
  const stripped = text.replace(/<(think|thinking)>[\s\S]*?<\/\1>/gi, "");
  const open = /^\s*<(?:think|thinking)>/i.test(stripped);
  // Chat templates that open the tag themselves leave only its end in the answer.
  const tail = stripped.split(/<\/(?:think|thinking)>/i).at(-1) ?? "";
  return { text: tail, cut: open };
}

function bracesBalance(code: string): boolean {
  let depth = 0;
  for (const character of code) {
    if (character === "{") depth++;
    if (character === "}") depth--;
  }
  return depth === 0;
}

function refused(code: Issue["code"], message: string, hint: string): { issue: Issue } {
  return { issue: { code, severity: "error", message, hint } };
}
