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

/**
 * Limits that policies trained with a person's reward keep by far, found on cartpole (seeds 11–13),
 * swing-up (11), ant (11, 12; 1 M steps) and go1 (11, 12; to 0.8 M) on their `train` profiles.
 * Largest of what is judged, as a share of the limit: energy 0.31 (ant), anchors 0.59 (ant),
 * penetration 0.55 (go1), range 0.60 (ant), joint speed 0.53 (ant), body speed 0.25 (ant). On the
 * other side, with every joint's full torque at random: an ant with half the solver's iterations
 * (2x4 at 1/60 s, on which its policies are half as fast again as they should be) has 1.9 times the
 * limit of the anchors, with 2x1 six times and 1.7 times that of the ranges; a go1 on 2x4 twice that
 * of the anchors. Of 68 later trainings with a person's reward (22 swing-up, 21 ant, 7 quadcopter, 6
 * cartpole, 5 go1, 5 ball balance, 1 go1-rough, 1 leap-cube) none is marked. Shares of length and
 * √(g L) make a hand's limits smaller than a humanoid's; a task whose motion is faster or rougher by
 * nature declares its own.
 */
export function defaultLimits({ lengthMeters, powerWatts, speed }: RobotScale): WatchLimits {
  return {
    energyGain: 0.15 * powerWatts,
    anchorError: 0.015 * lengthMeters,
    penetration: 0.1 * lengthMeters,
    limitViolation: 0.4,
    jointSpeed: (30 * speed) / lengthMeters,
    bodySpeed: 12 * speed,
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
