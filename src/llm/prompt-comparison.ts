/** When two prompts count as the same: everything but measured numbers, which differ between processors. */
import { diffLines } from "diff";
import type { ChatMessage } from "./chat.js";

const NUMBER = /[-+−]?(?:\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|\bInfinity\b|\bNaN\b)|–/g;
/** A list such as "fell 3 %, time limit 97 %": which shares are above zero is measured too. */
const SHARES = /(?:[A-Za-z][\w ]* # %(?:, )?)+/g;

/**
 * A conversation as text to compare. What comes before the model's first turn holds nothing measured
 * and is kept as it is. After it, numbers outside ```ts blocks become #, and the blanks that line
 * tables up become one. Code is the model's own and is kept.
 */
export function comparableText(messages: readonly ChatMessage[]): string {
  const firstTurn = messages.findIndex((message) => message.role === "assistant");
  return messages
    .map((message, index) => {
      const measured = firstTurn >= 0 && index > firstTurn && message.role === "user";
      return `[${message.role}]\n${measured ? masked(message.content) : message.content.trimEnd()}`;
    })
    .join("\n\n");
}

function masked(content: string): string {
  let inCode = false;
  return content
    .split("\n")
    .map((line) => {
      if (/^\s*```/.test(line)) inCode = !inCode && /^\s*```(?:ts|typescript)\b/.test(line);
      return inCode
        ? line
        : line
            .replace(NUMBER, "#")
            .replace(/[ \t]+/g, " ")
            .replace(SHARES, "# %")
            .trimEnd();
    })
    .join("\n")
    .trimEnd();
}

/** The lines that differ, `-` recorded and `+` now, with the line before each change. */
export function lineDifference(recorded: string, now: string, maxLines = 24): string {
  const lines: string[] = [];
  let before = "";
  for (const part of diffLines(recorded, now)) {
    const partLines = part.value.replace(/\n$/, "").split("\n");
    if (part.added || part.removed) {
      if (before !== "") lines.push(`  ${before}`);
      lines.push(...partLines.map((line) => `${part.added ? "+" : "-"} ${line}`));
      before = "";
    } else {
      before = partLines.findLast((line) => line.trim() !== "") ?? "";
    }
  }
  if (lines.length <= maxLines) return lines.join("\n");
  return [...lines.slice(0, maxLines), `  … ${lines.length - maxLines} more lines`].join("\n");
}
