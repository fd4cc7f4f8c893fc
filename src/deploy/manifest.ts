/** `manifest.json`: what a deployment is, where it comes from, and the hashes of its files. */
import { z } from "zod";
import { networkShapeSchema } from "../policy/network.js";
import { engineNames } from "../sim/simulator.js";

/** Files of a deployment by what they are. */
export const deploymentFiles = {
  manifest: "manifest.json",
  model: "policy.onnx",
  /** The same network as numbers, for runtimes without ONNX. */
  policy: "policy.json",
  deployment: "deploy.yaml",
  /** Task and robot, for runtimes of this project. */
  task: "task.json",
  reward: "reward.ts",
  derived: "derived.ts",
  golden: "golden.json",
  card: "README.md",
  check: "check_policy.py",
} as const;

/** Text for people, and limits they may edit; everything else must be as it was exported. */
export const editableFiles: readonly string[] = [
  deploymentFiles.deployment,
  deploymentFiles.card,
  deploymentFiles.check,
  deploymentFiles.reward,
  deploymentFiles.derived,
];

export const manifestSchema = z.strictObject({
  format: z.literal(1),
  /** Program and version. */
  program: z.string(),
  /** ISO 8601, UTC. */
  createdAt: z.string(),
  task: z.string(),
  robot: z.string(),
  policy: z.strictObject({
    label: z.string(),
    run: z.string().nullable(),
    seed: z.number().nullable(),
    /** Environment steps it was trained for. */
    steps: z.number().nullable(),
    /** On held-out episodes in the engine of its training, where it was measured. */
    fitness: z.number().nullable(),
    fitnessUnit: z.string(),
    engine: z.enum(engineNames),
    network: networkShapeSchema,
    /** SHA-256 over the actor and its normalizer. */
    hash: z.string(),
  }),
  reward: z.strictObject({ source: z.string(), hash: z.string() }),
  randomization: z.strictObject({
    /** Whether training drew anything at all. */
    drawn: z.boolean(),
    parameters: z.record(z.string(), z.json()),
    actionDelaySteps: z.tuple([z.int(), z.int()]),
    events: z.array(z.json()),
    /** Who chose the ranges and why, where that is known. */
    design: z.json(),
  }),
  /** How it did in another engine; null: it sat no exam. */
  exam: z.json(),
  /** Engines and runtimes by version. */
  versions: z.record(z.string(), z.string()),
  /** SHA-256 by file. */
  files: z.record(z.string(), z.string()),
});
export type Manifest = z.infer<typeof manifestSchema>;

export const goldenSchema = z.strictObject({
  format: z.literal(1),
  /** Greatest difference that another runtime may show. */
  tolerance: z.number(),
  pairs: z
    .array(
      z.strictObject({
        obs: z.array(z.number()),
        history: z.array(z.number()),
        actions: z.array(z.number()),
      }),
    )
    .min(1),
});
export type Golden = z.infer<typeof goldenSchema>;
