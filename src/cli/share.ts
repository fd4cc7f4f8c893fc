/** `share`: one HTML file that replays a policy, with reward, code and learning curves, for others. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { type Command, InvalidArgumentError } from "commander";
import { RewardsmithError } from "../core/errors.js";
import { versions } from "../run/versions.js";
import { cutRecording, joined } from "../stream/cut-recording.js";
import { openRecordingFile } from "../stream/node/recording-file.js";
import { RecordingWriter } from "../stream/recording-writer.js";
import { listTasks } from "../task/node/load.js";
import { Curves } from "../view/data/curves.js";
import { StoredRuns } from "../view/data/stored-runs.js";
import { StoredOffers } from "../view/live/policy-offers.js";
import { recordRollout } from "../view/live/record-rollout.js";
import type { Offer, Watched } from "../view/live/scene.js";
import { type SharedAbout, sharedAboutSchema } from "../view/share/about.js";
import { type SharedPage, sharePage } from "../view/share/share-page.js";
import { sharedWorld } from "../view/share/world.js";
import type { CliContext } from "./context.js";
import { integer } from "./parse-number.js";
import { storedOffer, taskOffer } from "./policy-offer.js";
import { formatCount, Progress } from "./progress.js";
import { findPolicies, typicalPolicy } from "./stored-policy.js";

interface Options {
  readonly out?: string;
  readonly seconds: number;
  readonly envs?: number;
  readonly candidate?: string;
  readonly physics?: boolean;
}

/** What a mail or a chat takes without complaint. */
const comfortableBytes = { plain: 2e6, withPhysics: 6e6 } as const;
/** Environments unless told otherwise: what stays comfortable for 20 s. */
const usualEnvs = { ofFewBodies: 16, ofMany: 1 } as const;
const fewBodies = 4;
/** Points of a learning curve. */
const stretches = 60;

export function define(command: Command, cli: CliContext): void {
  command
    .argument("<what>", "a run, a task, a result as job@steps, a checkpoint, or a .rollout file")
    .option("--out <file>", "where to (default NAME.html)", htmlFile)
    .option("--seconds <s>", "length, 0.1 to 600", seconds, 20)
    .option(
      "--envs <n>",
      "environments, at most 64 (default: 16, or 1 of a robot of many bodies)",
      envs,
    )
    .option("--candidate <id>", "of the run (default: its best)")
    .option("--physics", "put physics and policy into the page too, so that anyone can push it");
  command.action((what: string, options: Options) => share(cli, what, options));
}

async function share(cli: CliContext, what: string, options: Options): Promise<void> {
  const template = readTemplate(options.physics ? "share-physics.html" : "share.html");
  const isFile = /\.rollout$/i.test(what);
  const { page, numEnvs, seconds } = isFile
    ? await ofFile(cli, what, options)
    : await ofPolicy(cli, what, options);
  const file = options.out ?? `${path.basename(what).replace(/\.(rollout|bin)$/i, "")}.html`;
  const bytes = Buffer.from(sharePage(template, page));
  try {
    writeFileSync(file, bytes);
  } catch (cause) {
    throw new RewardsmithError("E_SHARE_OUTPUT", "cannot be written", {
      where: file,
      hint: "name a file in a folder that exists and may be written to",
      cause,
    });
  }
  const { terminal } = cli;
  terminal.record({ file, bytes: bytes.length, numEnvs, seconds });
  terminal.line(
    `${file}: ${page.about.title}; ${formatCount(numEnvs)} environment${numEnvs === 1 ? "" : "s"}, ${seconds.toFixed(1)} s, ${(bytes.length / 1e6).toFixed(1)} MB. It opens in any browser, without network.`,
  );
  const comfortable = comfortableBytes[options.physics ? "withPhysics" : "plain"];
  if (bytes.length > comfortable) {
    terminal.line("Fewer --seconds or --envs make it smaller.");
  }
}

interface Shared {
  readonly page: SharedPage;
  readonly numEnvs: number;
  readonly seconds: number;
}

async function ofFile(cli: CliContext, file: string, options: Options): Promise<Shared> {
  const odd = (["envs", "candidate", "physics"] as const).find((one) => options[one] !== undefined);
  if (odd !== undefined) {
    throw new RewardsmithError("E_CLI_SHARE", "a recording holds what it holds", {
      where: `--${odd}`,
      hint: "leave the flag out, or name the run that the recording is of",
    });
  }
  const source = await openRecordingFile(file);
  try {
    const { bytes, title, model, seconds, problems } = await cutRecording(source, options.seconds);
    for (const problem of problems) cli.terminal.line(problem);
    const about = aboutOf({
      title: title || path.basename(file),
      fitnessUnit: model.fitnessUnit,
      ...noRun,
    });
    return { page: { about, recording: bytes, world: null }, numEnvs: model.numEnvs, seconds };
  } finally {
    await source.close();
  }
}

async function ofPolicy(cli: CliContext, name: string, options: Options): Promise<Shared> {
  const offer = await findOffer(cli, name, options);
  const watched = await offer.load();
  if (!watched) {
    throw new RewardsmithError("E_CHECKPOINT_GONE", "its checkpoint has gone meanwhile", {
      where: offer.about.label,
      hint: "a newer one is there: try again",
    });
  }
  const { engine, task } = watched.scene;
  if (options.physics && engine !== "rapier") {
    throw new RewardsmithError("E_SHARE_ENGINE", `only Rapier runs in a page, not ${engine}`, {
      where: offer.about.label,
      hint: "leave --physics out, or share a policy that was trained in Rapier",
    });
  }
  const { definition, robot } = task.task;
  const { run, label } = watched.about;
  const title = [...new Set([definition.name, run, label])].filter(Boolean).join(" · ");
  const about = aboutOf({
    title,
    fitnessUnit: definition.fitness.unit,
    ...(run === null ? noRun : ofRun(cli.runsFolder, run, watched.about.candidate)),
  });
  const usual = robot.bodies.length <= fewBodies ? usualEnvs.ofFewBodies : usualEnvs.ofMany;
  const numEnvs = options.envs ?? usual;
  const { bytes, seconds } = await record(cli, watched, { ...options, numEnvs, about });
  const world = options.physics ? sharedWorld(watched, numEnvs) : null;
  return { page: { about, recording: bytes, world }, numEnvs, seconds };
}

async function findOffer(cli: CliContext, name: string, { candidate }: Options): Promise<Offer> {
  const { runsFolder } = cli;
  const isTask = listTasks().includes(name) || existsSync(path.join(name, "task.ts"));
  const isPolicy = /@|\.bin$/.test(name);
  if (candidate !== undefined && (isTask || isPolicy)) {
    throw new RewardsmithError("E_CLI_SHARE", "only a run has candidates", {
      where: "--candidate",
      hint: "name the run instead",
    });
  }
  if (isTask) return taskOffer(cli, name);
  if (isPolicy) return storedOffer(runsFolder, typicalPolicy(findPolicies(runsFolder, name)));
  const offers = new StoredOffers(runsFolder, () => ({ kind: "run", run: name }));
  const offer = offers.find(
    candidate === undefined
      ? { kind: "newest" }
      : { kind: "candidate", run: name, candidate, steps: undefined },
  );
  if (offer) return offer;
  if (candidate === undefined) {
    throw new RewardsmithError("E_RUN_NO_POLICY", "the run has trained nothing yet", {
      where: name,
      hint: `continue it: ${cli.invocation} resume ${name}`,
    });
  }
  const trained = offers.list().flatMap(({ about }) => about.candidate ?? []);
  throw new RewardsmithError("E_CANDIDATE_UNKNOWN", `no candidate ${candidate} was trained`, {
    where: name,
    hint: `those that were: ${trained.join(", ") || "none yet"}`,
  });
}

const noRun = { run: null, candidate: null, curves: [] };

function ofRun(runsFolder: string, name: string, candidate: string | null) {
  const runs = new StoredRuns(runsFolder);
  const run = runs.open(name);
  const curves = new Curves(runsFolder)
    .of(run, stretches)
    .filter(({ kind }) => kind === "candidate" || kind === "baseline")
    .map(({ steps, mean, low, high, ...rest }) => ({
      ...rest,
      steps,
      mean: mean.map(rounded),
      low: low.map(rounded),
      high: high.map(rounded),
      terms: {},
    }));
  return { run: runs.summary(name), candidate, curves };
}

/** As much as a plot shows. */
function rounded(value: number | null): number | null {
  return value === null ? null : Number(value.toPrecision(4));
}

/** What the schema does not know stays at home. */
function aboutOf(about: Omit<SharedAbout, "program" | "createdAt">): SharedAbout {
  const program = `rewardsmith ${versions().rewardsmith}`;
  return sharedAboutSchema.parse({ ...about, program, createdAt: new Date().toISOString() });
}

interface RecordOptions {
  readonly seconds: number;
  readonly numEnvs: number;
  readonly about: SharedAbout;
}

async function record(cli: CliContext, watched: Watched, options: RecordOptions) {
  const { numEnvs, seconds, about } = options;
  const { title, program, createdAt } = about;
  const { controlDtSeconds } = watched.scene.task.task.definition;
  const parts: Uint8Array[] = [];
  const recorder = new RecordingWriter((bytes) => void parts.push(bytes.slice()), {
    title,
    program,
    createdAt,
  });
  const progress = new Progress(cli.terminal, {
    label: "playing",
    total: Math.round(seconds / controlDtSeconds),
    unit: "steps",
  });
  try {
    const steps = await recordRollout({
      watched,
      numEnvs,
      seconds,
      seed: 0,
      recorders: [recorder],
      onStep(step) {
        cli.signal.throwIfAborted();
        progress.update(step);
      },
    });
    return { bytes: joined(parts), seconds: steps * controlDtSeconds };
  } finally {
    progress.end();
  }
}

function readTemplate(name: string): string {
  const file = fileURLToPath(new URL(`../../dist/viewer/${name}`, import.meta.url));
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new RewardsmithError("E_SHARE_TEMPLATE", "the viewer has not been built", {
      where: file,
      hint: "build it: npm run build",
      cause,
    });
  }
}

function htmlFile(file: string): string {
  if (/\.html?$/i.test(file)) return file;
  throw new InvalidArgumentError("It must end in .html.");
}

function seconds(text: string): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (value >= 0.1 && value <= 600) return value;
  throw new InvalidArgumentError("It must be a number from 0.1 to 600.");
}

function envs(text: string): number {
  const value = integer(1)(text);
  if (value <= 64) return value;
  throw new InvalidArgumentError("It must be at most 64.");
}
