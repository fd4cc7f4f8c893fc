/**
 * Results of training jobs, shared by all runs: `<runs>/.jobs/<id>/` holds job.json, metrics.jsonl,
 * checkpoint-<steps>.bin and results.json, which names the checkpoints that count. Whatever a crash
 * left half done, or a disk changed, is not believed and is trained again.
 */
import {
  appendFileSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
} from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { RewardsmithError } from "../core/errors.js";
import { sha256 } from "../core/node/hash.js";
import type { Evaluation, MetricsRow } from "../rl/metrics.js";
import { diskError, writeAtomic } from "./disk.js";
import type { EvaluationRequest, TrainingJob } from "./job.js";
import { iterationSteps, jobId, resultFormat } from "./job.js";
import type { SavedTraining } from "./learner.js";
import { evaluationSchema, formatRow, parseRow } from "./stored-metrics.js";

const checkpointSchema = z.object({
  steps: z.int().positive(),
  /** Asked for by a request; the others are there for crashes, until a newer one is stored. */
  kept: z.boolean(),
  policyHash: z.string(),
  sha256: z.string(),
});
export type StoredCheckpoint = z.infer<typeof checkpointSchema>;

const resultsSchema = z.object({
  format: z.literal(resultFormat),
  checkpoints: z.array(checkpointSchema),
  /** An evaluation belongs to the policy it measured. */
  evaluations: z.array(z.object({ policyHash: z.string(), evaluation: evaluationSchema })),
});
type Results = z.infer<typeof resultsSchema>;

/** One job's folder. Anyone may read; whoever writes holds the lock at `lockFile`. */
export class StoredJob {
  readonly id: string;
  readonly folder: string;
  readonly lockFile: string;
  private readonly iterationSteps: number;
  private readonly engine: TrainingJob["engine"];

  constructor(runsRoot: string, job: TrainingJob) {
    this.id = jobId(job);
    this.folder = join(runsRoot, ".jobs", this.id);
    this.lockFile = join(this.folder, "lock");
    this.iterationSteps = iterationSteps(job);
    this.engine = job.engine;
  }

  /** Makes the folder ready for writing; leftovers of a crash go. */
  prepare(job: TrainingJob): void {
    try {
      mkdirSync(this.folder, { recursive: true });
      const file = join(this.folder, "job.json");
      if (!existsSync(file)) writeAtomic(file, JSON.stringify({ id: this.id, job }));
      const named = new Set(this.results().checkpoints.map(({ steps }) => checkpointName(steps)));
      for (const name of readdirSync(this.folder)) {
        const unnamed = name.startsWith("checkpoint-") && !named.has(name);
        if (unnamed || name.endsWith(".tmp")) rmSync(join(this.folder, name), { force: true });
      }
    } catch (error) {
      throw diskError(error, this.folder);
    }
  }

  /** Forgets every result, to train anew. */
  clear(): void {
    rmSync(join(this.folder, "results.json"), { force: true });
    rmSync(join(this.folder, "metrics.jsonl"), { force: true });
  }

  /** The newest checkpoint of at most `steps` that is whole and has its complete curve. */
  newest(steps: number): { stored: StoredCheckpoint; bytes: Uint8Array } | null {
    const candidates = this.results()
      .checkpoints.filter((stored) => stored.steps <= steps)
      .sort((a, b) => b.steps - a.steps);
    if (candidates.length === 0) return null;
    const curveEnd = this.rows(steps).length * this.iterationSteps;
    for (const stored of candidates) {
      if (stored.steps > curveEnd) continue;
      const bytes = readWhole(this.checkpointFile(stored.steps), stored.sha256);
      if (bytes) return { stored, bytes };
    }
    return null;
  }

  checkpointFile(steps: number): string {
    return join(this.folder, checkpointName(steps));
  }

  /** Rows from the first iteration on, as far as they are unbroken. */
  rows(upToSteps = Number.POSITIVE_INFINITY): MetricsRow[] {
    const rows: MetricsRow[] = [];
    if (!existsSync(this.metricsFile)) return rows;
    for (const line of readFileSync(this.metricsFile, "utf8").split("\n")) {
      const row = parseRow(line);
      const steps = (rows.length + 1) * this.iterationSteps;
      if (row?.totalSteps !== steps || steps > upToSteps) break;
      rows.push(row);
    }
    return rows;
  }

  /**
   * Before training goes on from `steps`: rows beyond are cut, except those of a longer result that
   * is kept. Returns how many rows stay.
   */
  cutRows(steps: number): number {
    const kept = this.results().checkpoints.filter((stored) => stored.kept);
    const rows = this.rows(Math.max(steps, ...kept.map((stored) => stored.steps)));
    writeAtomic(this.metricsFile, rows.map(formatRow).join(""));
    return rows.length;
  }

  appendRow(row: MetricsRow): void {
    try {
      appendFileSync(this.metricsFile, formatRow(row));
    } catch (error) {
      throw diskError(error, this.metricsFile);
    }
  }

  /** Stores a checkpoint after its curve. Of those not kept only the newest stays. */
  addCheckpoint(steps: number, saved: SavedTraining, kept: boolean): void {
    flush(this.metricsFile);
    writeAtomic(this.checkpointFile(steps), saved.bytes);
    const results = this.results();
    const others = results.checkpoints.filter((one) => one.steps !== steps);
    const wasKept = results.checkpoints.some((one) => one.steps === steps && one.kept);
    const { bytes, policyHash } = saved;
    const added = { steps, kept: kept || wasKept, policyHash, sha256: sha256(bytes) };
    this.writeResults({
      ...results,
      checkpoints: [...others.filter((one) => one.kept), added],
    });
    for (const { steps } of others.filter((one) => !one.kept)) {
      rmSync(this.checkpointFile(steps), { force: true });
    }
  }

  /** A checkpoint made for crashes turns out to be what was asked for. */
  keep(steps: number): void {
    const results = this.results();
    this.writeResults({
      ...results,
      checkpoints: results.checkpoints.map((one) =>
        one.steps === steps ? { ...one, kept: true } : one,
      ),
    });
  }

  evaluation(policyHash: string, request: EvaluationRequest): Evaluation | undefined {
    return this.results().evaluations.find(
      (one) =>
        one.policyHash === policyHash &&
        one.evaluation.set === request.set &&
        one.evaluation.profile === request.profile &&
        (one.evaluation.engine ?? this.engine) === (request.engine ?? this.engine) &&
        one.evaluation.episodes === request.episodes,
    )?.evaluation;
  }

  addEvaluation(policyHash: string, evaluation: Evaluation): void {
    const results = this.results();
    const evaluations = [...results.evaluations, { policyHash, evaluation }];
    this.writeResults({ ...results, evaluations });
  }

  private get metricsFile(): string {
    return join(this.folder, "metrics.jsonl");
  }

  private get resultsFile(): string {
    return join(this.folder, "results.json");
  }

  private results(): Results {
    return readResults(this.resultsFile);
  }

  private writeResults(results: Results): void {
    writeAtomic(this.resultsFile, JSON.stringify(results));
  }
}

export interface StoredResult {
  readonly job: TrainingJob;
  readonly steps: number;
  readonly policyHash: string;
  readonly checkpoint: Uint8Array;
}

/** A result by its name: `id@steps`, or `id` alone for the longest there is. */
export function loadResult(runsRoot: string, name: string): StoredResult {
  const [id, steps] = name.split("@");
  const folder = join(runsRoot, ".jobs", id);
  const known = readResults(join(folder, "results.json")).checkpoints.filter((one) => one.kept);
  const stored = known
    .sort((a, b) => b.steps - a.steps)
    .find((one) => steps === undefined || one.steps === Number(steps));
  const checkpoint = stored && readWhole(join(folder, checkpointName(stored.steps)), stored.sha256);
  const job = readJob(join(folder, "job.json"));
  if (stored && checkpoint && job) {
    if (jobId(job) !== id) {
      throw new RewardsmithError("E_JOB_VERSION", `job ${id} was made by another version`, {
        where: folder,
        hint: "train it anew with this version",
      });
    }
    return { job, steps: stored.steps, policyHash: stored.policyHash, checkpoint };
  }
  const names = known.map((one) => `${id}@${one.steps}`);
  throw new RewardsmithError("E_RESULT_UNKNOWN", `the job store has no whole result "${name}"`, {
    where: folder,
    hint: names.length > 0 ? `there are: ${names.join(", ")}` : "train it first",
  });
}

/** A job by its id, as it was stored; null where there is none that this version would name so. */
export function loadJob(runsRoot: string, id: string): TrainingJob | null {
  if (!/^[0-9a-f]{16}$/.test(id)) return null;
  const job = readJob(join(runsRoot, ".jobs", id, "job.json"));
  return isNamed(job, id) ? job : null;
}

export interface JobCheckpoint extends StoredCheckpoint {
  /** Mean fitness over the most episodes that were measured of this policy; null where none were. */
  readonly fitness: number | null;
}

/** Checkpoints of a job, those made for crashes included, with what was measured of them. */
export function jobCheckpoints(runsRoot: string, id: string): JobCheckpoint[] {
  const { checkpoints, evaluations } = readResults(join(runsRoot, ".jobs", id, "results.json"));
  return checkpoints.map((one) => {
    const [best] = evaluations
      .filter(({ policyHash }) => policyHash === one.policyHash)
      .sort((a, b) => b.evaluation.episodes - a.evaluation.episodes);
    return { ...one, fitness: best?.evaluation.fitness ?? null };
  });
}

/** The bytes of a checkpoint; null where it has gone or is not whole. */
export function readCheckpoint(
  runsRoot: string,
  id: string,
  { steps, sha256: hash }: StoredCheckpoint,
): Uint8Array | null {
  return readWhole(join(runsRoot, ".jobs", id, checkpointName(steps)), hash);
}

export interface JobResults {
  readonly id: string;
  readonly job: TrainingJob;
  /** Results that were asked for, each with what was measured of its policy. */
  readonly results: readonly {
    readonly steps: number;
    readonly evaluations: readonly Evaluation[];
  }[];
}

/** All jobs of the store that this version would give the same name. */
export function storedJobs(runsRoot: string): JobResults[] {
  const root = join(runsRoot, ".jobs");
  if (!existsSync(root)) return [];
  return readdirSync(root).flatMap((id) => {
    const job = readJob(join(root, id, "job.json"));
    if (!isNamed(job, id)) return [];
    const { checkpoints, evaluations } = readResults(join(root, id, "results.json"));
    const results = checkpoints
      .filter((one) => one.kept)
      .map(({ steps, policyHash }) => ({
        steps,
        evaluations: evaluations
          .filter((one) => one.policyHash === policyHash)
          .map((one) => one.evaluation),
      }));
    return [{ id, job, results }];
  });
}

/** Jobs of other versions may lack what a name is made of. */
function isNamed(job: TrainingJob | null, id: string): job is TrainingJob {
  try {
    return job !== null && jobId(job) === id;
  } catch {
    return false;
  }
}

function readJob(file: string): TrainingJob | null {
  try {
    return (JSON.parse(readFileSync(file, "utf8")) as { job: TrainingJob }).job;
  } catch {
    return null;
  }
}

function readResults(file: string): Results {
  try {
    return resultsSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return { format: resultFormat, checkpoints: [], evaluations: [] };
  }
}

function readWhole(file: string, hash: string): Uint8Array | null {
  try {
    const bytes = readFileSync(file);
    return sha256(bytes) === hash ? bytes : null;
  } catch {
    return null;
  }
}

function checkpointName(steps: number): string {
  return `checkpoint-${steps}.bin`;
}

function flush(file: string): void {
  const descriptor = openSync(file, "r+");
  fsyncSync(descriptor);
  closeSync(descriptor);
}
