/**
 * Bundled policies, trained before and kept beside their task as `demo.json`: weights of the actor,
 * normalizer, and how they came about.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { RewardsmithError } from "../../core/errors.js";
import { hashJson } from "../../core/node/hash.js";
import type { PolicyParameters } from "../../policy/inference.js";
import { packedPolicySchema, packPolicy, unpackPolicy } from "../../policy/packed-policy.js";
import { compileTask } from "../../reward/node/compile-task.js";
import { engineNames } from "../../sim/simulator.js";
import { builtInFile, listTasks, loadTask } from "../../task/node/load.js";
import type { Offer, Watched } from "./scene.js";

const demoFile = "demo.json";

const demoSchema = z.object({
  format: z.literal(1),
  /** Program of the task's folder that rewarded it. */
  reward: z.enum(["human", "sparse"]),
  engine: z.enum(engineNames),
  /** Whether its training drew parameters, delays and pushes. */
  randomize: z.boolean(),
  seed: z.int(),
  steps: z.int(),
  /** Mean over test episodes of the reference profile, and how many. */
  fitness: z.number(),
  episodes: z.int(),
  ...packedPolicySchema.shape,
});
export type Demo = z.infer<typeof demoSchema>;

/** Those of the built-in tasks. */
export function demoOffers(): Offer[] {
  return listTasks().flatMap((name) => {
    const file = builtInFile(name, demoFile);
    return existsSync(file) ? [offerOf(name, readDemo(file))] : [];
  });
}

/** The demo of a task by its name or folder; undefined where it has none. */
export function demoOffer(task: string): Offer | undefined {
  const builtIn = listTasks().includes(task);
  const file = builtIn ? builtInFile(task, demoFile) : path.join(task, demoFile);
  return existsSync(file) ? offerOf(task, readDemo(file)) : undefined;
}

/** What is kept of a policy. */
export type DemoFacts = Omit<Demo, "format" | "network" | "actor" | "observation">;

/** Writes a policy into a task's folder and returns the file. */
export function writeDemo(folder: string, policy: PolicyParameters, facts: DemoFacts): string {
  const demo: Demo = {
    format: 1,
    ...facts,
    ...packPolicy(policy),
  };
  const file = path.join(folder, demoFile);
  writeFileSync(file, `${JSON.stringify(demo, null, 2)}\n`);
  return file;
}

function offerOf(name: string, demo: Demo): Offer {
  const { steps, seed, fitness } = demo;
  const reference = { kind: "demo", name } as const;
  const about = { reference, label: name, run: null, candidate: null, steps, seed, fitness };
  return { about, key: `demo ${name}`, load: () => loadDemo(name, demo, about) };
}

function readDemo(file: string): Demo {
  const read = demoSchema.safeParse(JSON.parse(readFileSync(file, "utf8")));
  if (read.success) return read.data;
  throw new RewardsmithError("E_DEMO_BROKEN", z.prettifyError(read.error), {
    where: file,
    hint: "make it again: rewardsmith demo TASK --make POLICY",
  });
}

async function loadDemo(name: string, demo: Demo, about: Offer["about"]): Promise<Watched> {
  const task = compileTask(await loadTask(name));
  const reward = task.programs[demo.reward];
  const rewardCode = task.task.sources[demo.reward];
  if (!reward || rewardCode === undefined) {
    throw new RewardsmithError("E_REWARD_MISSING", `the task has no ${demo.reward} reward`, {
      where: task.task.folder,
    });
  }
  const { engine, randomize } = demo;
  const scene = { task, reward, rewardCode, engine, randomize };
  return { scene, sceneKey: hashJson(scene), policy: unpackPolicy(demo), about };
}
