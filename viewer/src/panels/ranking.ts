/** Environments by how they fare. */
import { envFlag } from "../../../src/stream/frame.js";
import type { Timeline } from "../timeline/timeline.js";

export interface Ranked {
  readonly env: number;
  /** Return of the last episode that ended before the time asked for, else of the present one. */
  readonly score: number;
}

const ended = envFlag.fell | envFlag.timeOut | envFlag.nonFinite;

/** Best first. */
export function ranking(timeline: Timeline, time: number): Ranked[] {
  const last = timeline.stepAt(time);
  const ranked = Array.from({ length: timeline.model.numEnvs }, (_, env) => ({
    env,
    score: scoreOf(timeline, last, env),
  }));
  return ranked.sort((a, b) => b.score - a.score || a.env - b.env);
}

function scoreOf(timeline: Timeline, last: number, env: number): number {
  for (let step = last; step > timeline.begin; step--) {
    // The flag comes with the first step of the next episode, or with the last of its own.
    if ((timeline.flags(step, env) & ended) === 0) continue;
    const here = timeline.episodeReturn(step, env);
    const before = timeline.episodeReturn(step - 1, env);
    return timeline.episode(step, env) === timeline.episode(step - 1, env) ? here : before;
  }
  const now = timeline.episodeReturn(last, env);
  return Number.isFinite(now) ? now : 0;
}

export function rankOf(order: readonly Ranked[], which: "worst" | "median" | "best"): number {
  const at =
    which === "best"
      ? 0
      : which === "worst"
        ? order.length - 1
        : Math.floor((order.length - 1) / 2);
  return order[at]?.env ?? 0;
}
