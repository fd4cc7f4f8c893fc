/**
 * A randomization as data: which parameters of the world are drawn, from what, and why. A task with
 * one is an ordinary task, so that training it is an ordinary job.
 */
import { z } from "zod";
import type { CompiledTask } from "../reward/compiled-task.js";
import { floatingBase, freeBodies } from "../robot/free-bodies.js";
import type { LoadedTask } from "../task/loaded-task.js";
import { type Randomized, randomizedSchema, type TaskDefinition } from "../task/task.js";
import { hasBumps } from "../task/world-parameters.js";
import { bumpsOf } from "./rough-ground.js";

export const configurationSchema = z.strictObject({
  /** Who made it up: none, human, full-prior, random, offline, cem, or a model's name. */
  designer: z.string().min(1),
  name: z.string().min(1),
  /** By parameter; what is not named stays nominal. */
  ranges: z.record(z.string(), randomizedSchema),
  /** Why, by parameter. */
  reasons: z.record(z.string(), z.string()).default({}),
});
export type RandomizationConfiguration = z.infer<typeof configurationSchema>;

/**
 * The task with this randomization in place of its own: parameters, delays and pushes change, nothing
 * else. What the task can say in its own fields is said there, so that a configuration which says
 * the same as the task gives the very task.
 */
export function withRandomization(
  task: CompiledTask,
  configuration: RandomizationConfiguration,
): CompiledTask {
  const { definition } = task.task;
  const { actionDelaySteps, ...ranges } = configuration.ranges;
  const delay = actionDelaySteps && plainDelay(actionDelaySteps);
  const randomization: TaskDefinition["randomization"] = { ...ranges };
  if (actionDelaySteps && !delay) randomization.actionDelaySteps = actionDelaySteps;
  const events = [
    ...pushesOf(task.task, "pushSpeed", randomization),
    ...pushesOf(task.task, "objectPushSpeed", randomization),
  ];
  const [shortest] = definition.actionDelaySteps;
  const terrain = groundFor(definition, randomization);
  return {
    ...task,
    task: {
      ...task.task,
      definition: {
        ...definition,
        ...(terrain && { terrain }),
        randomization,
        events: definition.events.flatMap((event) => {
          const kept = events.find(({ from }) => from === event);
          return kept ? [kept.event] : [];
        }),
        actionDelaySteps: delay ?? [shortest, shortest],
        training: { ...definition.training, randomize: true },
      },
    },
  };
}

/** Ground whose bumps can be drawn. What is drawn is not climbed to: a curriculum ends. */
function groundFor(
  definition: TaskDefinition,
  { terrainRoughness }: TaskDefinition["randomization"],
): TaskDefinition["terrain"] {
  const { terrain } = definition;
  if (terrainRoughness === undefined) return terrain;
  if (terrain === undefined || !hasBumps(definition)) return bumpsOf(terrainRoughness);
  const { curriculum: _, ...ground } = terrain;
  return ground;
}

type Push = TaskDefinition["events"][number];

/** The task's pushes of its robot, or of its loose objects. */
export function ownPushes(
  { definition, robot }: LoadedTask,
  name: "pushSpeed" | "objectPushSpeed",
): Push[] {
  const base = floatingBase(robot)?.name;
  const objects = freeBodies(robot).flatMap((free) => (free.object ? [free.name] : []));
  return definition.events.filter(({ body }) =>
    name === "objectPushSpeed" ? objects.includes(body) : body === base || !objects.includes(body),
  );
}

/** The greatest velocity change of pushes along one axis, m/s. */
export function greatestSpeed(pushes: readonly Push[]): number {
  return Math.max(0, ...pushes.flatMap(({ velocity }) => velocity));
}

/** Pushes that stay; of a speed that is always the same the events tell, and no draw is needed. */
function pushesOf(
  task: LoadedTask,
  name: "pushSpeed" | "objectPushSpeed",
  randomization: TaskDefinition["randomization"],
): { from: Push; event: Push }[] {
  const drawn = randomization[name];
  if (drawn === undefined) return [];
  const own = ownPushes(task, name);
  const strongest = greatestSpeed(own);
  const { distribution } = drawn;
  if (typeof distribution !== "number" || strongest === 0) {
    return own.map((event) => ({ from: event, event }));
  }
  delete randomization[name];
  const scale = distribution / strongest;
  return own.map((event) => {
    const [x, y, z] = event.velocity;
    return { from: event, event: { ...event, velocity: [scale * x, scale * y, scale * z] } };
  });
}

/** A delay that a task's own field can say: whole steps, each as likely, anew at every reset. */
function plainDelay({ distribution, when, growth }: Randomized): [number, number] | undefined {
  if (when !== "reset" || growth) return undefined;
  if (typeof distribution === "number") return [distribution, distribution];
  return "uniform" in distribution ? distribution.uniform : undefined;
}
