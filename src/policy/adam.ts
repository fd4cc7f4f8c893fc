/** Adam (Kingma and Ba, 2015) behind a clip of the gradient's global norm, in place on a flat vector. */

/** PyTorch's defaults. */
const beta1 = 0.9;
const beta2 = 0.999;
const epsilon = 1e-8;

export interface SavedOptimizer {
  /** First and second moments, `[parameter]`. */
  readonly m: Float32Array;
  readonly v: Float32Array;
  readonly adamSteps: number;
}

export class Adam {
  private readonly m: Float32Array;
  private readonly v: Float32Array;
  private steps = 0;

  constructor(size: number) {
    this.m = new Float32Array(size);
    this.v = new Float32Array(size);
  }

  /** Moves `theta` against `gradient` (which may be longer) and returns the gradient's norm before clipping. */
  step(theta: Float32Array, gradient: Float32Array, lr: number, maxGradNorm: number): number {
    const { m, v } = this;
    const size = m.length;
    this.steps++;
    let squares = 0;
    for (let i = 0; i < size; i++) squares += gradient[i] * gradient[i];
    const norm = Math.sqrt(squares);
    const scale = Math.min(1, maxGradNorm / (norm + 1e-6));
    const stepSize = lr / (1 - beta1 ** this.steps);
    const rootBias2 = 1 / Math.sqrt(1 - beta2 ** this.steps);
    for (let i = 0; i < size; i++) {
      const g = gradient[i] * scale;
      const nextM = beta1 * m[i] + (1 - beta1) * g;
      const nextV = beta2 * v[i] + (1 - beta2) * g * g;
      m[i] = nextM;
      v[i] = nextV;
      theta[i] -= (stepSize * nextM) / (Math.sqrt(nextV) * rootBias2 + epsilon);
    }
    return norm;
  }

  save(): SavedOptimizer {
    return { m: this.m.slice(), v: this.v.slice(), adamSteps: this.steps };
  }

  load({ m, v, adamSteps }: SavedOptimizer): void {
    this.m.set(m);
    this.v.set(v);
    this.steps = adamSteps;
  }

  /** Forgets every step. */
  restart(): void {
    this.m.fill(0);
    this.v.fill(0);
    this.steps = 0;
  }
}
