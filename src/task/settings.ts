/** Everything about learning that a task, a flag or a file may set. One source of types, defaults and help. */
import { z } from "zod";

const hidden = z.array(z.int().positive()).min(1);

export const ppoSettingsSchema = z.strictObject({
  /** Initial learning rate (rl_games: learning_rate). */
  lr: z.number().positive().default(1e-3).describe("initial learning rate"),
  lrMin: z.number().positive().default(1e-4).describe("floor of the adaptive learning rate"),
  lrMax: z.number().positive().default(1e-2).describe("ceiling of the adaptive learning rate"),
  schedule: z
    .enum(["adaptive", "fixed"])
    .default("adaptive")
    .describe("adaptive: rate follows the KL, once per iteration"),
  klEstimate: z
    .enum(["sampled", "exact"])
    .default("sampled")
    .describe(
      "KL the rate follows: sampled during the update, or exact between the policies before and after it",
    ),
  desiredKl: z.number().positive().default(0.008).describe("KL target of the adaptive schedule"),
  gamma: z.number().min(0).max(1).default(0.99).describe("discount per control step"),
  gaeLambda: z.number().min(0).max(1).default(0.95).describe("GAE lambda"),
  clipRange: z.number().positive().default(0.2).describe("PPO ratio and value clip"),
  entropyCoef: z.number().min(0).default(0).describe("entropy bonus"),
  valueCoef: z.number().min(0).default(1).describe("value loss weight"),
  boundCoef: z.number().min(0).default(1e-3).describe("penalty on action means beyond ±1.1"),
  maxGradNorm: z.number().positive().default(1).describe("global gradient norm clip"),
  numLearningEpochs: z.int().positive().default(4).describe("passes over each rollout"),
  minibatchSize: z.int().positive().default(1024).describe("samples per gradient step"),
  clipValueLoss: z
    .boolean()
    .default(true)
    .describe("clip the value loss as PPO's reference code does"),
  normalizeAdvantage: z.boolean().default(true).describe("zero mean, unit variance per rollout"),
  normalizeReturn: z
    .boolean()
    .default(true)
    .describe("value targets in units of their running deviation"),
  normalizeObservation: z
    .boolean()
    .default(true)
    .describe("running mean and variance, clipped at ±5"),
});

/** A teacher that knows the world while it learns, and a student that tells it from history. */
const adaptationSettingsSchema = z.strictObject({
  latent: z
    .int()
    .positive()
    .default(8)
    .describe("numbers that the teacher's encoder makes of the privileged observation"),
  encoder: hidden.default([64, 32]).describe("hidden layers of the teacher's encoder"),
  adapter: hidden
    .default([64, 32])
    .describe("hidden layers of the student's adapter, which reads the observation's history"),
  lr: z.number().positive().default(1e-3).describe("learning rate of the adapter"),
  // Of a teacher alone a student never sees where its own mistakes lead (Wang et al., "CTS", 2024).
  studentShare: z
    .number()
    .min(0)
    .lt(1)
    .default(0.25)
    .describe("share of the environments in which the student acts while both learn"),
});

export const networkSettingsSchema = z.strictObject({
  actor: hidden.default([64, 64]).describe("hidden layers of the policy"),
  critic: hidden.default([64, 64]).describe("hidden layers of the critic"),
  activation: z.enum(["elu", "tanh", "relu"]).default("elu").describe("activation between layers"),
  shared: z.boolean().default(false).describe("critic shares the policy's hidden layers"),
  initialLogStd: z
    .number()
    .default(0)
    .describe("log standard deviation of the actions at the start"),
  /** Omitted: the policy reads its observation and no more. */
  adaptation: adaptationSettingsSchema.optional(),
});

const finer = z.int().positive().nullable().default(null);

/** What a policy learned from a coarse solver's errors it unlearns on a finer one. */
export const finePhaseSchema = z.strictObject({
  afterSteps: z
    .int()
    .min(0)
    .nullable()
    .default(null)
    .describe("environment steps after which training goes on with finer physics; null: never"),
  substeps: finer.describe("engine steps a control step then; null: the reference profile's"),
  solverIterations: finer.describe("solver iterations then; null: the reference profile's"),
});

const trainingSettings = z.strictObject({
  numEnvs: z.int().positive().default(128).describe("environments stepped together"),
  numStepsPerEnv: z
    .int()
    .positive()
    .default(16)
    .describe("rollout length per iteration, control steps"),
  numShards: z
    .int()
    .positive()
    .default(1)
    .describe("threads that the environments and every update are split over"),
  /** Omitted: the task's. */
  maxEpisodeSteps: z
    .int()
    .positive()
    .optional()
    .describe("control steps of a training's episodes; shorter ones see more beginnings"),
  randomize: z.boolean().default(true).describe("apply the task's randomization ranges"),
  symmetry: z
    .boolean()
    .default(false)
    .describe("policy and value answer left and right alike; the task declares its mirror"),
  finePhase: finePhaseSchema.prefault({}),
  ppo: ppoSettingsSchema.prefault({}),
  network: networkSettingsSchema.prefault({}),
});

/** Why the shards cannot share the work, as a zod issue, or null: each needs environments and samples. */
export function shardProblem({
  numShards,
  numEnvs,
  numStepsPerEnv,
  ppo,
}: z.infer<typeof trainingSettings>): { path: string[]; message: string } | null {
  if (numShards > numEnvs) {
    const message = `${numShards} shards cannot share ${numEnvs} environments: lower numShards or raise numEnvs`;
    return { path: ["numShards"], message };
  }
  const samples = numEnvs * numStepsPerEnv;
  const smallest = Math.floor(samples / Math.max(1, Math.round(samples / ppo.minibatchSize)));
  if (numShards <= smallest) return null;
  const message = `${numShards} shards cannot share minibatches of ${smallest}: raise ppo.minibatchSize or lower numShards`;
  return { path: ["ppo", "minibatchSize"], message };
}

export const trainingSettingsSchema = trainingSettings.superRefine((settings, context) => {
  const problem = shardProblem(settings);
  if (problem) context.addIssue({ code: "custom", ...problem });
});

export type PpoSettings = z.infer<typeof ppoSettingsSchema>;
export type TrainingSettings = z.infer<typeof trainingSettingsSchema>;
/** What a task or flag writes: any part, the rest filled with defaults. */
export type TrainingSettingsInput = z.input<typeof trainingSettingsSchema>;

/** Any part of a schema's settings, with nothing filled in. */
function partial(schema: z.ZodObject): z.ZodObject {
  const members = Object.entries(schema.shape).map(([name, member]) => {
    let bare = member as z.ZodType;
    while (bare instanceof z.ZodDefault || bare instanceof z.ZodPrefault) {
      bare = bare.unwrap() as z.ZodType;
    }
    return [name, (bare instanceof z.ZodObject ? partial(bare) : bare).optional()];
  });
  return z.strictObject(Object.fromEntries(members));
}

/** Settings under a name that replace a task's own where they say something, e.g. those of its original. */
export const trainingPresetSchema = z.strictObject({
  /** Environment steps; omitted: the task's. */
  steps: z.int().positive().optional(),
  training: partial(trainingSettingsSchema) as unknown as z.ZodType<TrainingSettingsInput>,
});
