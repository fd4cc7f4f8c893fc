/** A transfer in a few words. */
import type { TransferSummary } from "../../../src/view/data/answers.js";

/** The first stage that is not done, with how far it is. */
export function stageText({ stages }: TransferSummary): string {
  const now = stages.find(({ done, of }) => of === null || done < of);
  if (!now) return "all stages done";
  return now.of === 1 ? now.name : `${now.name} ${partText(now)}`;
}

export function partText({ done, of }: TransferSummary["stages"][number]): string {
  return of === null ? `${done}` : `${done} of ${of}`;
}

/** What the exam said of the policy that was chosen. */
export function examText({ policies }: TransferSummary): string {
  const passed = policies.find(({ chosen }) => chosen)?.passed ?? null;
  return passed === null ? "–" : passed ? "exam passed" : "exam not passed";
}
