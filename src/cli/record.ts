/** `record`: a short film or a picture of a policy, drawn without a browser, or every step as data. */
import { accessSync, constants, existsSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { RewardsmithError } from "../core/errors.js";
import { nameHint } from "../core/nearest-name.js";
import { hashJson } from "../core/node/hash.js";
import type { CompiledTask } from "../reward/compiled-task.js";
import { compileTask } from "../reward/node/compile-task.js";
import { type Program, zeroReward } from "../reward/program.js";
import { type Checkpoint, decodeCheckpoint } from "../rl/checkpoint.js";
import { type RecordedEpisode, recordMotion } from "../rl/record-motion.js";
import { loadResult } from "../run/job-store.js";
import { listRuns } from "../run/run-folder.js";
import { versions } from "../run/versions.js";
import { type EngineName, engineNames } from "../sim/simulator.js";
import { buildHeightField } from "../sim/terrain/tiles.js";
import { listTasks, loadTask } from "../task/node/load.js";
import { knownCode } from "../view/live/policy-offers.js";
import type { Watched } from "../view/live/scene.js";
import { createFilm, type Film } from "../view/raster/film.js";
import { encodeGif } from "../view/raster/gif.js";
import { encodePng } from "../view/raster/png.js";
import type { CliContext } from "./context.js";
import { formatFitness } from "./numbers.js";
import { integer } from "./parse-number.js";
import { formatCount, Progress } from "./progress.js";
import { diskFull, isRecording, writeRecordings } from "./record-rollout.js";
import { findPolicies, findTaskPolicy, type StoredPolicy, typicalPolicy } from "./stored-policy.js";

interface Options {
  readonly out?: readonly string[];
  readonly seconds: number;
  readonly size: Size;
  readonly env: EpisodeChoice;
  readonly episodes: number;
  readonly engine?: EngineName;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

type EpisodeChoice = "best" | "median" | "worst" | number;

/** What is filmed, and how it is called. */
interface Subject {
  readonly task: CompiledTask;
  readonly reward: Program;
  /** Null: zero actions. */
  readonly checkpoint: Checkpoint | null;
  readonly engine: EngineName;
  readonly policy: string;
  /** The same for a recording. */
  readonly watched: () => Watched;
}

/** GIF counts in hundredths of a second: 25 frames a second are exact, 30 are not. */
const framesPerSecond = 25;
const lastFrameMs = 1000;

export function define(command: Command, cli: CliContext): void {
  command
    .argument("<policy>", "a run, a result as job@steps, a checkpoint file, or a task")
    .option(
      "--out <file>",
      "where to: .gif is a film, .png the picture at its end, .rollout every step for the viewer, .mcap for Foxglove; may be repeated (default TASK.gif)",
      (file: string, files: readonly string[] = []) => [...files, outputFile(file)],
    )
    .option("--seconds <s>", "length of the film, 0.1 to 60", seconds, 6)
    .addOption(
      new Option("--size <WxH>", "pixels").argParser(size).default(size("480x360"), "480x360"),
    )
    .option("--env <episode>", "best, median, worst, or an episode's number", episode, "median")
    .option("--episodes <n>", "test episodes to choose from, at most 64", episodes, 16)
    .addOption(
      new Option(
        "--engine <engine>",
        "physics engine (default: the one it was trained in)",
      ).choices(engineNames),
    );
  command.action((policy: string, options: Options) => record(cli, policy, options));
}

async function record(cli: CliContext, name: string, options: Options): Promise<void> {
  const { terminal } = cli;
  if (typeof options.env === "number" && options.env >= options.episodes) {
    throw new RewardsmithError("E_CLI_EPISODE", `there is no episode ${options.env}`, {
      where: "--env",
      hint: `they are numbered 0 to ${options.episodes - 1}; --episodes plays more`,
    });
  }
  for (const file of options.out ?? []) checkWritable(file);
  const subject = await findSubject(cli, name, options);
  const { definition, robot } = subject.task.task;
  const all = options.out ?? [`${definition.name}.gif`];
  if (!options.out) checkWritable(all[0]);

  const recordings = all.filter(isRecording);
  if (recordings.length > 0) {
    await writeRecordings(cli, {
      watched: subject.watched(),
      files: recordings,
      numEnvs: options.episodes,
      seconds: options.seconds,
      program: `rewardsmith ${versions().rewardsmith}`,
    });
  }
  const files = all.filter((file) => !isRecording(file));
  if (files.length === 0) return;

  const episodes = await play(cli, subject, options);
  const { summary, motion } = chosen(episodes, options.env);
  const score = `fitness ${formatFitness(summary.fitness)}`;
  const { unit } = definition.fitness;
  const { terrain } = definition;
  const film = createFilm({
    robot,
    motion,
    ground:
      terrain && motion.origin
        ? { field: buildHeightField(terrain), origin: motion.origin }
        : undefined,
    ...options.size,
    caption: {
      title: definition.name,
      subtitle: `${subject.policy} · ${describeChoice(options)}`,
      score: unit.length <= 6 ? `${score} ${unit}`.trim() : score,
    },
  });
  terminal.line(
    `${definition.name}: ${subject.policy}; ${describeChoice(options)}, ${subject.engine}: ${score} ${unit}, ended by ${summary.ending} after ${summary.length} steps`,
  );
  for (const file of files) {
    const { bytes, frames } = draw(cli, film, file);
    write(file, bytes);
    const { width, height } = options.size;
    terminal.record({ file, bytes: bytes.length, frames, width, height, ...summary });
    terminal.line(
      `${file}: ${width}×${height}, ${frames === 1 ? "picture" : `${frames} frames, ${(frames / framesPerSecond).toFixed(1)} s`}, ${Math.ceil(bytes.length / 1000)} kB`,
    );
  }
}

async function findSubject(cli: CliContext, name: string, options: Options): Promise<Subject> {
  const { terminal, runsFolder, invocation } = cli;
  if (!isTaskName(name)) {
    const { label, jobId, steps } = typicalPolicy(findKnown(runsFolder, name));
    terminal.line(label);
    return stored(runsFolder, jobId, steps, options);
  }
  const task = compileTask(await loadTask(name));
  const policy = findTaskPolicy(runsFolder, task);
  if (policy) {
    if (policy.among > 1) {
      terminal.line(`${policy.label}, the best of ${policy.among} policies in the store`);
    }
    return stored(runsFolder, policy.jobId, policy.steps, options);
  }
  terminal.line(
    `No policy for ${name} has been trained yet, so zero actions are shown. Train one: ${invocation} train ${name}`,
  );
  const engine = options.engine ?? task.task.definition.engine;
  return subjectOf({
    task,
    reward: zeroReward,
    rewardCode: "",
    checkpoint: null,
    engine,
    policy: "untrained, zero actions",
  });
}

function isTaskName(name: string): boolean {
  return listTasks().includes(name) || existsSync(path.join(name, "task.ts"));
}

/** The policies of what is no task; a name that nothing has may also be a misspelt task. */
function findKnown(runsFolder: string, name: string): StoredPolicy[] {
  try {
    return findPolicies(runsFolder, name);
  } catch (error) {
    if (!(error instanceof RewardsmithError) || error.code !== "E_RUN_UNKNOWN") throw error;
    const known = [...listTasks(), ...listRuns(runsFolder).map((run) => run.name)];
    throw new RewardsmithError("E_RECORD_UNKNOWN", `no task, run or policy is named "${name}"`, {
      hint: `${nameHint(name, known)}; a policy is named job@steps or by its checkpoint file`,
      cause: error,
    });
  }
}

function stored(runsFolder: string, jobId: string, steps: number, options: Options): Subject {
  const { job, checkpoint } = loadResult(runsFolder, `${jobId}@${steps}`);
  return subjectOf({
    task: job.task,
    reward: job.reward,
    rewardCode: knownCode(job),
    checkpoint: decodeCheckpoint(checkpoint),
    engine: options.engine ?? job.engine,
    policy: `${rewardName(job.task, job.reward)} · ${formatCount(steps)} steps`,
  });
}

function subjectOf(subject: Omit<Subject, "watched"> & { readonly rewardCode: string }): Subject {
  const { task, reward, rewardCode, engine, checkpoint, policy } = subject;
  const { randomize } = task.task.definition.training;
  const watched = (): Watched => ({
    scene: { task, reward, rewardCode, engine, randomize },
    sceneKey: "",
    policy: checkpoint,
    about: {
      reference: { kind: "newest" },
      label: policy,
      run: null,
      candidate: null,
      steps: checkpoint?.totalSteps ?? null,
      seed: null,
      fitness: null,
    },
  });
  return { ...subject, watched };
}

function rewardName({ programs }: CompiledTask, reward: Program): string {
  const hash = hashJson(reward);
  if (programs.human && hashJson(programs.human) === hash) return "human reward";
  if (programs.sparse && hashJson(programs.sparse) === hash) return "sparse reward";
  return "designed reward";
}

async function play(
  cli: CliContext,
  subject: Subject,
  options: Options,
): Promise<RecordedEpisode[]> {
  const { maxEpisodeSteps } = subject.task.task.definition;
  const progress = new Progress(cli.terminal, {
    label: "playing",
    total: maxEpisodeSteps * options.episodes,
    unit: "steps",
  });
  try {
    return await recordMotion({
      ...subject,
      set: "test",
      profile: "reference",
      episodes: options.episodes,
      seconds: options.seconds,
      onStep(step) {
        cli.signal.throwIfAborted();
        progress.update(step * options.episodes);
      },
    });
  } finally {
    progress.end();
  }
}

function chosen(episodes: readonly RecordedEpisode[], choice: EpisodeChoice): RecordedEpisode {
  if (typeof choice === "number") return episodes[choice];
  const ranked = [...episodes].sort((a, b) => b.summary.fitness - a.summary.fitness);
  if (choice === "best") return ranked[0];
  return choice === "worst" ? ranked[ranked.length - 1] : ranked[Math.floor(ranked.length / 2)];
}

function describeChoice({ env, episodes }: Options): string {
  if (typeof env === "number") return `episode ${env}`;
  return episodes === 1 ? "one episode" : `${env} of ${episodes} episodes`;
}

function draw(cli: CliContext, film: Film, file: string): { bytes: Uint8Array; frames: number } {
  if (isPicture(file)) return { bytes: encodePng(film.imageAt(film.durationSeconds)), frames: 1 };
  const frames = Math.floor(film.durationSeconds * framesPerSecond + 1e-6) + 1;
  const progress = new Progress(cli.terminal, { label: "drawing", total: frames, unit: "frames" });
  try {
    const bytes = encodeGif({
      frames,
      delayMs: 1000 / framesPerSecond,
      lastDelayMs: lastFrameMs,
      frameAt: (frame) => film.imageAt(frame / framesPerSecond),
      onFrame(frame) {
        progress.update(frame + 1);
      },
    });
    return { bytes, frames };
  } finally {
    progress.end();
  }
}

function isPicture(file: string): boolean {
  return path.extname(file).toLowerCase() === ".png";
}

/** Said before the work rather than after it. */
function checkWritable(file: string): void {
  const folder = path.dirname(path.resolve(file));
  try {
    if (!statSync(folder).isDirectory()) throw new Error("its folder is a file");
    accessSync(folder, constants.W_OK);
    if (statSync(file, { throwIfNoEntry: false })?.isDirectory()) throw new Error("it is a folder");
  } catch (error) {
    throw unwritable(file, error);
  }
}

function write(file: string, bytes: Uint8Array): void {
  try {
    writeFileSync(file, bytes);
  } catch (error) {
    throw unwritable(file, error);
  }
}

function unwritable(file: string, cause: unknown): unknown {
  const full = diskFull(cause, file);
  if (full) return full;
  const code = (cause as NodeJS.ErrnoException).code;
  const why = code === "ENOENT" ? "its folder does not exist" : (code ?? (cause as Error).message);
  return new RewardsmithError("E_RECORD_OUTPUT", `cannot be written: ${why}`, {
    where: file,
    hint: "name a file in a folder that exists and may be written to",
    cause,
  });
}

function outputFile(file: string): string {
  if (/\.(gif|png)$/i.test(file) || isRecording(file)) return file;
  throw new InvalidArgumentError(
    "It must end in .gif (a film), .png (a picture), .rollout or .mcap (recordings).",
  );
}

function seconds(text: string): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (value >= 0.1 && value <= 60) return value;
  throw new InvalidArgumentError("It must be a number from 0.1 to 60.");
}

function size(text: string): Size {
  const [, width, height] = /^(\d+)[x×](\d+)$/i.exec(text.trim())?.map(Number) ?? [];
  const fits = width >= 64 && width <= 1920 && height >= 64 && height <= 1080;
  if (fits) return { width, height };
  throw new InvalidArgumentError("It must be like 480x360, from 64x64 to 1920x1080.");
}

function episode(text: string): EpisodeChoice {
  if (text === "best" || text === "median" || text === "worst") return text;
  if (/^\d+$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It must be best, median, worst, or an episode's number from 0.");
}

function episodes(text: string): number {
  const value = integer(1)(text);
  if (value <= 64) return value;
  throw new InvalidArgumentError("It must be at most 64.");
}
