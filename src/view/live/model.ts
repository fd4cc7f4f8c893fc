/** A scene as the page is told it once: robot, names, reward code, knobs. */
import type { Program } from "../../reward/program.js";
import { termLine } from "../../reward/term-line.js";
import type { RolloutModel } from "../../stream/rollout-model.js";
import type { LoadedTask } from "../../task/loaded-task.js";
import { movableJoints } from "../../task/signal-shape.js";
import { findSignal } from "../../task/signal-table.js";
import type { Signal } from "../../task/signals.js";
import { baseBodyOf } from "./robot-base.js";
import type { WorldKnob } from "./world-knobs.js";

export interface ModelParts {
  readonly number: number;
  readonly numEnvs: number;
  readonly task: LoadedTask;
  readonly reward: Program;
  readonly rewardCode: string;
  readonly knobs: readonly WorldKnob[];
}

export function modelOf({
  number,
  numEnvs,
  task,
  reward,
  rewardCode,
  knobs,
}: ModelParts): RolloutModel {
  const { definition, robot, signals } = task;
  return {
    number,
    task: definition.name,
    numEnvs,
    controlDtSeconds: definition.controlDtSeconds,
    maxEpisodeSteps: definition.maxEpisodeSteps,
    robot,
    baseBody: baseBodyOf(robot),
    terrain: definition.terrain ? JSON.parse(JSON.stringify(definition.terrain)) : null,
    terms: reward.columns.slice(1).map((name) => ({ name, line: termLine(name, rewardCode) })),
    rewardCode,
    signals: signals.signals.map((signal) => ({
      name: signal.name,
      offset: signal.offset,
      size: signal.size,
      unit: signal.unit,
      frame: signal.frame || null,
      description: signal.description,
      range: signal.range ? [signal.range[0], signal.range[1]] : null,
    })),
    observationNames: observationNames(task),
    actionNames: definition.actions.map(({ actuator }) => actuator),
    jointNames: movableJoints(robot).map(({ name }) => name),
    parameters: knobs.map(({ about }) => about),
    commands: signals.signals.flatMap(({ name, source, unit }) =>
      source.kind === "command"
        ? source.low.map((low, i) => ({
            name: source.low.length > 1 ? `${name}[${i}]` : name,
            unit,
            range: [low, source.high[i]] as [number, number],
          }))
        : [],
    ),
    fitnessUnit: definition.fitness.unit,
  };
}

function observationNames({ definition, signals }: LoadedTask): string[] {
  const frame = definition.observation.flatMap((term) => namesOf(findSignal(signals, term.signal)));
  const { observationHistory } = definition;
  return Array.from({ length: observationHistory }, (_, h) => {
    const age = observationHistory - 1 - h;
    return frame.map((name) => (age === 0 ? name : `${name} (${age} back)`));
  }).flat();
}

function namesOf({ name, size, scalar }: Signal): string[] {
  return scalar ? [name] : Array.from({ length: size }, (_, i) => `${name}[${i}]`);
}
