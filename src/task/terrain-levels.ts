/**
 * Where each environment stands on the terrain. Its kind of ground stays the same; under a curriculum
 * its level goes up with success and down with an early end, else it stays too.
 */
import type { Rng } from "../core/rng.js";
import type { Simulator } from "../sim/simulator.js";
import { numColumns, type Terrain } from "../sim/terrain/declaration.js";
import { buildHeightField, tileMiddle } from "../sim/terrain/tiles.js";
import { type Ground, groundLevel } from "./ground.js";
import type { LoadedTask } from "./loaded-task.js";
import { environmentRngs, type Remembering, type StreamKey } from "./memory.js";

/** Share of an episode that must be lived before its end says anything: staggered ones begin late. */
const tellingShare = 0.5;

export class TerrainLevels implements Remembering {
  readonly memory: Remembering["memory"];
  readonly rngs: readonly Rng[];
  readonly ground: Ground;
  private readonly simulator: Simulator;
  private readonly numLevels: number;
  private readonly tellingSteps: number;
  /** Undefined where levels stay. */
  private readonly success: number | undefined;
  /** [kind][level][3] where the tiles' middles are, m. */
  private readonly middles: Float64Array;
  private readonly numKinds: number;
  private readonly firstEnv: number;
  /** [env] row of the terrain. */
  private readonly level: Int32Array;
  /** [env] bumps asked for, m; NaN: as kind and level say. */
  private readonly roughness: Float64Array;
  /** [kind][level] height of the bumps, m; NaN for ground of another kind. */
  private readonly bumps: Float64Array;
  /** [env] control steps of the present episode, and the sum of their fitness. */
  private readonly age: Int32Array;
  private readonly fitness: Float64Array;

  /** Only training has a curriculum; everywhere else environments stand on all kinds and levels evenly. */
  constructor(task: LoadedTask, simulator: Simulator, key: StreamKey) {
    const { terrain, maxEpisodeSteps } = task.definition;
    const numEnvs = terrain ? simulator.numEnvs : 0;
    const field = terrain && buildHeightField(terrain);
    this.simulator = simulator;
    this.firstEnv = key.firstEnv ?? 0;
    this.numLevels = terrain?.levels ?? 1;
    this.numKinds = terrain ? Math.min(terrain.kinds.length, numColumns(terrain)) : 1;
    this.tellingSteps = tellingShare * maxEpisodeSteps;
    this.success = key.stream === "train" ? terrain?.curriculum?.success : undefined;
    this.middles = new Float64Array(3 * this.numKinds * this.numLevels);
    if (terrain && field) {
      for (let kind = 0; kind < this.numKinds; kind++) {
        for (let level = 0; level < this.numLevels; level++) {
          const middle = tileMiddle(terrain, field, kind, level);
          this.middles.set(middle, 3 * (kind * this.numLevels + level));
        }
      }
    }
    this.level = Int32Array.from({ length: numEnvs }, (_, env) =>
      this.success === undefined
        ? Math.floor((this.firstEnv + env) / this.numKinds) % this.numLevels
        : 0,
    );
    this.roughness = new Float64Array(numEnvs).fill(Number.NaN);
    this.bumps = terrain ? bumpsOf(terrain, this.numKinds) : new Float64Array(0);
    this.age = new Int32Array(numEnvs);
    this.fitness = new Float64Array(numEnvs);
    const origins = new Float64Array(3 * simulator.numEnvs);
    this.ground = { field, level: groundLevel(task), origins };
    this.rngs = this.success === undefined ? [] : environmentRngs(key, "terrain", numEnvs);
    this.memory = terrain
      ? {
          terrainLevel: this.level,
          terrainAge: this.age,
          terrainFitness: this.fitness,
          terrainOrigins: origins,
          ...(task.definition.randomization.terrainRoughness && {
            terrainRoughness: this.roughness,
          }),
        }
      : {};
  }

  /** Mean row that environments stand on, 0 the easiest; undefined where there are no levels to climb. */
  get meanLevel(): number | undefined {
    if (this.success === undefined) return undefined;
    return this.level.reduce((sum, level) => sum + level, 0) / this.level.length;
  }

  /** From its next episode on an environment stands where bumps are nearest to this height, m. */
  setRoughness(env: number, meters: number): void {
    this.roughness[env] = meters;
  }

  /** An episode is about to begin: its environment goes to its tile. To be followed by a reset. */
  begin(env: number): void {
    if (this.ground.field === undefined) return;
    const { origins } = this.ground;
    const kind = (this.firstEnv + env) % this.numKinds;
    const asked = this.roughness[env];
    const tile = Number.isNaN(asked)
      ? kind * this.numLevels + this.level[env]
      : nearest(this.bumps, asked);
    const from = 3 * tile;
    for (let k = 0; k < 3; k++) origins[3 * env + k] = this.middles[from + k];
    this.simulator.setOrigin(env, origins[3 * env], origins[3 * env + 1], origins[3 * env + 2]);
    this.age[env] = 0;
    this.fitness[env] = 0;
  }

  /** A control step of this fitness has passed. */
  advance(env: number, fitness: number): void {
    if (this.success === undefined) return;
    this.age[env]++;
    this.fitness[env] += fitness;
  }

  /** The episode is over, by its time limit or before it. */
  end(env: number, timeOut: boolean): void {
    if (this.success === undefined) return;
    if (!timeOut) {
      this.level[env] = Math.max(0, this.level[env] - 1);
    } else if (
      this.age[env] >= this.tellingSteps &&
      this.fitness[env] >= this.success * this.age[env]
    ) {
      // From the last level to any, so that the easier ones are not forgotten.
      const up = this.level[env] + 1;
      this.level[env] = up < this.numLevels ? up : this.rngs[env].integer(this.numLevels);
    }
  }
}

/** [kind][level] half height of the noise on rough ground, 0 on flat ground, m; NaN elsewhere. */
function bumpsOf({ kinds, levels }: Terrain, numKinds: number): Float64Array {
  return Float64Array.from({ length: numKinds * levels }, (_, tile) => {
    const kind = kinds[Math.floor(tile / levels)];
    if (kind.kind === "flat") return 0;
    if (kind.kind !== "rough") return Number.NaN;
    const [easy, hard] = kind.amplitudeMeters;
    return easy + (levels === 1 ? 1 : (tile % levels) / (levels - 1)) * (hard - easy);
  });
}

/** Index of the number nearest to `wanted`, the first of several; what is NaN is far. */
function nearest(values: Float64Array, wanted: number): number {
  let best = 0;
  let distance = Number.POSITIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    const off = Math.abs(values[i] - wanted);
    if (off < distance) [best, distance] = [i, off];
  }
  return best;
}
