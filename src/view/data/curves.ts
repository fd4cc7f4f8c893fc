/**
 * Learning curves of a run: finished trainings from its folder, growing ones and those with other
 * seeds from the job store. Where the run has no human reward trained yet, another run's stands in.
 */
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { FinalKind } from "../../events/event.js";
import type { RunState } from "../../events/run-state.js";
import { artifacts } from "../../run/run-folder.js";
import type { Curve } from "./answers.js";
import type { StoredRun } from "./stored-runs.js";

/** What a curve is drawn from; a row of metrics has more. */
interface Point {
  readonly totalSteps: number;
  readonly fitness: number | null;
  readonly episodes: number;
  readonly terms: Readonly<Record<string, number | null>>;
}

interface Source {
  readonly file: string;
  readonly name: string;
  readonly kind: Curve["kind"];
  readonly seed: number | null;
  readonly growing: boolean;
}

export class Curves {
  private readonly runsFolder: string;
  private readonly cache = new Map<string, { fingerprint: string; points: readonly Point[] }>();

  constructor(runsFolder: string) {
    this.runsFolder = runsFolder;
  }

  /** At most `stretches` points each; those that have no row yet are left out. */
  of(run: StoredRun, stretches: number): Curve[] {
    return this.sources(run).flatMap(({ file, ...about }) => {
      const points = this.points(file);
      return points.length === 0 ? [] : [{ ...about, run: null, ...drawn(points, stretches) }];
    });
  }

  /** The curves of another run's human and sparse reward, to compare with. */
  baselinesOf(run: StoredRun, stretches: number): Curve[] {
    const name = run.folder.info.name;
    return this.of(run, stretches)
      .filter((curve) => curve.kind === "baseline")
      .map((curve) => ({ ...curve, run: name }));
  }

  private sources({ folder, state, log, live }: StoredRun): Source[] {
    const sources: Source[] = [];
    const searchSeed = seedOf(state);
    for (const { id, status, duplicateOf } of state.candidates) {
      if (duplicateOf !== null) continue;
      const growing = live && status === "training";
      const jobId = log.jobs.get(id);
      const own = folder.path(artifacts.curve(id));
      const file = growing && jobId !== undefined ? this.jobFile(jobId) : own;
      sources.push({ file, name: id, kind: "candidate", seed: searchSeed, growing });
    }
    for (const { id, seed, jobId } of log.again) {
      const file = this.jobFile(jobId);
      sources.push({ file, name: id, kind: "again", seed, growing: false });
    }
    for (const { which, seed } of state.finals) {
      const file = folder.path(artifacts.finalCurve(which, seed));
      sources.push({ file, name: which, kind: kindOf(which), seed, growing: false });
    }
    return sources;
  }

  private jobFile(jobId: string): string {
    return join(this.runsFolder, ".jobs", /^[\w-]+$/.test(jobId) ? jobId : "none", "metrics.jsonl");
  }

  private points(file: string): readonly Point[] {
    const info = statSync(file, { throwIfNoEntry: false });
    if (!info) return [];
    const fingerprint = `${info.size} ${info.mtimeMs}`;
    const known = this.cache.get(file);
    if (known?.fingerprint === fingerprint) return known.points;
    const points = readPoints(file);
    if (this.cache.size > maxCached) this.cache.clear();
    this.cache.set(file, { fingerprint, points });
    return points;
  }
}

const maxCached = 400;

/** Lines of metrics, as far as they are whole; a longer training of the same job may have begun anew. */
function readPoints(file: string): Point[] {
  const points: Point[] = [];
  for (const line of readFileSync(file, "utf8").split("\n")) {
    if (line === "") continue;
    try {
      const { totalSteps, fitness, episodes, terms } = JSON.parse(line) as Point;
      if (typeof totalSteps !== "number" || typeof terms !== "object") break;
      points.push({ totalSteps, fitness, episodes, terms });
    } catch {
      break;
    }
  }
  return points;
}

/**
 * Stretches of equal numbers of iterations: mean over the episodes that ended in each, with the least
 * and the greatest iteration, so that no peak is lost.
 */
export function drawn(
  points: readonly Point[],
  stretches: number,
): Pick<Curve, "steps" | "mean" | "low" | "high" | "terms"> {
  const count = Math.min(stretches, points.length);
  const curve = {
    steps: [] as number[],
    mean: [] as (number | null)[],
    low: [] as (number | null)[],
    high: [] as (number | null)[],
    terms: Object.fromEntries(
      Object.keys(points[0]?.terms ?? {}).map((term) => [term, [] as (number | null)[]]),
    ),
  };
  for (let i = 0; i < count; i++) {
    const from = Math.floor((i * points.length) / count);
    const to = Math.floor(((i + 1) * points.length) / count);
    const stretch = points.slice(from, to);
    const ended = stretch.filter(({ fitness, episodes }) => fitness !== null && episodes > 0);
    const values = ended.map(({ fitness }) => fitness ?? 0);
    const episodes = ended.reduce((sum, point) => sum + point.episodes, 0);
    const sum = ended.reduce((total, p) => total + (p.fitness ?? 0) * p.episodes, 0);
    curve.steps.push(stretch[stretch.length - 1].totalSteps);
    curve.mean.push(episodes > 0 ? sum / episodes : null);
    curve.low.push(values.length > 0 ? Math.min(...values) : null);
    curve.high.push(values.length > 0 ? Math.max(...values) : null);
    for (const term of Object.keys(curve.terms)) {
      const known = stretch.flatMap((point) => point.terms[term] ?? []);
      const total = known.reduce((a, b) => a + b, 0);
      curve.terms[term].push(known.length > 0 ? total / known.length : null);
    }
  }
  return curve;
}

function kindOf(which: FinalKind): Curve["kind"] {
  return which === "best" ? "final" : "baseline";
}

function seedOf(state: RunState): number | null {
  const design = state.start?.settings["design"] as { seed?: unknown } | undefined;
  return typeof design?.seed === "number" ? design.seed : null;
}
