/**
 * Ranges of randomization that grow while a policy trains: on a schedule, or with its success
 * (automatic domain randomization, OpenAI 2019, "Solving Rubik's Cube with a Robot Hand"). The
 * environments of one simulator share their ranges; a training split over threads has one set each.
 */
import type { Rng } from "../core/rng.js";
import { environmentRngs, type Remembering, type StreamKey } from "./memory.js";
import type { Randomized } from "./task.js";

type Growing = NonNullable<Randomized["growth"]>;

export interface GrowingParameter {
  /** Ends of the declared range. */
  readonly low: number;
  readonly high: number;
  readonly nominal: number;
  readonly growth: Growing;
}

export class Growth implements Remembering {
  readonly memory: Remembering["memory"];
  readonly rngs: readonly Rng[];
  private readonly parameters: readonly GrowingParameter[];
  /** Where each range grows from: the nominal value, or what of the range is nearest to it. */
  private readonly center: Float64Array;
  /** [parameter][low, high] share of the way from there that is drawn from. */
  private readonly share: Float64Array;
  /** Indices of the adaptive ones. */
  private readonly adaptive: readonly number[];
  /** [env] 2 · parameter + side of the end that its episode is at, or −1. */
  private readonly edge: Int32Array;
  /** [parameter][side] episodes at that end since it moved, and their fitness. */
  private readonly count: Float64Array;
  private readonly fitness: Float64Array;
  /** Control steps of every environment so far. */
  private readonly steps = new Float64Array(1);
  private readonly totalEnvs: number;

  /** @param totalEnvs of the whole training, of which these environments may be a part */
  constructor(
    parameters: readonly GrowingParameter[],
    numEnvs: number,
    totalEnvs: number,
    key: StreamKey,
  ) {
    this.parameters = parameters;
    this.totalEnvs = totalEnvs;
    const size = 2 * parameters.length;
    this.center = Float64Array.from(parameters, ({ low, high, nominal }) =>
      Math.min(Math.max(nominal, low), high),
    );
    this.share = new Float64Array(size);
    this.adaptive = parameters.flatMap(({ growth }, i) => (growth.kind === "adaptive" ? [i] : []));
    this.edge = new Int32Array(numEnvs).fill(-1);
    this.count = new Float64Array(size);
    this.fitness = new Float64Array(size);
    this.rngs = this.adaptive.length > 0 ? environmentRngs(key, "growth", numEnvs) : [];
    this.memory =
      parameters.length === 0
        ? {}
        : {
            growthShare: this.share,
            growthEdge: this.edge,
            growthCount: this.count,
            growthFitness: this.fitness,
            growthSteps: this.steps,
          };
  }

  /** A control step is about to be made. */
  advance(): void {
    this.steps[0]++;
    const done = this.steps[0] * this.totalEnvs;
    for (let i = 0; i < this.parameters.length; i++) {
      const { growth } = this.parameters[i];
      if (growth.kind !== "scheduled") continue;
      this.share[2 * i] = this.share[2 * i + 1] = Math.min(1, done / growth.overSteps);
    }
  }

  /** An episode begins: perhaps one at an end of a range. */
  begin(env: number): void {
    const { adaptive } = this;
    if (adaptive.length === 0) return;
    const rng = this.rngs[env];
    const side = rng.integer(2);
    const i = adaptive[rng.integer(adaptive.length)];
    const { growth } = this.parameters[i];
    const share = growth.kind === "adaptive" ? growth.edgeShare : 0;
    this.edge[env] = rng.uniform() < share ? 2 * i + side : -1;
  }

  /** What was drawn from a parameter's whole range, brought into what there is of it so far. */
  narrow(i: number, env: number, drawn: number): number {
    const { low, high } = this.parameters[i];
    const center = this.center[i];
    const edge = this.edge[env];
    const value = edge === 2 * i ? low : edge === 2 * i + 1 ? high : drawn;
    return center + this.share[2 * i + (value < center ? 0 : 1)] * (value - center);
  }

  /** An episode is over; NaN where its fitness says nothing. */
  end(env: number, fitness: number): void {
    const at = this.edge[env];
    if (at < 0 || Number.isNaN(fitness)) return;
    const { growth } = this.parameters[at >> 1];
    if (growth.kind !== "adaptive") return;
    this.count[at]++;
    this.fitness[at] += fitness;
    if (this.count[at] < growth.episodes) return;
    const outward = this.fitness[at] >= growth.success * this.count[at] ? 1 : -1;
    this.share[at] = Math.min(1, Math.max(0, this.share[at] + outward * growth.increment));
    this.count[at] = this.fitness[at] = 0;
  }
}
