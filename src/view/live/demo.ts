/**
 * Bundled policies, trained before and kept beside their task as `demo.json`: weights of the actor,
 * normalizer, and how they came about.
 */
import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";
import { RewardsmithError } from "../../core/errors.js";
import { hashJson } from "../../core/node/hash.js";
import type { PolicyParameters } from "../../policy/inference.js";
import { networkShapeSchema, parameterLayout } from "../../policy/network.js";
import { compileTask } from "../../reward/node/compile-task.js";
import { engineNames } from "../../sim/simulator.js";
import { builtInFile, listTasks, loadTask } from "../../task/node/load.js";
import type { Offer, Watched } from "./scene.js";

export const demoFile = "demo.json";

/** Arrays are little-endian numbers in base64. */
export const demoSchema = z.object({
  format: z.literal(1),
  /** Program of the task's folder that rewarded it. */
  reward: z.enum(["human", "sparse"]),
  engine: z.enum(engineNames),
  randomize: z.boolean(),
  seed: z.int(),
  steps: z.int(),
  /** On how many test episodes of the reference profile. */
  fitness: z.number(),
  episodes: z.int(),
  network: networkShapeSchema,
  /** Float32: the actor's layers, of the flat vector of parameters. */
  actor: z.string(),
  /** Float64 each. */
  observation: z.object({ count: z.number(), mean: z.string(), variance: z.string() }).nullable(),
});
export type Demo = z.infer<typeof demoSchema>;

/** How many of a network's parameters the actor's layers take: they come first. */
export function actorSize(network: PolicyParameters["network"]): number {
  const { actor } = parameterLayout(network);
  const last = actor[actor.length - 1];
  return last.biasOffset + last.outputs;
}

export function demoOffers(): Offer[] {
  return listTasks()
    .filter((name) => existsSync(builtInFile(name, demoFile)))
    .map((name) => {
      const demo = readDemo(builtInFile(name, demoFile));
      const { steps, seed, fitness } = demo;
      const reference = { kind: "demo", name } as const;
      const about = { reference, label: name, run: null, candidate: null, steps, seed, fitness };
      return { about, key: `demo ${name}`, load: () => loadDemo(name, demo, about) };
    });
}

function readDemo(file: string): Demo {
  const read = demoSchema.safeParse(JSON.parse(readFileSync(file, "utf8")));
  if (read.success) return read.data;
  throw new RewardsmithError("E_DEMO_BROKEN", z.prettifyError(read.error), {
    where: file,
    hint: "install rewardsmith anew, or make it again: npm run demos",
  });
}

async function loadDemo(name: string, demo: Demo, about: Offer["about"]): Promise<Watched> {
  const task = compileTask(await loadTask(name));
  const reward = task.programs[demo.reward];
  const rewardCode = task.task.sources[demo.reward];
  if (!reward || rewardCode === undefined) throw new Error(`${name} has no ${demo.reward} reward`);
  const { engine, randomize } = demo;
  const scene = { task, reward, rewardCode, engine, randomize };
  return { scene, sceneKey: hashJson(scene), policy: policyOf(demo), about };
}

function policyOf({ network, actor, observation }: Demo): PolicyParameters {
  const theta = new Float32Array(parameterLayout(network).size);
  theta.set(new Float32Array(bytesOf(actor)));
  return {
    network,
    theta,
    observationStatistics: observation && {
      count: observation.count,
      mean: new Float64Array(bytesOf(observation.mean)),
      variance: new Float64Array(bytesOf(observation.variance)),
    },
  };
}

function bytesOf(base64: string): ArrayBuffer {
  return new Uint8Array(Buffer.from(base64, "base64")).buffer;
}
