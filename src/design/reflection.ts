/**
 * What a training looked like, told in numbers: ten snapshots and max, mean and min of every term,
 * the fitness and the episode length, as Eureka's reward reflection. A snapshot is the mean over
 * its tenth of the training, so that one noisy iteration does not speak for all.
 */

import { correlation } from "../core/statistics.js";
import type { Reflection, Series } from "../events/event.js";
import type { MetricsRow } from "../rl/metrics.js";
import { judged } from "../sim/watch-limits.js";
import { watchMeasures, watchUnits } from "../sim/watch-statistics.js";

const snapshots = 10;

/** Reads a training's metrics. Terms are means per control step; fitness and length are per episode. */
export function reflect(rows: readonly MetricsRow[]): Reflection {
  const stretches = split(rows, Math.min(snapshots, rows.length));
  const series = (
    name: string,
    kind: Series["kind"],
    value: (row: MetricsRow) => number,
    weight: (row: MetricsRow) => number,
  ): Series => {
    const curve = rows.map(value).filter(Number.isFinite);
    return {
      name,
      kind,
      values: stretches.map((stretch) => orNull(weightedMean(stretch, value, weight))),
      max: curve.length > 0 ? Math.max(...curve) : null,
      mean: orNull(weightedMean(rows, value, weight)),
      min: curve.length > 0 ? Math.min(...curve) : null,
    };
  };
  const steps = (row: MetricsRow) => row.steps;
  const episodes = (row: MetricsRow) => row.episodes;
  const terms = Object.keys(rows[0]?.terms ?? {});
  const physics = watchMeasures.map((measure) =>
    series(
      `${measure} (${watchUnits[measure]})`,
      "physics",
      (row) => (row.physics ? judged(row.physics, measure) : Number.NaN),
      (row) => row.physics?.samples ?? 0,
    ),
  );
  return {
    steps: stretches.map((stretch) => stretch[stretch.length - 1].totalSteps),
    series: [
      ...terms.map((name) => series(name, "term", (row) => row.terms[name], steps)),
      series("total", "reward", (row) => row.reward, steps),
      series("fitness", "fitness", (row) => row.fitness, episodes),
      series("episode length", "episodeLength", (row) => row.episodeLength, episodes),
    ],
    endings: meanEndings(stretches[stretches.length - 1] ?? []),
    ...(rows.some((row) => row.physics) && { physics }),
  };
}

/** The reflection as lines of text for a prompt. `fitnessName` is how the task calls its measure. */
export function reflectionText(reflection: Reflection, fitnessName = "fitness"): string {
  const lines = reflection.series
    .filter((series) => series.kind !== "reward")
    .map((series) => {
      const name = series.kind === "fitness" ? fitnessName : series.name;
      const values = series.values.map(short).join(", ");
      const { max, mean: average, min } = series;
      return `${name}: [${values}], max ${short(max)}, mean ${short(average)}, min ${short(min)}`;
    });
  const endings = Object.entries(reflection.endings)
    .filter(([, share]) => share > 0)
    .map(
      ([name, share]) => `${name === "timeOut" ? "time limit" : name} ${Math.round(100 * share)} %`,
    );
  if (endings.length > 0) lines.push(`episodes ended by: ${endings.join(", ")}`);
  return lines.join("\n");
}

export function seriesOf(
  reflection: Reflection | undefined,
  kind: Series["kind"],
): Series | undefined {
  return reflection?.series.find((series) => series.kind === kind);
}

/** First environment steps at which the smoothed training fitness made 95 % of its rise; null if it never rose. */
export function stepsTo95(rows: readonly MetricsRow[]): number | null {
  const curve = smoothFitness(rows);
  if (curve.length === 0) return null;
  const start = curve[0].fitness;
  const best = Math.max(...curve.map((point) => point.fitness));
  if (best <= start) return null;
  const threshold = start + 0.95 * (best - start);
  return curve.find((point) => point.fitness >= threshold)?.totalSteps ?? null;
}

/** Highest point of the training curve, unsmoothed: how the original scores a candidate. */
export function curveMaximum(rows: readonly MetricsRow[]): number | null {
  const values = rows.map((row) => row.fitness).filter(Number.isFinite);
  return values.length > 0 ? Math.max(...values) : null;
}

/** Pearson correlation of the reward with the human one along the training; null where it is not defined. */
export function humanCorrelation(rows: readonly MetricsRow[]): number | null {
  const both = rows.filter((row) => row.humanReward !== undefined);
  return orNull(
    correlation(
      both.map((row) => row.reward),
      both.map((row) => row.humanReward ?? Number.NaN),
    ),
  );
}

/** Learning curve of at most `points` points, `[environment steps, fitness]`. */
export function fitnessCurve(rows: readonly MetricsRow[], points = 60): [number, number | null][] {
  return split(rows, Math.min(points, rows.length)).map((stretch) => [
    stretch[stretch.length - 1].totalSteps,
    orNull(
      weightedMean(
        stretch,
        (row) => row.fitness,
        (row) => row.episodes,
      ),
    ),
  ]);
}

/**
 * Reward hacking in a curve: after the fitness peaked it lost more than half of its spread while
 * the reward kept rising by more than a tenth of its own. A spread below a quarter of `scale`, the
 * size of fitnesses in this run, is noise. Returns what happened in words, or null.
 */
export function hackingAlarm(reflection: Reflection, scale: number): string | null {
  const fitness = seriesOf(reflection, "fitness")?.values ?? [];
  const reward = seriesOf(reflection, "reward")?.values ?? [];
  const points = fitness.flatMap((f, i) => {
    const r = reward[i];
    return f === null || r === null || r === undefined ? [] : [{ f, r }];
  });
  if (points.length < 4) return null;
  const peak = points.reduce((best, point) => (point.f > best.f ? point : best));
  const last = points[points.length - 1];
  const spreadF = peak.f - Math.min(...points.map((point) => point.f));
  const rewards = points.map((point) => point.r);
  const spreadR = Math.max(...rewards) - Math.min(...rewards);
  if (spreadF <= scale / 4) return null;
  if (peak.f - last.f <= spreadF / 2 || last.r - peak.r <= spreadR / 10) return null;
  return `the reward rose from ${short(peak.r)} to ${short(last.r)} while the fitness fell from ${short(peak.f)} to ${short(last.f)}`;
}

/** Mean over a window of a twentieth of the training, where episodes ended. */
function smoothFitness(rows: readonly MetricsRow[]): { totalSteps: number; fitness: number }[] {
  const half = Math.floor(rows.length / 40);
  return rows.flatMap((row, i) => {
    const window = rows.slice(Math.max(0, i - half), i + half + 1);
    const fitness = weightedMean(
      window,
      (r) => r.fitness,
      (r) => r.episodes,
    );
    return Number.isFinite(fitness) ? [{ totalSteps: row.totalSteps, fitness }] : [];
  });
}

/** Cuts a list into `count` stretches of nearly equal length, in order. */
function split<T>(list: readonly T[], count: number): T[][] {
  return Array.from({ length: count }, (_, i) =>
    list.slice(Math.floor((i * list.length) / count), Math.floor(((i + 1) * list.length) / count)),
  );
}

function weightedMean(
  rows: readonly MetricsRow[],
  value: (row: MetricsRow) => number,
  weight: (row: MetricsRow) => number,
): number {
  let sum = 0;
  let total = 0;
  for (const row of rows) {
    const v = value(row);
    const w = weight(row);
    if (!Number.isFinite(v) || w <= 0) continue;
    sum += w * v;
    total += w;
  }
  return total > 0 ? sum / total : Number.NaN;
}

function meanEndings(rows: readonly MetricsRow[]): Record<string, number> {
  const names = new Set(rows.flatMap((row) => Object.keys(row.endings)));
  const endings: Record<string, number> = {};
  for (const name of names) {
    const share = weightedMean(
      rows,
      (row) => row.endings[name] ?? 0,
      (row) => row.episodes,
    );
    if (Number.isFinite(share)) endings[name] = share;
  }
  return endings;
}

function orNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** Three significant digits, "–" where there is nothing. */
export function short(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return "–";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e5 || size < 1e-3) return value.toExponential(1);
  return String(Number(value.toPrecision(3)));
}
