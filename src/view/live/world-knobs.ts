/**
 * The world parameters a person may turn while a policy runs: those every robot has, and all that
 * the task draws. Each knows its nominal value and what training drew from.
 */
import type { WorldParameter } from "../../stream/rollout-model.js";
import { boundsOf } from "../../task/distribution.js";
import type { LoadedTask } from "../../task/loaded-task.js";
import type { Distribution, TaskDefinition } from "../../task/task.js";
import type { TaskEnvironment } from "../../task/task-environment.js";
import {
  numWorldParameters,
  type WorldParameterName,
  worldParameterIndex,
  worldParameterNames,
} from "../../task/world-parameter-names.js";
import {
  nominalWorldValue,
  worldParameterFacts,
  worldParameterUnit,
} from "../../task/world-parameters.js";
import { baseBodyOf, robotMassKg } from "./robot-base.js";

/** Longest latency on the slider, s, unless the task draws a longer one. */
const longestDelaySeconds = 0.1;
/** Pushes of a task that declares none: every 2 to 4 s, to any side, m/s; off until somebody asks. */
const ownPush = { intervalSeconds: [2, 4], speed: 1 } as const;
const hardestPush = 3;

export interface WorldKnob {
  readonly about: WorldParameter;
  /** Sets one environment; null gives back what the task draws. */
  set(environment: TaskEnvironment, env: number, value: number | null): void;
  /** What holds in an environment now. */
  get(environment: TaskEnvironment, env: number): number;
}

/** The task as live evaluation runs it: pushes can be asked for, and nothing is drawn where training drew nothing. */
export function liveTask(task: LoadedTask, randomize: boolean): LoadedTask {
  const { definition, robot } = task;
  const body = robot.bodies[baseBodyOf(robot)]?.name;
  const pushes = randomize ? definition.events : [];
  const own: TaskDefinition["events"] =
    body === undefined
      ? []
      : [
          {
            kind: "push",
            body,
            intervalSeconds: [...ownPush.intervalSeconds],
            velocity: [ownPush.speed, ownPush.speed, 0],
          },
        ];
  const delay = definition.actionDelaySteps;
  return {
    ...task,
    definition: {
      ...definition,
      randomization: randomize ? definition.randomization : {},
      actionDelaySteps: randomize ? delay : [delay[0], delay[0]],
      events: pushes.length > 0 ? pushes : own,
    },
  };
}

export function maxDelaySteps(definition: TaskDefinition): number {
  const longest = Math.ceil(longestDelaySeconds / definition.controlDtSeconds - 1e-9);
  return Math.max(longest, drawnDelay(definition)[1]);
}

/** Control steps by which training has actions arrive late, least and most. */
function drawnDelay({ actionDelaySteps, randomization }: TaskDefinition): [number, number] {
  const drawn = randomization.actionDelaySteps;
  return drawn ? boundsOf(drawn.distribution) : actionDelaySteps;
}

/** @param randomize whether training drew from the task's ranges */
export function worldKnobs(task: LoadedTask, randomize: boolean): WorldKnob[] {
  const { definition, robot } = task;
  const drawn = randomize ? definition.randomization : {};
  const standard: WorldParameterName[] = ["gravityScale", "friction", "payloadKg", "massFactor"];
  if (robot.actuators.length > 0) standard.push("motorStrength");
  const others = worldParameterNames.filter(
    (name) => !standard.includes(name) && !ownKnobs.has(name) && drawn[name],
  );
  const ranged = (name: WorldParameterName) => rangedKnob(name, task, drawn[name]?.distribution);
  return [
    ...[...standard, ...others].map(ranged),
    delayKnob(definition, randomize),
    ...noiseKnob(definition, drawn.sensorNoise?.distribution),
    drawn.pushSpeed ? ranged("pushSpeed") : pushKnob(definition, randomize),
  ];
}

/** What is more than a number between two others. */
const ownKnobs: ReadonlySet<WorldParameterName> = new Set([
  "actionDelaySteps",
  "sensorNoise",
  "pushSpeed",
]);

function rangedKnob(
  name: WorldParameterName,
  task: LoadedTask,
  distribution: Distribution | undefined,
): WorldKnob {
  const trainedRange = distribution === undefined ? null : boundsOf(distribution);
  const nominal = nominalWorldValue(name, task);
  const [low, high] = sliderRange(
    name,
    robotMassKg(task.robot),
    trainedRange ?? [nominal, nominal],
  );
  return {
    about: {
      name,
      unit: worldParameterFacts[name].kind === "factor" ? "×" : worldParameterUnit(name, task),
      nominal,
      min: Math.min(low, trainedRange?.[0] ?? low),
      max: Math.max(high, trainedRange?.[1] ?? high),
      trainedRange,
    },
    set: ({ overrides }, env, value) => overrides.parameter(env, name, value),
    get: ({ overrides }, env) =>
      overrides.parameters[env * numWorldParameters + worldParameterIndex[name]],
  };
}

function sliderRange(
  name: WorldParameterName,
  massKg: number,
  [low, high]: readonly [number, number],
): [number, number] {
  if (name === "payloadKg") return [-0.2 * massKg, 0.6 * massKg];
  if (name.startsWith("centerOfMass")) return [-0.1, 0.1];
  if (name === "massFactor" || name === "objectMassFactor") return [0.5, 2];
  if (/restitution$/i.test(name)) return [0, 1];
  const { kind, nominal } = worldParameterFacts[name];
  if (kind === "factor" || Number.isNaN(nominal)) return [0, 2];
  // Twice as far as training went.
  const reach = 2 * Math.max(Math.abs(low), Math.abs(high));
  return [kind === "offset" ? -reach : 0, reach];
}

/** Latency, in whole control steps, shown in milliseconds. */
function delayKnob(definition: TaskDefinition, randomize: boolean): WorldKnob {
  const [least, most] = drawnDelay(definition);
  const milliseconds = 1000 * definition.controlDtSeconds;
  const max = maxDelaySteps(definition) * milliseconds;
  return {
    about: {
      name: "actionDelay",
      unit: "ms",
      nominal: least * milliseconds,
      min: 0,
      max,
      trainedRange: randomize && most > least ? [least * milliseconds, most * milliseconds] : null,
    },
    set: ({ overrides }, env, value) =>
      overrides.actionDelay(env, value === null ? null : Math.round(value / milliseconds)),
    get: ({ overrides }, env) => overrides.actionDelays[env] * milliseconds,
  };
}

/** Only where the task says how noisy its sensors are. */
function noiseKnob(
  { observation }: TaskDefinition,
  distribution: Distribution | undefined,
): WorldKnob[] {
  if (observation.every(({ noise }) => noise === 0)) return [];
  return [
    {
      about: {
        name: "sensorNoise",
        unit: "×",
        nominal: 1,
        min: 0,
        max: 4,
        trainedRange: boundsOf(distribution ?? 1),
      },
      set: ({ overrides }, env, value) => {
        overrides.noiseFactors[env] = value ?? 1;
      },
      get: ({ overrides }, env) =>
        overrides.noiseFactors[env] *
        overrides.parameters[env * numWorldParameters + worldParameterIndex.sensorNoise],
    },
  ];
}

/** Speed that a push adds at most to each side. */
function pushKnob({ events }: TaskDefinition, randomize: boolean): WorldKnob {
  const trained = randomize ? Math.max(0, ...events.flatMap(({ velocity }) => velocity)) : 0;
  const declared = trained || ownPush.speed;
  const usual = trained > 0 ? 1 : 0;
  return {
    about: {
      name: "pushSpeed",
      unit: "m/s",
      nominal: trained,
      min: 0,
      max: Math.max(hardestPush, 2 * trained),
      trainedRange: trained > 0 ? [0, trained] : null,
    },
    set: ({ overrides }, env, value) => {
      overrides.pushFactors[env] = value === null ? usual : value / declared;
    },
    get: ({ overrides }, env) => overrides.pushFactors[env] * declared,
  };
}
