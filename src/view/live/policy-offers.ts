/**
 * Policies by what a page asks for: candidates and finals of runs, trainings in the job store as they
 * grow, bundled demos.
 */
import { hashJson } from "../../core/node/hash.js";
import { policySteps } from "../../design/history.js";
import { reportedBest } from "../../design/report.js";
import type { Candidate, RunState } from "../../events/run-state.js";
import type { Program } from "../../reward/program.js";
import { decodeCheckpoint } from "../../rl/checkpoint.js";
import type { TrainingJob } from "../../run/job.js";
import {
  type JobCheckpoint,
  jobCheckpoints,
  loadJob,
  readCheckpoint,
} from "../../run/job-store.js";
import { openRun, type RunFolder } from "../../run/run-folder.js";
import type { PolicyReference, WatchedPolicy } from "../../stream/protocol.js";
import { RunLog } from "../data/run-log.js";
import { isRunName } from "../data/stored-runs.js";
import { demoOffers } from "./demo.js";
import type { Offer, Scene, Watched } from "./scene.js";

export interface PolicyOffers {
  /** All there is now. */
  list(): Offer[];
  /** Undefined where it does not exist (yet). */
  find(reference: PolicyReference): Offer | undefined;
}

/** What is shown unless somebody chooses: a run, one training, or one policy. Asked again and again. */
export type Focus =
  | { readonly kind: "run"; readonly run: string }
  | {
      readonly kind: "job";
      readonly jobId: string;
      readonly label: string;
      readonly rewardCode: string;
    }
  | { readonly kind: "policy"; readonly offer: Offer };

interface OpenRun {
  readonly folder: RunFolder;
  readonly log: RunLog;
}

export class StoredOffers implements PolicyOffers {
  private readonly runsFolder: string;
  private readonly focus: () => Focus | null;
  private readonly runs = new Map<string, OpenRun>();
  private readonly jobs = new Map<string, TrainingJob>();

  constructor(runsFolder: string, focus: () => Focus | null) {
    this.runsFolder = runsFolder;
    this.focus = focus;
  }

  list(): Offer[] {
    const focus = this.focus();
    const own =
      focus?.kind === "run"
        ? this.ofRun(focus.run)
        : focus?.kind === "job"
          ? [this.ofJob(focus.jobId)]
          : [focus?.offer];
    const demos = demoOffers().filter(({ key }) => !own.some((offer) => offer?.key === key));
    return [...own.filter((offer) => offer !== undefined), ...demos];
  }

  find(reference: PolicyReference): Offer | undefined {
    switch (reference.kind) {
      case "newest":
        return this.newest();
      case "candidate":
        return isRunName(reference.run) ? this.ofCandidate(reference) : undefined;
      case "job":
        return this.ofJob(reference.jobId, reference.steps);
      case "demo": {
        const { name } = reference;
        return this.list().find(({ about }) => isDemo(about.reference, name));
      }
    }
  }

  /** The best of the run as far as anything was measured, else what was trained furthest. */
  private newest(): Offer | undefined {
    const focus = this.focus();
    if (focus === null) return undefined;
    if (focus.kind === "policy") return focus.offer;
    if (focus.kind === "job") return this.ofJob(focus.jobId);
    const { log } = this.open(focus.run);
    const best = reportedBest(log.state);
    const offer = best && this.ofCandidate({ run: focus.run, candidate: best.id });
    if (offer) return offer;
    const [furthest] = this.ofRun(focus.run).sort(
      (a, b) => (b.about.steps ?? 0) - (a.about.steps ?? 0),
    );
    return furthest;
  }

  private ofRun(run: string): Offer[] {
    const { log } = this.open(run);
    const candidates = log.state.candidates.flatMap(({ id }) => {
      const offer = this.ofCandidate({ run, candidate: id });
      return offer ? [offer] : [];
    });
    return [...candidates, ...this.finalsOf(run, log.state)];
  }

  /** Policies trained anew at the end: "best, seed 1" and the human and sparse reward beside it. */
  private finalsOf(run: string, state: RunState): Offer[] {
    return state.finals.flatMap(({ which, seed, result }) => {
      if (!result) return [];
      const offer = this.ofJob(result.jobId, policySteps(result));
      if (!offer) return [];
      const label = `${which === "best" ? "best reward" : `${which} reward`}, seed ${seed}`;
      return [{ ...offer, about: { ...offer.about, label, run } }];
    });
  }

  private ofCandidate(asked: {
    readonly run: string;
    readonly candidate: string;
    readonly steps?: number | undefined;
  }): Offer | undefined {
    const { folder, log } = this.open(asked.run);
    const known = log.state.candidates.find(({ id }) => id === asked.candidate);
    const candidate = known?.duplicateOf
      ? log.state.candidates.find(({ id }) => id === known.duplicateOf)
      : known;
    const result = candidate?.rungs.at(-1)?.result;
    const jobId = candidate && (result?.jobId ?? log.jobs.get(candidate.id));
    if (!known || !candidate || jobId === undefined) return undefined;
    const { run, candidate: id } = asked;
    const reference: PolicyReference = { kind: "candidate", run, candidate: id };
    // While it trains its newest policy, then the one that its result is about.
    const own = result && candidate.status !== "training" ? policySteps(result) : undefined;
    return this.offer(jobId, asked.steps ?? own, {
      reference,
      label: `candidate ${id}`,
      run,
      candidate: id,
      code: () => codeOf(folder, candidate),
    });
  }

  ofJob(jobId: string, steps?: number): Offer | undefined {
    const focus = this.focus();
    const own = focus?.kind === "job" && focus.jobId === jobId ? focus : null;
    return this.offer(jobId, steps, {
      reference: { kind: "job", jobId, ...(steps !== undefined && { steps }) },
      label: own?.label ?? `training ${jobId}`,
      run: null,
      candidate: null,
      code: (job) => own?.rewardCode ?? knownCode(job),
    });
  }

  private offer(
    jobId: string,
    steps: number | undefined,
    named: Pick<WatchedPolicy, "reference" | "label" | "run" | "candidate"> & {
      readonly code: (job: TrainingJob) => string;
    },
  ): Offer | undefined {
    const job = this.job(jobId);
    if (!job) return undefined;
    const stored = jobCheckpoints(this.runsFolder, jobId);
    const checkpoint = stored
      .filter((one) => steps === undefined || one.steps === steps)
      .reduce<JobCheckpoint | undefined>((a, b) => (a && a.steps > b.steps ? a : b), undefined);
    const { reference, label, run, candidate } = named;
    const about: WatchedPolicy = {
      reference,
      label,
      run,
      candidate,
      steps: checkpoint?.steps ?? 0,
      seed: job.seed,
      fitness: checkpoint?.fitness ?? null,
      checkpoints: stored.map((one) => one.steps).sort((a, b) => a - b),
    };
    const load = async (): Promise<Watched | null> => {
      const bytes = checkpoint && readCheckpoint(this.runsFolder, jobId, checkpoint);
      if (checkpoint && !bytes) return null;
      const { network, theta, observationStatistics } = bytes ? decodeCheckpoint(bytes) : none;
      const scene = sceneOf(job, named.code(job));
      const policy = network && theta ? { network, theta, observationStatistics } : null;
      return { scene, sceneKey: hashJson(scene), policy, about };
    };
    return { about, key: `${jobId}@${about.steps} ${about.label} ${about.fitness}`, load };
  }

  private open(name: string): OpenRun {
    let open = this.runs.get(name);
    if (!open) {
      const folder = openRun(this.runsFolder, name);
      open = { folder, log: new RunLog(folder.eventsFile) };
      this.runs.set(name, open);
    }
    open.log.refresh();
    return open;
  }

  private job(id: string): TrainingJob | undefined {
    const known = this.jobs.get(id) ?? loadJob(this.runsFolder, id);
    if (known) this.jobs.set(id, known);
    return known ?? undefined;
  }
}

function isDemo(reference: PolicyReference, name: string): boolean {
  return reference.kind === "demo" && reference.name === name;
}

const none = { network: null, theta: null, observationStatistics: null };

function sceneOf(job: TrainingJob, rewardCode: string): Scene {
  const { task, reward, engine, settings } = job;
  return { task, reward, rewardCode, engine, randomize: settings.randomize };
}

function codeOf(folder: RunFolder, { attempts }: Candidate): string {
  const source = attempts.at(-1)?.source;
  return source !== undefined && folder.has(source) ? folder.read(source) : "";
}

/** A job keeps its reward as a tree; the task's own have their text. */
export function knownCode({ task, reward }: TrainingJob): string {
  const { sources } = task.task;
  const same = (program: Program | undefined) => program && hashJson(program) === hashJson(reward);
  if (same(task.programs.human)) return sources.human ?? "";
  if (same(task.programs.sparse)) return sources.sparse ?? "";
  return "";
}
