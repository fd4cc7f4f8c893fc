import { mergeWatch } from "../sim/watch-statistics.js";
import type { EnvironmentStatistics } from "../task/environment.js";

/** Statistics of several shards as one: means weighted by steps, or by the episodes that ended. */
export function mergeStatistics(parts: readonly EnvironmentStatistics[]): EnvironmentStatistics {
  const perStep = (value: (part: EnvironmentStatistics) => number) =>
    weightedMean(parts, (part) => part.steps, value);
  const perEpisode = (value: (part: EnvironmentStatistics) => number) =>
    weightedMean(parts, (part) => part.episodes, value);
  const [first] = parts;
  const byName = (names: object, mean: (name: string) => number) =>
    Object.fromEntries(Object.keys(names).map((name) => [name, mean(name)]));
  const physics = mergeWatch(parts.map((part) => part.physics));
  return {
    steps: parts.reduce((sum, { steps }) => sum + steps, 0),
    reward: perStep((part) => part.reward),
    terms: byName(first.terms, (name) => perStep((part) => part.terms[name])),
    ...(first.humanReward === undefined
      ? {}
      : { humanReward: perStep((part) => part.humanReward ?? Number.NaN) }),
    episodes: parts.reduce((sum, { episodes }) => sum + episodes, 0),
    episodeReturn: perEpisode((part) => part.episodeReturn),
    episodeLength: perEpisode((part) => part.episodeLength),
    fitness: perEpisode((part) => part.fitness),
    termSums: byName(first.termSums, (name) => perEpisode((part) => part.termSums[name])),
    endings: byName(first.endings, (name) => perEpisode((part) => part.endings[name])),
    ...(first.terrainLevel === undefined
      ? {}
      : { terrainLevel: perStep((part) => part.terrainLevel ?? Number.NaN) }),
    ...(physics && { physics }),
  };
}

/** Parts of no weight may hold NaN: they are left out. NaN where there is no weight at all. */
function weightedMean<T>(
  parts: readonly T[],
  weight: (part: T) => number,
  value: (part: T) => number,
): number {
  let sum = 0;
  let total = 0;
  for (const part of parts) {
    if (weight(part) === 0) continue;
    sum += weight(part) * value(part);
    total += weight(part);
  }
  return total > 0 ? sum / total : Number.NaN;
}
