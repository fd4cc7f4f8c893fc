/**
 * A task is data: robot, signals, what the policy sees and commands, when an episode ends, how
 * success is measured, what may be randomized. `defineTask` is what `task.ts` exports by default.
 */
import { z } from "zod";
import { engineNames } from "../sim/simulator.js";
import { terrainSchema } from "../sim/terrain/declaration.js";
import { watchMeasures } from "../sim/watch-statistics.js";
import { trainingPresetSchema, trainingSettingsSchema } from "./settings.js";
import { worldParameterNames } from "./world-parameter-names.js";

const joints = z.array(z.string()).min(1);

/** Two numbers in order. */
const range = z
  .tuple([z.number(), z.number()])
  .refine(([low, high]) => low <= high, "the lower end comes first");

/**
 * Where a signal comes from. World frame unless the kind says otherwise. Angles of unlimited hinges
 * read in (−π, π]. A signal over one joint named in the singular is a scalar; lists are tuples.
 */
export const signalSourceSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("jointPosition"), joint: z.string() }),
  z.strictObject({ kind: z.literal("jointVelocity"), joint: z.string() }),
  z.strictObject({ kind: z.literal("jointEffort"), joint: z.string() }),
  z.strictObject({ kind: z.literal("jointPositions"), joints: joints.optional() }),
  z.strictObject({ kind: z.literal("jointVelocities"), joints: joints.optional() }),
  z.strictObject({ kind: z.literal("jointEfforts"), joints: joints.optional() }),
  z.strictObject({ kind: z.literal("bodyPosition"), body: z.string() }),
  z.strictObject({ kind: z.literal("bodyOrientation"), body: z.string() }),
  z.strictObject({
    kind: z.literal("bodyLinVel"),
    body: z.string(),
    frame: z.enum(["world", "body"]).default("world"),
  }),
  z.strictObject({
    kind: z.literal("bodyAngVel"),
    body: z.string(),
    frame: z.enum(["world", "body"]).default("world"),
  }),
  /** Mean world velocity of the body's origin over the last control step: what it covered, by its duration. */
  z.strictObject({ kind: z.literal("bodyTravel"), body: z.string() }),
  /** Unit gravity direction in the body's frame: (0, 0, −1) when upright. */
  z.strictObject({ kind: z.literal("projectedGravity"), body: z.string() }),
  /** Of the body's origin above the ground below it. */
  z.strictObject({ kind: z.literal("heightAboveGround"), body: z.string() }),
  /**
   * Heights of the ground on a grid around the body, less its own: at every place `ahead` of it, one
   * for each place to its `left`, m, as the body heads (its x axis, made level).
   */
  z.strictObject({
    kind: z.literal("heightScan"),
    body: z.string(),
    ahead: z.array(z.number()).min(1),
    left: z.array(z.number()).min(1),
  }),
  z.strictObject({ kind: z.literal("contactForce"), geom: z.string() }),
  /** 1 while the geom's contact force exceeds 1 N. */
  z.strictObject({ kind: z.literal("contact"), geom: z.string() }),
  /** Seconds since the geom last touched / since it last did not touch; 0 in the other phase. */
  z.strictObject({ kind: z.literal("airTime"), geom: z.string() }),
  z.strictObject({ kind: z.literal("contactTime"), geom: z.string() }),
  /**
   * A value drawn per environment and held; redrawn every `intervalSeconds`, and whenever the signal
   * `renewWhen` is above 0 at the end of a step, where these are given.
   */
  z.strictObject({
    kind: z.literal("command"),
    low: z.array(z.number()).min(1),
    high: z.array(z.number()).min(1),
    intervalSeconds: z.number().positive().optional(),
    renewWhen: z.string().optional(),
    /**
     * Training begins with the bounds given here. Each environment widens its own by `increment` of
     * the way to `low` and `high` whenever the mean fitness of the steps under one command reaches
     * `success`. A share `revisit` of the commands comes from all that an environment has passed,
     * which a range that moves on would let it unlearn. Tests draw from the full range.
     */
    curriculum: z
      .strictObject({
        low: z.array(z.number()).min(1),
        high: z.array(z.number()).min(1),
        success: z.number(),
        increment: z.number().gt(0).max(1).default(0.2),
        revisit: z.number().min(0).max(1).optional(),
      })
      .optional(),
  }),
  /** How fast actions change, root mean square over them, 1/s; and how fast that changes, 1/s². */
  z.strictObject({ kind: z.literal("actionRate") }),
  z.strictObject({ kind: z.literal("actionJerk") }),
  /** Mean over limited joints of 0 farther from both ends than `margin` of the range to 1 at one. */
  z.strictObject({
    kind: z.literal("jointLimitCloseness"),
    joints: joints.optional(),
    margin: z.number().gt(0).max(0.5).default(0.1),
  }),
  /** Mean over joints of the squared effort; sum of the mechanical power without its sign, W. */
  z.strictObject({ kind: z.literal("torqueSquared"), joints: joints.optional() }),
  z.strictObject({ kind: z.literal("power"), joints: joints.optional() }),
  /** Level speed of a round geom's lowest point, of another's middle, while it touches; else 0. */
  z.strictObject({ kind: z.literal("slipSpeed"), geom: z.string() }),
  /** A randomized parameter of the environment, for privileged observations. */
  z.strictObject({ kind: z.literal("parameter"), name: z.enum(worldParameterNames) }),
  /** Computed by derived.ts under the signal's own name. `size` 0 is a scalar. */
  z.strictObject({ kind: z.literal("derived"), size: z.int().min(0).default(0) }),
]);
export type SignalSource = z.infer<typeof signalSourceSchema>;

const signalSchema = z.strictObject({
  source: signalSourceSchema,
  /** Shown to designers and people. Filled in from the source where it follows from it. */
  unit: z.string().optional(),
  description: z.string(),
  /** Usual range, for people, plots and the offline designer's scales. */
  range: range.optional(),
});

/** Dotted, each part as a field is named. */
const signalName = z.string().regex(/^[a-z][A-Za-z0-9]*(\.[a-z][A-Za-z0-9]*)*$/);

const observationTermSchema = z.strictObject({
  signal: z.string(),
  scale: z.number().default(1),
  /** Half-width of uniform sensor noise, in the signal's unit. */
  noise: z.number().min(0).default(0),
});

/** A distribution a number is drawn from. */
export const distributionSchema = z.union([
  z.number(),
  z.strictObject({ uniform: range }),
  z.strictObject({ logUniform: z.tuple([z.number().positive(), z.number().positive()]) }),
  z.strictObject({ normal: z.tuple([z.number(), z.number().min(0)]) }),
]);
export type Distribution = z.infer<typeof distributionSchema>;

/** How a range grows while a policy trains; select and test draw from all of it. */
const growthSchema = z.discriminatedUnion("kind", [
  /** From the nominal value to all of the range, evenly over the first environment steps. */
  z.strictObject({ kind: z.literal("scheduled"), overSteps: z.int().positive() }),
  /**
   * Automatic domain randomization (OpenAI 2019): a share of the episodes has one parameter at an
   * end of its range so far. When `episodes` of them have ended, that end moves by `increment` of
   * the way between nominal value and declared end: outward where their mean fitness is at least
   * `success`, else back.
   */
  z.strictObject({
    kind: z.literal("adaptive"),
    success: z.number(),
    edgeShare: z.number().gt(0).max(1).default(0.25),
    episodes: z.int().positive().default(8),
    increment: z.number().gt(0).max(1).default(0.1),
  }),
]);

/** What a parameter of an environment's world is drawn from, when, and how that grows. */
export const randomizedSchema = z.strictObject({
  distribution: distributionSchema,
  /** Drawn at every reset, once per environment, or at a reset and then again and again. */
  when: z
    .union([
      z.enum(["startup", "reset"]),
      z.strictObject({ intervalSeconds: z.tuple([z.number().positive(), z.number().positive()]) }),
    ])
    .default("reset"),
  growth: growthSchema.optional(),
});
export type Randomized = z.infer<typeof randomizedSchema>;

const distributions3 = z.tuple([distributionSchema, distributionSchema, distributionSchema]);

/** What is drawn for a body with a free joint at a reset. */
const freeBodyResetSchema = z
  .strictObject({
    /** Added to its position in the keyframe (or the robot file), m, and a turn about the vertical, rad. */
    position: distributions3.optional(),
    yaw: distributionSchema.optional(),
    /** Any orientation, each as likely as any other, in place of the keyframe's. */
    orientation: z.literal("uniform").optional(),
    /** World velocity of its origin, m/s, and angular velocity, rad/s. */
    linearVelocity: distributions3.optional(),
    angularVelocity: distributions3.optional(),
  })
  .refine(
    ({ yaw, orientation }) => yaw === undefined || orientation === undefined,
    "give a yaw or an orientation",
  );
export type FreeBodyReset = z.infer<typeof freeBodyResetSchema>;

const physicsProfileSchema = z.strictObject({
  substeps: z.int().positive(),
  /** Engine steps per control step in MuJoCo; by default `substeps`, or as many as make contacts work. */
  mujocoSubsteps: z.int().positive().optional(),
  solverIterations: z.int().positive(),
  pgsIterations: z.int().positive().default(4),
  softCcdMeters: z.number().min(0).default(0),
});

const mirrorSchema = z.strictObject({
  /** Joint and its image, "-" before one whose sign changes; the pair once. Others are their own. */
  joints: z.record(z.string(), z.string()).default({}),
  /** The same by actuator; omitted: actuators are named as their joints. */
  actions: z.record(z.string(), z.string()).optional(),
  /**
   * Observed signals for which it does not follow from their kind: of every number of the image its
   * place in the signal, from 1, negative where the sign changes; another signal that changes places
   * with it; or a list over joints that goes as another does.
   */
  signals: z
    .record(
      z.string(),
      z.union([
        z.array(z.int()).min(1),
        z.strictObject({ image: z.string() }),
        z.strictObject({ as: z.string() }),
      ]),
    )
    .default({}),
});

/** When an episode in another world counts as a success. */
const successRuleSchema = z.strictObject({
  /** By measure: the least and the greatest value that will do. */
  measures: z.record(z.string(), range).default({}),
  /** Early ends that do not count against it; by default an episode has to last. */
  endings: z.array(z.string()).default([]),
});
export type SuccessRule = z.infer<typeof successRuleSchema>;

const measureSchema = z.strictObject({
  /** Of the values of an episode's steps; the integral is over time, in unit times seconds. */
  aggregate: z.enum(["mean", "integral", "min", "max", "last"]).default("mean"),
  unit: z.string().default(""),
  description: z.string(),
});

/** What measures.ts computes in worlds other than the one trained in, and how it is judged. */
const transferSchema = z.strictObject({
  /** Signals that measures.ts alone sees: training, rewards and policies do without them. */
  signals: z.record(signalName, signalSchema).default({}),
  /** By name as measures.ts returns them. */
  measures: z.record(z.string().regex(/^[a-z][A-Za-z0-9]*$/), measureSchema),
  /** Passed in an exam; and still under control, for mapping what a policy tolerates. */
  success: successRuleSchema,
  loose: successRuleSchema,
  /** Measure by which policies are ranked: more is better. */
  headline: z.string(),
  /** Measure that decides between equals: less is better. */
  smoothness: z.string().optional(),
  exam: z.strictObject({
    seconds: z.number().positive(),
    /** Share of nominal episodes in the other engine that have to succeed. */
    pass: z.number().gt(0).max(1).optional(),
  }),
  /** What a reward for a real robot has to heed, as a designer is told. */
  safety: z.string().optional(),
  /** How the real world is known to differ, as a designer of randomizations is told. */
  caveats: z.array(z.string()).optional(),
  /** What people randomized for the real robot, to compare with; omitted: the task's own randomization. */
  humanRandomization: z.partialRecord(z.enum(worldParameterNames), randomizedSchema).optional(),
});
export type TransferDefinition = z.infer<typeof transferSchema>;

export const taskDefinitionSchema = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]*$/, "lower case letters, digits and dashes"),
  /** Another task's folder, relative to this one, whose files stand in for those missing here. */
  extends: z.string().optional(),
  /** MJCF or URDF file, relative to the task folder. */
  robot: z.string().default("robot.xml"),
  /** One control step, s. */
  controlDtSeconds: z.number().positive(),
  /** Episode time limit in control steps. */
  maxEpisodeSteps: z.int().positive(),
  /** The engine it is trained and measured in unless `--engine` says otherwise. */
  engine: z.enum(engineNames).default("rapier"),
  /** `train` is fast; what is reported is measured on `reference`. */
  physics: z.strictObject({
    train: physicsProfileSchema,
    reference: physicsProfileSchema,
    /** Limits of the engine watch in place of the robot's own, by measure: W, m, rad, rad/s, m/s. */
    watch: z.partialRecord(z.enum(watchMeasures), z.number().positive()).default({}),
  }),
  /** Uneven ground in place of the robot file's plane. */
  terrain: terrainSchema.optional(),
  /** Dotted names become nested fields: "cart.position" is s.cart.position. */
  signals: z.record(signalName, signalSchema),
  observation: z.array(observationTermSchema).min(1),
  /** Frames of observation stacked, newest last. */
  observationHistory: z.int().positive().default(1),
  /** All that the critic sees, without noise or history; omitted: the observation. */
  privilegedObservation: z.array(observationTermSchema).optional(),
  /**
   * One per action, by actuator name. Direct: control = offset + scale × clip(action, ±1).
   * Increment: the control starts at offset and grows by scale × clip(action, ±1) a second, within
   * the actuator's control range (a position actuator's joint range where it has none).
   */
  actions: z
    .array(
      z.strictObject({
        actuator: z.string(),
        mode: z.enum(["direct", "increment"]).default("direct"),
        scale: z.number(),
        offset: z.number().default(0),
        description: z.string(),
      }),
    )
    .min(1),
  reset: z
    .strictObject({
      keyframe: z.string().optional(),
      /** Added to the keyframe (or zero pose), by joint name. */
      jointPosition: z.record(z.string(), distributionSchema).default({}),
      jointVelocity: z.record(z.string(), distributionSchema).default({}),
      /** Added to the base's position, m, and its yaw, rad. */
      basePosition: z
        .tuple([distributionSchema, distributionSchema, distributionSchema])
        .optional(),
      baseYaw: distributionSchema.optional(),
      /** By name of a body with a free joint: the base, or a loose object. */
      bodies: z.record(z.string(), freeBodyResetSchema).default({}),
    })
    .prefault({}),
  /**
   * Score of an episode from fitness.ts's value per step: their sum, their mean, or the greatest.
   * Steps an early end cut off count as `missing` (for the greatest they count for nothing).
   */
  fitness: z.strictObject({
    aggregate: z.enum(["sum", "mean", "max"]),
    over: z.enum(["episode", "lastHalf"]).default("episode"),
    missing: z.number().default(0),
    unit: z.string().default(""),
  }),
  /** What differs between environments, by name; see world-parameters.ts. */
  randomization: z.partialRecord(z.enum(worldParameterNames), randomizedSchema).default({}),
  /** Control steps by which actions arrive late, drawn per episode (inclusive bounds). */
  actionDelaySteps: z.tuple([z.int().min(0), z.int().min(0)]).default([0, 0]),
  events: z
    .array(
      z.strictObject({
        kind: z.literal("push"),
        body: z.string(),
        intervalSeconds: z.tuple([z.number().positive(), z.number().positive()]),
        /** Half-width of the uniform world-frame velocity change, m/s. */
        velocity: z.tuple([z.number().min(0), z.number().min(0), z.number().min(0)]),
      }),
    )
    .default([]),
  /** Environment steps of a full training; candidates of a search get `searchSteps`. */
  steps: z.int().positive(),
  searchSteps: z.int().positive().optional(),
  /** What `design --quick` does differently here: rounds, candidates, steps of each and of the best. */
  quickSearch: z
    .strictObject({
      iterations: z.int().positive(),
      candidates: z.int().positive(),
      searchSteps: z.int().positive(),
      finalSteps: z.int().positive(),
    })
    .partial()
    .optional(),
  training: trainingSettingsSchema.prefault({}),
  /** Left and right of the robot, for `symmetry` (the plane y = 0 of its base). */
  mirror: mirrorSchema.optional(),
  /** How a policy is judged in other worlds; with measures.ts it opts the task in to `transfer`. */
  transfer: transferSchema.optional(),
  /** Other settings by name, for `train --preset`. */
  presets: z.record(z.string(), trainingPresetSchema).default({}),
});

export type TaskDefinition = z.infer<typeof taskDefinitionSchema>;
/** What task.ts writes; defaults are filled in on loading. */
export type TaskInput = z.input<typeof taskDefinitionSchema>;

/** Declares a task. Gives editors the types; the folder's loader checks the value. */
export function defineTask(task: TaskInput): TaskInput {
  return task;
}

/** Words from task.md, for designers and people. */
export interface TaskPage {
  /** The sentence for the model. */
  readonly sentence: string;
  /** The success measure in words. */
  readonly success: string;
  /** When an episode ends, in words. */
  readonly termination: string;
  /** Where the task differs from its original; for people only. */
  readonly deviations?: string;
}

/** Source text of the programs beside task.ts. Only fitness.ts and termination.ts are required. */
export interface TaskSources {
  readonly fitness: string;
  readonly termination: string;
  readonly derived?: string;
  /** reward.ts: a person's reward, the baseline. */
  readonly human?: string;
  readonly sparse?: string;
  /** Measured in other worlds, where the task declares `transfer`. */
  readonly measures?: string;
}
