/**
 * From a task's declaration and its robot to the layout of the signal table: every signal's size,
 * unit, frame and column. Declared signals come first, then the standard ones, derived ones last.
 */

import { nameHint } from "../core/nearest-name.js";
import type { RobotModel } from "../robot/model.js";
import type { LoadedTask } from "./loaded-task.js";
import { movableJoints, shapeOf, signalError } from "./signal-shape.js";
import type { Signal, SignalTable } from "./signals.js";
import type { TaskDefinition } from "./task.js";

/** Builds the table; throws E_TASK_SIGNAL where a name or a source is wrong. */
export function buildSignalTable(definition: TaskDefinition, robot: RobotModel): SignalTable {
  const declared = Object.entries(definition.signals).map(([name, signal]) => ({
    name,
    ...signal,
  }));
  const isDerived = (signal: { source: { kind: string } }) => signal.source.kind === "derived";
  const inOrder: DeclaredSignal[] = [
    ...declared.filter((signal) => !isDerived(signal)),
    ...standardSignals(definition, robot),
    ...declared.filter(isDerived),
  ];
  checkNames(inOrder.map((signal) => signal.name));

  let stride = 0;
  const signals = inOrder.map(({ name, source, description, unit, range }): Signal => {
    const shape = shapeOf(name, source, definition, robot);
    const offset = stride;
    stride += shape.size;
    const known = range ?? shape.range;
    return {
      name,
      source,
      size: shape.size,
      scalar: shape.scalar,
      offset,
      unit: unit ?? shape.unit,
      frame: shape.frame,
      description,
      ...(known === undefined ? {} : { range: known }),
    };
  });
  return { signals, stride };
}

interface DeclaredSignal {
  readonly name: string;
  readonly source: Signal["source"];
  readonly description: string;
  readonly unit?: string | undefined;
  readonly range?: readonly [number, number] | undefined;
}

/** The task as it is measured in other worlds: with the signals that only measures.ts sees. */
export function withMeasuredSignals(task: LoadedTask): LoadedTask {
  const { definition, robot } = task;
  const { signals: measured = {} } = definition.transfer ?? {};
  if (Object.keys(measured).length === 0) return task;
  const whole = { ...definition, signals: { ...definition.signals, ...measured } };
  return { ...task, definition: whole, signals: buildSignalTable(whole, robot) };
}

/** Geoms whose contact force some declared signal needs, each once, in order of declaration. */
export function contactGeomsOf(definition: TaskDefinition): string[] {
  const geoms = new Set<string>();
  for (const { source } of Object.values(definition.signals)) {
    if ("geom" in source) geoms.add(source.geom);
  }
  return [...geoms];
}

/** The signal of that name, in a table whose names have been checked. */
export function findSignal(table: SignalTable, name: string): Signal {
  const signal = table.signals.find((candidate) => candidate.name === name);
  if (signal === undefined)
    throw signalError(
      name,
      "does not exist",
      nameHint(
        name,
        table.signals.map((known) => known.name),
      ),
    );
  return signal;
}

function standardSignals(definition: TaskDefinition, robot: RobotModel): DeclaredSignal[] {
  const actions = definition.actions.map((action) => action.actuator).join(", ");
  const list: DeclaredSignal[] = [
    {
      name: "action",
      source: { kind: "action" },
      description: `what the policy commanded in this step, clipped to ±1, for ${actions}`,
    },
    {
      name: "previousAction",
      source: { kind: "previousAction" },
      description: "the action of the step before; zero at the start",
    },
    {
      name: "joint.acceleration",
      source: { kind: "jointAccelerations" },
      description: `change of joint velocity over the last step, for ${movableJoints(robot)
        .map((joint) => joint.name)
        .join(", ")}`,
    },
    {
      name: "episode.time",
      source: { kind: "episodeTime" },
      description: "time since the episode began",
    },
  ];
  const geoms = contactGeomsOf(definition);
  if (geoms.length > 0) {
    const names = geoms.join(", ");
    list.push(
      {
        name: "geoms.contact",
        source: { kind: "contacts", geoms },
        description: `1 while it touches something, for ${names}`,
      },
      {
        name: "geoms.airTime",
        source: { kind: "airTimes", geoms },
        description: `time since the last touch, 0 while touching, for ${names}`,
      },
    );
  }
  return list;
}

/**
 * Dotted names become nested fields, so no name may run through another, and none of their parts
 * may be a key that built-in prototypes have.
 */
function checkNames(names: readonly string[]): void {
  for (const [i, name] of names.entries()) {
    if (names.indexOf(name) < i) {
      throw signalError(
        name,
        "is there twice",
        "every task has action, previousAction, joint.acceleration and episode.time; choose another name",
      );
    }
    for (const part of name.split(".")) {
      const builtIn = [
        Object.prototype,
        Array.prototype,
        Number.prototype,
        Function.prototype,
      ].some((prototype) => Object.hasOwn(prototype, part));
      if (builtIn)
        throw signalError(
          name,
          `contains "${part}", a name JavaScript gives to every value`,
          "choose another name",
        );
    }
    const longer = names.find((other) => other.startsWith(`${name}.`));
    if (longer !== undefined) {
      throw signalError(
        name,
        `cannot be a number and hold "${longer}" at once`,
        `rename one, e.g. "${name}.value"`,
      );
    }
  }
}
