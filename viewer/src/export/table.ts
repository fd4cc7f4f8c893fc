/** Reward terms as comma-separated values: a row per step and environment. */
import { envFlag } from "../../../src/stream/frame.js";
import type { Timeline } from "../timeline/timeline.js";

export function termsAsCsv(timeline: Timeline, from: number, to: number): string {
  const { terms, numEnvs } = timeline.model;
  const names = ["time_s", "env", "episode", "fell", ...terms.map(({ name }) => name)];
  const lines = [[...names, "total", "return"].map(quoted).join(",")];
  for (let step = timeline.stepAt(from); step <= timeline.stepAt(to); step++) {
    for (let env = 0; env < numEnvs; env++) {
      const row = [
        timeline.timeOf(step).toFixed(4),
        env,
        timeline.episode(step, env),
        (timeline.flags(step, env) & envFlag.fell) !== 0 ? 1 : 0,
        ...terms.map((_, term) => number(timeline.term(step, env, term))),
        number(timeline.total(step, env)),
        number(timeline.episodeReturn(step, env)),
      ];
      lines.push(row.join(","));
    }
  }
  return `${lines.join("\n")}\n`;
}

function number(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(7))) : "";
}

function quoted(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
