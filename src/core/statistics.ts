/** Means, spreads, intervals and correlation over plain lists of numbers. */
export type Numbers = ArrayLike<number>;

export function mean(values: Numbers): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return values.length === 0 ? Number.NaN : sum / values.length;
}

/** Sample standard deviation (n − 1). */
export function standardDeviation(values: Numbers): number {
  const n = values.length;
  if (n < 2) return Number.NaN;
  const m = mean(values);
  let sum = 0;
  for (let i = 0; i < n; i++) sum += (values[i] - m) ** 2;
  return Math.sqrt(sum / (n - 1));
}

/** Linear-interpolated quantile, q in [0, 1]. */
export function quantile(values: Numbers, q: number): number {
  const sorted = Array.from(values).sort((a, b) => a - b);
  if (sorted.length === 0) return Number.NaN;
  const position = (sorted.length - 1) * q;
  const low = Math.floor(position);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low] + (sorted[high] - sorted[low]) * (position - low);
}

export function median(values: Numbers): number {
  return quantile(values, 0.5);
}

export interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly n: number;
}

/** Two-sided 95 % Student-t interval of the mean; a single value has an unbounded one. */
export function interval95(values: Numbers): Interval {
  const n = values.length;
  const m = mean(values);
  if (n < 2) return { mean: m, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY, n };
  const half = (studentT975(n - 1) * standardDeviation(values)) / Math.sqrt(n);
  return { mean: m, low: m - half, high: m + half, n };
}

/**
 * Mean of the numerators over mean of the denominators, given in pairs, with Fieller's 95 % interval:
 * all ratios r for which the mean of numerator − r · denominator is not told apart from zero. It
 * takes the spread of both into account, and is unbounded where the denominators' own interval
 * holds zero.
 */
export function ratioInterval95(numerators: Numbers, denominators: Numbers): Interval {
  const n = Math.min(numerators.length, denominators.length);
  const a = mean(numerators);
  const b = mean(denominators);
  const unbounded = { mean: a / b, low: -Infinity, high: Infinity, n };
  if (n < 2) return unbounded;
  let saa = 0;
  let sab = 0;
  let sbb = 0;
  for (let i = 0; i < n; i++) {
    saa += (numerators[i] - a) ** 2;
    sab += (numerators[i] - a) * (denominators[i] - b);
    sbb += (denominators[i] - b) ** 2;
  }
  // (a − r b)² = t² var(a − r b), a quadratic p r² − 2 q r + c = 0 in r.
  const t2 = studentT975(n - 1) ** 2 / (n * (n - 1));
  const p = b * b - t2 * sbb;
  const q = a * b - t2 * sab;
  const c = a * a - t2 * saa;
  if (p <= 0) return unbounded;
  const half = Math.sqrt(Math.max(0, q * q - p * c)) / p;
  return { mean: a / b, low: q / p - half, high: q / p + half, n };
}

/** Wilson's 95 % interval of a share: of its own at 0 and at all as well. */
export function wilson95(successes: number, n: number): Interval {
  const z = 1.959964;
  if (n === 0) return { mean: Number.NaN, low: 0, high: 1, n };
  const share = successes / n;
  const center = (share + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half =
    (z / (1 + (z * z) / n)) * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n));
  return { mean: share, low: Math.max(0, center - half), high: Math.min(1, center + half), n };
}

/**
 * Mean of one share from each of several seeds, of `trials` each, with Student's 95 % interval over the
 * seeds. Cut to what a share can be; and, as seeds that happen to agree would leave none, never
 * narrower than Wilson's interval of all their trials together. A single seed's is unbounded.
 */
export function shareInterval95(shares: Numbers, trials: number): Interval {
  const { mean: m, low, high, n } = interval95(shares);
  if (n < 2) return { mean: m, low, high, n };
  const all = wilson95(m * n * trials, n * trials);
  return {
    mean: m,
    low: Math.max(0, Math.min(low, all.low)),
    high: Math.min(1, Math.max(high, all.high)),
    n,
  };
}

/** Pearson correlation; NaN where either side is constant. */
export function correlation(a: Numbers, b: Numbers): number {
  const n = Math.min(a.length, b.length);
  let ma = 0;
  let mb = 0;
  for (let i = 0; i < n; i++) {
    ma += a[i];
    mb += b[i];
  }
  ma /= n;
  mb /= n;
  let sab = 0;
  let saa = 0;
  let sbb = 0;
  for (let i = 0; i < n; i++) {
    sab += (a[i] - ma) * (b[i] - mb);
    saa += (a[i] - ma) ** 2;
    sbb += (b[i] - mb) ** 2;
  }
  return saa > 0 && sbb > 0 ? sab / Math.sqrt(saa * sbb) : Number.NaN;
}

/** 0.975 quantile of Student's t: table to 10 degrees of freedom, then Cornish–Fisher (A&S 26.7.5). */
function studentT975(degreesOfFreedom: number): number {
  const table = [
    12.7062, 4.30265, 3.18245, 2.77645, 2.57058, 2.44691, 2.36462, 2.306, 2.26216, 2.22814,
  ];
  const tabled = table[degreesOfFreedom - 1];
  if (tabled !== undefined) return tabled;
  const z = 1.959964;
  const v = degreesOfFreedom;
  return (
    z +
    (z ** 3 + z) / (4 * v) +
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * v * v) +
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / (384 * v ** 3)
  );
}
