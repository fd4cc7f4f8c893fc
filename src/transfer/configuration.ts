/**
 * A randomization as data: which parameters of the world are drawn, from what, and why. A task with
 * one is an ordinary task, so that training it is an ordinary job.
 */
import { z } from "zod";
import { RewardsmithError } from "../core/errors.js";
import type { CompiledTask } from "../reward/compiled-task.js";
import { floatingBase } from "../robot/free-bodies.js";
import type { LoadedTask } from "../task/loaded-task.js";
import { type Distribution, distributionSchema, type TaskDefinition } from "../task/task.js";
import { isDisturbance, type WorldParameterName } from "../task/world-parameters.js";

const randomizedSchema = z.strictObject({
  distribution: distributionSchema,
  /** Drawn at every reset, or once per environment. */
  when: z.enum(["startup", "reset"]).default("reset"),
});

export const configurationSchema = z.strictObject({
  /** Who made it up: none, human, full-prior, random, cem, or a model's name. */
  designer: z.string().min(1),
  name: z.string().min(1),
  /** By parameter; what is not named stays nominal. */
  ranges: z.record(z.string(), randomizedSchema),
  /** Why, by parameter. */
  reasons: z.record(z.string(), z.string()).default({}),
});
export type RandomizationConfiguration = z.infer<typeof configurationSchema>;

/** Seconds from one push to the next where the task itself pushes nobody. */
const pushIntervalSeconds: [number, number] = [3, 7];

/** Bounds of what a distribution draws; of a normal one three standard deviations to either side. */
export function support(distribution: Distribution): readonly [number, number] {
  if (typeof distribution === "number") return [distribution, distribution];
  if ("uniform" in distribution) return distribution.uniform;
  if ("logUniform" in distribution) return distribution.logUniform;
  const [mean, deviation] = distribution.normal;
  return [mean - 3 * deviation, mean + 3 * deviation];
}

/**
 * The task with this randomization in place of its own. Parameters, delays and pushes change, nothing
 * else: of the pushes the greatest speed is taken, along both horizontal axes.
 */
export function withRandomization(
  task: CompiledTask,
  configuration: RandomizationConfiguration,
): CompiledTask {
  const { definition } = task.task;
  const randomization: TaskDefinition["randomization"] = {};
  for (const [name, drawn] of Object.entries(configuration.ranges)) {
    if (!isDisturbance(name as WorldParameterName)) {
      randomization[name as keyof typeof randomization] = drawn;
    }
  }
  const { pushSpeed, actionDelaySteps } = configuration.ranges;
  const [shortest] = definition.actionDelaySteps;
  return {
    ...task,
    task: {
      ...task.task,
      definition: {
        ...definition,
        randomization,
        events: pushSpeed ? pushes(task.task, support(pushSpeed.distribution)[1]) : [],
        actionDelaySteps: actionDelaySteps
          ? wholeRange(support(actionDelaySteps.distribution))
          : [shortest, shortest],
        training: { ...definition.training, randomize: true },
      },
    },
  };
}

/** The task's own pushes made as strong as asked, or pushes of the base where it has none. */
function pushes({ definition, robot }: LoadedTask, speed: number): TaskDefinition["events"] {
  const own = definition.events;
  const strongest = pushSpeedOf(definition);
  if (strongest > 0) {
    const scale = speed / strongest;
    return own.map((event) => ({
      ...event,
      velocity: event.velocity.map((axis) => axis * scale) as [number, number, number],
    }));
  }
  const body = floatingBase(robot)?.name;
  if (body === undefined) {
    throw new RewardsmithError("E_CONFIGURATION_ROBOT", "the robot has no base to be pushed", {
      hint: "leave pushSpeed out",
    });
  }
  return [
    { kind: "push", body, intervalSeconds: pushIntervalSeconds, velocity: [speed, speed, 0] },
  ];
}

/** The greatest velocity change of a task's pushes along one axis, m/s. */
export function pushSpeedOf({ events }: TaskDefinition): number {
  return Math.max(0, ...events.flatMap(({ velocity }) => velocity));
}

function wholeRange([low, high]: readonly [number, number]): [number, number] {
  return [Math.round(low), Math.round(high)];
}
