/** Randomizations without a model: drawn anywhere within the prior, or around what is nominal. */
import type { Rng } from "../core/rng.js";
import type { FeasibleIntervals } from "./check-configuration.js";
import type { RandomizationConfiguration } from "./configuration.js";

type Ranges = RandomizationConfiguration["ranges"];
type Interval = readonly [number, number];

export interface PriorParameter {
  readonly name: string;
  readonly nominal: number;
  readonly integer: boolean;
  readonly feasible: readonly Interval[];
}

/** Intervals of a prior with what is nominal: all that drawing needs. */
export function priorParameters(
  prior: FeasibleIntervals,
  parameters: readonly Omit<PriorParameter, "feasible">[],
): PriorParameter[] {
  return parameters.flatMap(({ name, nominal, integer }) => {
    const feasible = (prior[name] ?? []).filter(([low, high]) => low < high);
    return feasible.length > 0 ? [{ name, nominal, integer, feasible }] : [];
  });
}

/** How often ranges that cannot be together are drawn again; one corner of a prior works nearly always. */
export const mostTries = 1000;

/**
 * DrEureka's baseline: of every parameter, any range within what works. Ranges that are impossible
 * together are drawn again.
 */
export function randomConfigurations(
  prior: readonly PriorParameter[],
  count: number,
  rng: Rng,
  possible: (ranges: Ranges) => boolean,
): RandomizationConfiguration[] {
  const drawn = () => {
    const ranges: Ranges = {};
    for (const parameter of prior) {
      const [low, high] = drawnInterval(parameter.feasible, rng);
      const ends = [rng.uniform(low, high), rng.uniform(low, high)].sort((a, b) => a - b);
      ranges[parameter.name] = uniform(parameter, ends[0], ends[1], [low, high]);
    }
    return ranges;
  };
  return Array.from({ length: count }, (_, i) => {
    let ranges = drawn();
    for (let tries = 0; tries < mostTries && !possible(ranges); tries++) ranges = drawn();
    return { designer: "random", name: `random-${i + 1}`, ranges, reasons: {} };
  });
}

/** Least and greatest share of the way from nominal to the edge of what works that is used. */
const leastReach = 0.1;
const greatestReach = 0.9;
/** Share of the parameters that a configuration randomizes, at least. */
const leastParameters = 0.5;

/**
 * Around the nominal value, from cautious to bold: configuration i reaches about i/K of the way to
 * either edge, a little more or less by parameter, and leaves some parameters out.
 */
export function offlineConfigurations(
  prior: readonly PriorParameter[],
  count: number,
  rng: Rng,
): RandomizationConfiguration[] {
  const around = prior.flatMap((parameter) => {
    const { feasible, nominal } = parameter;
    const interval = feasible.find(([low, high]) => low <= nominal && nominal <= high);
    return interval ? [{ parameter, interval }] : [];
  });
  return Array.from({ length: count }, (_, i) => {
    const reach = leastReach + ((i + 0.5) / count) * (greatestReach - leastReach);
    const kept = rng.uniform(leastParameters, 1);
    const ranges: Ranges = {};
    const reasons: Record<string, string> = {};
    for (const { parameter, interval } of around) {
      if (rng.uniform() > kept) continue;
      const own = Math.min(1, reach * rng.uniform(0.6, 1.4));
      const { name, nominal } = parameter;
      const [low, high] = interval.map((end) => nominal + own * (end - nominal));
      ranges[name] = uniform(parameter, low, high, interval);
      reasons[name] = `drawn: ${Math.round(100 * own)} % of the way from nominal to where it fails`;
    }
    return { designer: "offline", name: `offline-${i + 1}`, ranges, reasons };
  });
}

/** One of several intervals, each as likely as it is long. */
function drawnInterval(intervals: readonly Interval[], rng: Rng): Interval {
  const total = intervals.reduce((sum, [low, high]) => sum + high - low, 0);
  let at = rng.uniform(0, total);
  for (const interval of intervals) {
    at -= interval[1] - interval[0];
    if (at <= 0) return interval;
  }
  return intervals[intervals.length - 1];
}

/** Rounded for people, within the interval; whole numbers where nothing else can be. */
export function uniform(
  { integer }: Pick<PriorParameter, "integer">,
  low: number,
  high: number,
  [least, most]: Interval,
): Ranges[string] {
  const round = (value: number) => {
    const rounded = integer ? Math.round(value) : Number(value.toPrecision(3));
    return Math.min(Math.max(rounded, least), most);
  };
  return { distribution: { uniform: [round(low), round(high)] }, when: "reset" };
}
