/**
 * `deploy.yaml`: everything a runtime needs beside the network, for programs and for people, who may
 * edit its limits. Lists over joints are in the order of `joint_names`; SI units throughout.
 */
import { Document, isScalar, isSeq, parseDocument, visit } from "yaml";
import { z } from "zod";
import { RewardsmithError } from "../core/errors.js";
import type { CompiledTask } from "../reward/compiled-task.js";
import type { RobotModel } from "../robot/model.js";
import { heldRange } from "../task/actions.js";
import { movableJoints } from "../task/signal-shape.js";
import { findSignal } from "../task/signal-table.js";
import { measurementsOf } from "./measurements.js";
import type { Excursions } from "./recording.js";

const range = z.tuple([z.number(), z.number()]);
const names = z.array(z.string());

const safetySchema = z.strictObject({
  /** Measured joint positions stay within these, rad or m. */
  joint_position: z.array(range.nullable()),
  /** rad/s or m/s */
  joint_velocity: z.array(z.number().positive().nullable()),
  /** N m or N */
  joint_effort: z.array(z.number().positive().nullable()),
  /** Greatest angle between the base's z axis and the vertical, rad; null: any. */
  tilt: z.number().positive().nullable(),
  /** A measurement older than this is none, s. */
  stale_after: z.number().positive(),
  /** Of every joint when the robot is stopped, N m s/rad or N s/m. */
  stop_damping: z.array(z.number().min(0)),
});

export const deploymentSchema = z.strictObject({
  format: z.literal(1),
  robot: z.string(),
  task: z.string(),
  /** One control step, s. */
  step_dt: z.number().positive(),
  joint_names: names.min(1),
  /** Place of each joint in the robot file, for runtimes that count instead of naming. */
  joint_ids_map: z.array(z.int().min(0)),
  default_joint_pos: z.array(z.number()),
  stiffness: z.array(z.number()),
  damping: z.array(z.number()),
  /** Control = offset + scale × action; incremental: the control grows by scale × action × step_dt. */
  actions: z
    .array(
      z.strictObject({
        name: z.string(),
        joint: z.string().nullable(),
        control: z.enum(["position", "velocity", "effort"]),
        mode: z.enum(["direct", "increment"]),
        scale: z.number(),
        offset: z.number(),
        clip: range,
        /** Controls are kept within these; null: any. */
        limits: range.nullable(),
        description: z.string(),
      }),
    )
    .min(1),
  action_delay_steps: z.strictObject({
    /** Drawn in training, inclusive. */
    trained: z.tuple([z.int(), z.int()]),
    /** Added by the runtime, beside what the robot has itself. */
    run: z.int().min(0),
  }),
  /** What a person asks for, by signal: range in training, and what holds until told otherwise. */
  commands: z.record(
    z.string(),
    z.strictObject({
      low: z.array(z.number()),
      high: z.array(z.number()),
      default: z.array(z.number()),
      description: z.string(),
    }),
  ),
  /** One frame of the network's input, term after term; each number = scale × signal. */
  observations: z
    .array(
      z.strictObject({
        signal: z.string(),
        size: z.int().positive(),
        scale: z.number(),
        unit: z.string(),
        frame: z.string(),
        /** Half-width of the uniform noise in training, in the signal's unit. */
        noise: z.number(),
        source: z.string(),
        description: z.string(),
      }),
    )
    .min(1),
  /** Frames the network sees; the older ones are its input `history`, at first all the first frame. */
  observation_history: z.int().positive(),
  /** What the robot has to measure. */
  measurements: z.strictObject({
    joints: names,
    effort: z.boolean(),
    bodies: names,
    contacts: names,
    given: names,
  }),
  safety: safetySchema,
});
export type Deployment = z.infer<typeof deploymentSchema>;

/** No measurement for this many control steps is silence. */
const staleSteps = 5;

/** @param seen how far the robot went in the recording that the golden pairs are from */
export function describeDeployment(task: CompiledTask, seen: Excursions): Deployment {
  const { definition, robot, signals: table } = task.task;
  const joints = movableJoints(robot);
  const actuatorOf = (joint: string) =>
    robot.actuators.find(
      ({ transmission: t }) => t.kind === "joint" && robot.joints[t.joint].name === joint,
    );
  const actions = definition.actions.map((action) => actionOf(robot, action));
  const keyframe = robot.keyframes.find(({ name }) => name === definition.reset.keyframe);
  return {
    format: 1,
    robot: robot.name,
    task: definition.name,
    step_dt: definition.controlDtSeconds,
    joint_names: joints.map(({ name }) => name),
    joint_ids_map: joints.map((_, i) => i),
    default_joint_pos: joints.map(({ name }) => {
      const action = actions.find(({ joint, control }) => joint === name && control === "position");
      const gear = actuatorOf(name)?.gear ?? 1;
      return action ? action.offset / gear : keyframePosition(robot, keyframe?.qpos, name);
    }),
    stiffness: joints.map(({ name }) => gainsOf(actuatorOf(name)).kp),
    damping: joints.map(({ name }) => gainsOf(actuatorOf(name)).kv),
    actions,
    action_delay_steps: {
      trained: definition.actionDelaySteps,
      run: definition.actionDelaySteps[0],
    },
    commands: Object.fromEntries(
      table.signals.flatMap(({ name, source, description }) =>
        source.kind === "command"
          ? [[name, { low: source.low, high: source.high, default: source.low, description }]]
          : [],
      ),
    ),
    observations: definition.observation.map(({ signal, scale, noise }) => {
      const { size, unit, frame, source, description } = findSignal(table, signal);
      return { signal, size, scale, unit, frame, noise, source: sourceText(source), description };
    }),
    observation_history: definition.observationHistory,
    measurements: deploymentSchema.shape.measurements.parse(measurementsOf(task)),
    safety: {
      joint_position: joints.map(({ range }, i) =>
        range === null
          ? null
          : ([range[0] - seen.margin[i], range[1] + seen.margin[i]] as [number, number]),
      ),
      joint_velocity: [...seen.speed],
      joint_effort: joints.map(({ name }) => effortLimit(actuatorOf(name))),
      tilt: seen.tilt,
      stale_after: staleSteps * definition.controlDtSeconds,
      stop_damping: joints.map(({ name }, i) => stopDamping(actuatorOf(name), seen.speed[i])),
    },
  };
}

/** The text of the file. */
export function printDeployment(deployment: Deployment): string {
  const head = [
    "# How to run policy.onnx on a robot. SI units; lists over joints in the order of joint_names.",
    "# The limits under safety are guesses from simulation: check them against your robot first.",
  ];
  const document = new Document(deployment, { aliasDuplicateObjects: false });
  visit(document, {
    Seq(_, list) {
      list.flow = list.items.every(isScalarOrPair);
    },
  });
  return `${head.join("\n")}\n${document.toString({ lineWidth: 100, flowCollectionPadding: false })}`;
}

/** What is short enough for one line: a number, a name, a range. */
function isScalarOrPair(item: unknown): boolean {
  return isScalar(item) || (isSeq(item) && item.items.every(isScalar));
}

/** @throws E_DEPLOY_FILE where the text is no such file */
export function parseDeployment(text: string, file: string): Deployment {
  const document = parseDocument(text, { prettyErrors: true });
  if (document.errors.length > 0) throw brokenFile(file, document.errors[0].message);
  return checked(document.toJS(), deploymentSchema, file);
}

/** Data of a file as its schema has it. */
export function checked<S extends z.ZodType>(data: unknown, schema: S, file: string): z.output<S> {
  const format = (data as { format?: unknown } | null)?.format;
  if (typeof format === "number" && format !== 1) {
    throw new RewardsmithError("E_DEPLOY_VERSION", `format ${format}; this version reads 1`, {
      where: file,
      hint: "export the policy again with this version of rewardsmith",
    });
  }
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  throw brokenFile(file, z.prettifyError(parsed.error), parsed.error);
}

export function brokenFile(file: string, what: string, cause?: unknown): RewardsmithError {
  return new RewardsmithError("E_DEPLOY_FILE", what, {
    where: file,
    hint: "undo what was edited, or export the policy again",
    cause,
  });
}

type Actuator = RobotModel["actuators"][number];

const gainsOf = (actuator: Actuator | undefined) => ({
  kp: actuator?.kind === "position" ? actuator.kp : 0,
  kv: actuator && actuator.kind !== "motor" ? actuator.kv : 0,
});

function actionOf(
  robot: RobotModel,
  {
    actuator: name,
    mode,
    scale,
    offset,
    description,
  }: CompiledTask["task"]["definition"]["actions"][number],
): Deployment["actions"][number] {
  const index = robot.actuators.findIndex((candidate) => candidate.name === name);
  const { kind, transmission } = robot.actuators[index];
  const limits = heldRange(robot, index);
  return {
    name,
    joint: transmission.kind === "joint" ? robot.joints[transmission.joint].name : null,
    control: kind === "motor" ? "effort" : kind,
    mode,
    scale,
    offset,
    clip: [-1, 1],
    limits: limits && [limits[0], limits[1]],
    description,
  };
}

/** Measured efforts may be a little above what the actuator is allowed: sensors are not exact. */
const effortMargin = 1.2;

function effortLimit(actuator: Actuator | undefined): number | null {
  if (!actuator) return null;
  const { effortRange, controlRange, kind, gear } = actuator;
  const ofControl = kind === "motor" && controlRange ? controlRange.map((c) => c * gear) : null;
  const bounds = effortRange ?? ofControl;
  if (!bounds) return null;
  return Number((effortMargin * Math.max(...bounds.map(Math.abs))).toPrecision(4));
}

/** The actuator's own damping, or as much as takes its full effort at the greatest speed. */
function stopDamping(actuator: Actuator | undefined, speed: number | null): number {
  const own = gainsOf(actuator).kv;
  if (own > 0 || !actuator) return own;
  const effort = effortLimit(actuator);
  return effort === null || speed === null ? 1 : effort / speed;
}

/** Of a joint in a keyframe, which also holds free and ball joints. */
function keyframePosition(
  robot: RobotModel,
  qpos: readonly number[] | undefined,
  name: string,
): number {
  let at = 0;
  for (const joint of robot.joints) {
    if (joint.name === name) return qpos?.[at] ?? joint.reference ?? 0;
    at += joint.kind === "free" ? 7 : joint.kind === "ball" ? 4 : 1;
  }
  return 0;
}

/** "bodyLinVel of trunk, body frame" */
function sourceText({ kind, ...rest }: { readonly kind: string }): string {
  const parts = Object.entries(rest).flatMap(([key, value]) =>
    Array.isArray(value) && value.every((one) => typeof one === "string")
      ? [`${key} ${value.join(" ")}`]
      : typeof value === "string"
        ? [`${key} ${value}`]
        : [],
  );
  return [kind, ...parts].join(", ");
}
