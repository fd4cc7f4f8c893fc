/** task.md → the words of a task. Sections are level-two headings; everything else is for people. */
import { RewardsmithError } from "../core/errors.js";
import type { TaskPage } from "./task.js";

const required = ["Task", "Success", "Termination"] as const;

/** Reads the sections of task.md; `where` names the file in errors. */
export function parseTaskPage(markdown: string, where: string): TaskPage {
  const sections = new Map<string, string>();
  const text = markdown.replaceAll("\r\n", "\n").replace(/<!--[\s\S]*?-->/g, "");
  for (const part of text.split(/^## +/m).slice(1)) {
    const [heading, ...lines] = part.split("\n");
    sections.set(heading.trim().toLowerCase(), lines.join("\n").trim());
  }
  const missing = required.filter((heading) => !sections.get(heading.toLowerCase()));
  if (missing.length > 0) {
    throw new RewardsmithError(
      "E_TASK_INVALID",
      `lacks ${missing.map((heading) => `"## ${heading}"`).join(" and ")}`,
      {
        where,
        hint: "task.md says in words what to do (## Task), how success is measured (## Success) and when an episode ends (## Termination)",
      },
    );
  }
  const deviations = sections.get("deviations");
  return {
    sentence: oneLine(sections.get("task")),
    success: oneLine(sections.get("success")),
    termination: oneLine(sections.get("termination")),
    ...(deviations ? { deviations } : {}),
  };
}

/** The first sentence below the page's title: what the task is, for lists. */
export function taskSummary(markdown: string): string {
  const [introduction] = markdown
    .replaceAll("\r\n", "\n")
    .replace(/<!--[\s\S]*?-->/g, "")
    .replace(/^\s*# .*\n/, "")
    .split(/^## /m);
  const [sentence] = /^.*?[.!?](?=\s|$)/.exec(oneLine(introduction.trim())) ?? [""];
  return sentence.replace(/`/g, "");
}

/** Hard line breaks of the file are no part of the words; blank lines between paragraphs are. */
function oneLine(text = ""): string {
  return text
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.replace(/\s*\n\s*/g, " "))
    .join("\n\n");
}
