/** How far a simulation strays from physics, as numbers over many samples, and their merging. */
import { z } from "zod";

/**
 * Measures of one environment over one control step, each the worst over its joints or bodies.
 * - energyGain: mechanical energy gained beyond the work of the actuators, W (0 where it is lost, as
 *   friction, damping and impacts do). Its mean takes a single explosion for no more than a cap.
 * - anchorError: how far the two ends of a joint are apart, m.
 * - penetration: depth of the deepest contact, m.
 * - limitViolation: beyond a joint's range, rad; of a slide, m per metre of the robot's size.
 * - jointSpeed: rad/s; of a slide, m/s per metre of the robot's size.
 * - bodySpeed: of a body's origin, m/s.
 */
export const watchMeasures = [
  "energyGain",
  "anchorError",
  "penetration",
  "limitViolation",
  "jointSpeed",
  "bodySpeed",
] as const;
export type WatchMeasure = (typeof watchMeasures)[number];

export const watchUnits: Readonly<Record<WatchMeasure, string>> = {
  energyGain: "W",
  anchorError: "m",
  penetration: "m",
  limitViolation: "rad",
  jointSpeed: "rad/s",
  bodySpeed: "m/s",
};

const measureStatisticsSchema = z.object({
  mean: z.number(),
  /** 99 % of the samples are below. */
  high: z.number(),
  max: z.number(),
});

export const watchStatisticsSchema = z.object({
  /** Environments × control steps looked at. */
  samples: z.int().min(0),
  measures: z.record(z.enum(watchMeasures), measureStatisticsSchema),
});
/** Empty measures are zeros with `samples` 0. */
export type WatchStatistics = z.infer<typeof watchStatisticsSchema>;

const count = watchMeasures.length;
/** Bins per decade of the samples' histogram, from 1e-6 to 1e6 in each measure's unit: within 4 %. */
const perDecade = 32;
const bins = 12 * perDecade;
const lowest = -6;

/** Sums of samples since last taken. Its arrays are all it remembers. */
export class WatchSums {
  /** [measure] sums and maxima, then the number of samples. */
  private readonly sums = new Float64Array(2 * count + 1);
  /** [measure][bin] */
  private readonly histogram = new Float64Array(count * bins);
  readonly memory = { watchSums: this.sums, watchHistogram: this.histogram };
  /** [measure] a sample counts for no more than this in the mean. */
  private readonly caps = new Float64Array(count).fill(Number.POSITIVE_INFINITY);

  constructor(caps: Partial<Record<WatchMeasure, number>> = {}) {
    watchMeasures.forEach((name, m) => {
      this.caps[m] = caps[name] ?? Number.POSITIVE_INFINITY;
    });
  }

  /** Takes in one sample, by order of `watchMeasures`; one that is not finite is left out. */
  add(sample: Float64Array): void {
    const { sums, histogram, caps } = this;
    for (let m = 0; m < count; m++) if (!Number.isFinite(sample[m])) return;
    sums[2 * count]++;
    for (let m = 0; m < count; m++) {
      const value = sample[m];
      sums[m] += value < caps[m] ? value : caps[m];
      if (value > sums[count + m]) sums[count + m] = value;
      const bin = value > 0 ? Math.floor((Math.log10(value) - lowest) * perDecade) : 0;
      histogram[m * bins + (bin < 0 ? 0 : bin >= bins ? bins - 1 : bin)]++;
    }
  }

  take(): WatchStatistics {
    const { sums, histogram } = this;
    const samples = sums[2 * count];
    const measures = Object.fromEntries(
      watchMeasures.map((name, m) => {
        const max = sums[count + m];
        const high = Math.min(max, this.highOf(m, samples));
        return [name, { mean: samples > 0 ? sums[m] / samples : 0, high, max }];
      }),
    ) as WatchStatistics["measures"];
    sums.fill(0);
    histogram.fill(0);
    return { samples, measures };
  }

  /** Upper edge of the bin that holds the 99 % quantile. */
  private highOf(measure: number, samples: number): number {
    let below = 0;
    for (let bin = 0; bin < bins; bin++) {
      below += this.histogram[measure * bins + bin];
      if (below >= 0.99 * samples) return bin === 0 ? 0 : 10 ** (lowest + (bin + 1) / perDecade);
    }
    return 0;
  }
}

/**
 * Statistics of several stretches or shards as one: means and high quantiles weighted by samples (a
 * mean of quantiles, not the quantile of all), maxima over all. Null where there is no sample.
 */
export function mergeWatch(
  parts: readonly (WatchStatistics | undefined)[],
): WatchStatistics | null {
  const seen = parts.filter((part) => part !== undefined && part.samples > 0) as WatchStatistics[];
  const samples = seen.reduce((total, part) => total + part.samples, 0);
  if (samples === 0) return null;
  const measures = Object.fromEntries(
    watchMeasures.map((name) => {
      const merged = { mean: 0, high: 0, max: 0 };
      for (const part of seen) {
        const { mean, high, max } = part.measures[name];
        const weight = part.samples / samples;
        merged.mean += weight * mean;
        merged.high += weight * high;
        merged.max = Math.max(merged.max, max);
      }
      return [name, merged];
    }),
  ) as WatchStatistics["measures"];
  return { samples, measures };
}
