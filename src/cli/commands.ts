/** The table of contents: every command, its group in the help, and where it lives. */
import type { Command } from "commander";
import type { CliContext } from "./context.js";

export interface CommandEntry {
  readonly name: string;
  readonly group: string;
  readonly usage: string;
  readonly summary: string;
  readonly example: string;
  readonly load: () => Promise<CommandModule>;
}

/** A command file defines its arguments and flags and what happens on them. */
export interface CommandModule {
  define(command: Command, cli: CliContext): void;
}

const search = "Design rewards";
const tasks = "Tasks and rewards";
const training = "Train and measure";
const transfer = "To another world";
const watching = "Watch";
const deploying = "Put on a robot";
const runs = "Runs";
const machine = "This installation";

export const commandEntries: readonly CommandEntry[] = [
  {
    name: "design",
    group: search,
    usage: "design TASK",
    summary: "Searches for a reward: invents, trains, explains, improves",
    example: "design cartpole-swingup",
    load: () => import("./design.js"),
  },
  {
    name: "dev",
    group: search,
    usage: "dev TASK",
    summary: "Retrains and scores your reward whenever you save it",
    example: "dev ./my-robot",
    load: () => import("./dev.js"),
  },
  {
    name: "prompts",
    group: search,
    usage: "prompts list|show|eject|check|diff|try",
    summary: "What a language model is told, and how to change it",
    example: "prompts show eureka --task cartpole",
    load: () => import("./prompts.js"),
  },
  {
    name: "new",
    group: tasks,
    usage: "new FOLDER",
    summary: "Makes a task folder that works, to be edited",
    example: "new my-robot --from cartpole-swingup",
    load: () => import("./new.js"),
  },
  {
    name: "check",
    group: tasks,
    usage: "check FILE --task TASK",
    summary: "Says whether a reward may be trained",
    example: "check my-robot/reward.ts --task ./my-robot",
    load: () => import("./check.js"),
  },
  {
    name: "train",
    group: training,
    usage: "train TASK",
    summary: "Trains a policy with a reward and measures it",
    example: "train cartpole --reward human",
    load: () => import("./train.js"),
  },
  {
    name: "evaluate",
    group: training,
    usage: "evaluate RUN|JOB|FILE",
    summary: "Measures a trained policy on held-out episodes",
    example: "evaluate my-run --episodes 200",
    load: () => import("./evaluate.js"),
  },
  {
    name: "transfer",
    group: transfer,
    usage: "transfer TASK",
    summary: "From a reward to a policy for another world: prior, randomization, exam",
    example: "transfer go1-walk --quick",
    load: () => import("./transfer.js"),
  },
  {
    name: "rapp",
    group: transfer,
    usage: "rapp RUN|JOB|FILE|TASK",
    summary: "Finds out which physics a policy copes with",
    example: "rapp go1-walk --parameter friction",
    load: () => import("./rapp.js"),
  },
  {
    name: "randomize",
    group: transfer,
    usage: "randomize RUN|JOB|FILE|TASK",
    summary: "Makes up domain randomizations within that physics",
    example: "randomize go1-walk -n 4",
    load: () => import("./randomize.js"),
  },
  {
    name: "exam",
    group: transfer,
    usage: "exam RUN|JOB|FILE|TASK",
    summary: "Examines a policy in the engine it was not trained in",
    example: "exam go1-walk",
    load: () => import("./exam.js"),
  },
  {
    name: "record",
    group: training,
    usage: "record TASK|RUN|JOB|FILE",
    summary: "Draws a film (GIF) or a picture (PNG) of a policy",
    example: "record ant --out ant.gif",
    load: () => import("./record.js"),
  },
  {
    name: "demo",
    group: watching,
    usage: "demo [TASK]",
    summary: "Shows a bundled policy at once",
    example: "demo go1-walk",
    load: () => import("./demo.js"),
  },
  {
    name: "view",
    group: watching,
    usage: "view [RUN|FILE]",
    summary: "Opens runs and recordings in the viewer",
    example: "view",
    load: () => import("./view.js"),
  },
  {
    name: "play",
    group: watching,
    usage: "play TASK",
    summary: "Drives and pushes a trained policy in the viewer",
    example: "play ant",
    load: () => import("./play.js"),
  },
  {
    name: "share",
    group: watching,
    usage: "share RUN|TASK|FILE",
    summary: "Writes one HTML file that replays a policy, for others",
    example: "share my-run --out my-run.html",
    load: () => import("./share.js"),
  },
  {
    name: "export",
    group: deploying,
    usage: "export RUN|JOB|FILE|TASK",
    summary: "Writes a policy as a folder for a robot: ONNX, limits, golden pairs",
    example: "export my-run --to my-robot",
    load: () => import("./export.js"),
  },
  {
    name: "run",
    group: deploying,
    usage: "run FOLDER",
    summary: "Drives a robot, simulated or real, with an exported policy",
    example: "run my-robot --adapter sim --engine mujoco",
    load: () => import("./run.js"),
  },
  {
    name: "list",
    group: runs,
    usage: "list",
    summary: "Runs with state, task, best fitness and time",
    example: "list",
    load: () => import("./list.js"),
  },
  {
    name: "report",
    group: runs,
    usage: "report [RUN]",
    summary: "What a run found, as Markdown",
    example: "report > report.md",
    load: () => import("./report.js"),
  },
  {
    name: "resume",
    group: runs,
    usage: "resume [RUN]",
    summary: "Goes on with a run that was stopped or killed",
    example: "resume",
    load: () => import("./resume.js"),
  },
  {
    name: "doctor",
    group: machine,
    usage: "doctor",
    summary: "Tests engines, ONNX Runtime, disk, key and base URL",
    example: "doctor",
    load: () => import("./doctor.js"),
  },
  {
    name: "bench",
    group: machine,
    usage: "bench [TABLE]",
    summary: "Measures simulation, learning, rewards, training, search",
    example: "bench sim",
    load: () => import("./bench.js"),
  },
];
