/**
 * Running mean and variance of vectors, and normalization by them. Rows are first gathered and
 * merged in one go (`commit`), so that the statistics stay frozen while a rollout is collected.
 */
import type { Mirror } from "./mirror.js";

export interface SavedStatistics {
  readonly count: number;
  readonly mean: Float64Array;
  readonly variance: Float64Array;
}

/** Normalized values are clipped to ± this (rl_games). */
export const observationClip = 5;
/** Added to the variance (rl_games). */
const epsilon = 1e-5;

/** 1/√(variance + ε) per dimension. */
export function inverseDeviation(variance: Float64Array): Float64Array {
  return variance.map((v) => 1 / Math.sqrt(v + epsilon));
}

/** Sums over rows become means of those over rows and over their images. */
function addImages(sum: Float64Array, squares: Float64Array, { permutation, sign }: Mirror): void {
  for (let i = 0; i < permutation.length; i++) {
    const j = permutation[i];
    if (j < i) continue;
    const both = (sum[i] + sign[i] * sum[j]) / 2;
    const bothSquares = (squares[i] + squares[j]) / 2;
    sum[i] = both;
    sum[j] = sign[i] * both;
    squares[i] = bothSquares;
    squares[j] = bothSquares;
  }
}

export class RunningStatistics {
  readonly dim: number;
  readonly mean: Float64Array;
  readonly variance: Float64Array;
  private count = 0;
  private inverse: Float64Array;
  /**
   * What was gathered since the last commit: sums of (x − mean), sums of (x − mean)², and the number
   * of rows. Who gathers in several places adds these up before committing.
   */
  readonly gathered: Float64Array;
  private readonly sum: Float64Array;
  private readonly sumSquares: Float64Array;

  private readonly mirror: Mirror | undefined;

  /** @param mirror counts every row's image as well, so that the statistics know no side */
  constructor(dim: number, mirror?: Mirror) {
    this.dim = dim;
    this.mirror = mirror;
    this.mean = new Float64Array(dim);
    this.variance = new Float64Array(dim).fill(1);
    this.inverse = inverseDeviation(this.variance);
    this.gathered = new Float64Array(2 * dim + 1);
    this.sum = this.gathered.subarray(0, dim);
    this.sumSquares = this.gathered.subarray(dim, 2 * dim);
  }

  /** Gathers rows `[n][dim]` for the next commit. */
  gather(rows: Float32Array | Float64Array): void {
    const { dim, mean, sum, sumSquares } = this;
    for (let start = 0; start < rows.length; start += dim) {
      for (let j = 0; j < dim; j++) {
        const d = rows[start + j] - mean[j];
        sum[j] += d;
        sumSquares[j] += d * d;
      }
    }
    this.gathered[2 * dim] += rows.length / dim;
  }

  /** Merges what was gathered (Chan, Golub and LeVeque's parallel update); false if it is not finite. */
  commit(): boolean {
    const { dim, mean, variance, sum, sumSquares, count } = this;
    const gathered = this.gathered[2 * dim];
    if (gathered === 0) return true;
    const total = count + gathered;
    if (this.mirror) addImages(sum, sumSquares, this.mirror);
    let finite = true;
    for (let j = 0; j < dim; j++) {
      const shift = sum[j] / gathered;
      const batchVariance = Math.max(0, sumSquares[j] / gathered - shift * shift);
      const m2 =
        variance[j] * count + batchVariance * gathered + (shift * shift * count * gathered) / total;
      mean[j] += (shift * gathered) / total;
      variance[j] = m2 / total;
      finite &&= Number.isFinite(variance[j]) && Number.isFinite(mean[j]);
    }
    this.count = total;
    this.gathered.fill(0);
    this.inverse = inverseDeviation(variance);
    return finite;
  }

  /** out = clip((rows − mean)/deviation, ±5), rows `[n][dim]`; `out` starts at `at`. */
  normalize(rows: Float32Array, out: Float32Array, at = 0): void {
    const { dim, mean, inverse } = this;
    for (let start = 0; start < rows.length; start += dim) {
      for (let j = 0; j < dim; j++) {
        const z = (rows[start + j] - mean[j]) * inverse[j];
        out[at + start + j] = Math.min(Math.max(z, -observationClip), observationClip);
      }
    }
  }

  /** out = rows × deviation + mean; `out` starts at `at`. */
  denormalize(rows: Float32Array, out: Float32Array, at = 0): void {
    const { dim, mean, inverse } = this;
    for (let start = 0; start < rows.length; start += dim) {
      for (let j = 0; j < dim; j++) out[at + start + j] = rows[start + j] / inverse[j] + mean[j];
    }
  }

  /** Statistics of rows gathered but not yet committed are not part of it. */
  save(): SavedStatistics {
    return { count: this.count, mean: this.mean.slice(), variance: this.variance.slice() };
  }

  load(saved: SavedStatistics): void {
    this.count = saved.count;
    this.mean.set(saved.mean);
    this.variance.set(saved.variance);
    this.inverse = inverseDeviation(this.variance);
    this.gathered.fill(0);
  }
}
