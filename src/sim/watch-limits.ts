/** When an engine has strayed too far: limits for a robot, and what exceeds them. */
import type { RobotScale } from "./robot-scale.js";
import {
  type WatchMeasure,
  type WatchStatistics,
  watchMeasures,
  watchUnits,
} from "./watch-statistics.js";

export type WatchLimits = Readonly<Record<WatchMeasure, number>>;

/** A measure beyond its limit. */
export interface Excess {
  readonly measure: WatchMeasure;
  readonly unit: string;
  readonly value: number;
  readonly limit: number;
}

export function defaultLimits(scale: RobotScale): WatchLimits {
  return {
    energyGain: 0.05 * scale.powerWatts,
    anchorError: 0.03 * scale.lengthMeters,
    penetration: 0.1 * scale.lengthMeters,
    limitViolation: 0.3,
    jointSpeed: 30 * (scale.speed / scale.lengthMeters),
    bodySpeed: 20 * scale.speed,
  };
}

/**
 * Energy is judged by its mean, since what counts is how much comes in and single impacts scatter;
 * everything else by the 99 % quantile, since a policy may cheat in one phase of a gait only.
 */
export function judged(statistics: WatchStatistics, measure: WatchMeasure): number {
  const { mean, high } = statistics.measures[measure];
  return measure === "energyGain" ? mean : high;
}

/** Measures beyond their limits, those farthest beyond first. */
export function excesses(statistics: WatchStatistics | null, limits: WatchLimits): Excess[] {
  if (statistics === null) return [];
  return watchMeasures
    .map((measure) => {
      const value = judged(statistics, measure);
      return { measure, unit: watchUnits[measure], value, limit: limits[measure] };
    })
    .filter(({ value, limit }) => value > limit)
    .sort((a, b) => b.value / b.limit - a.value / a.limit);
}
