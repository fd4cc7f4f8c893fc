/** A walker task assembled in memory, and programs written by hand. */

import type { RobotModel } from "../../src/robot/model.js";
import type { LoadedTask } from "../../src/task/loaded-task.js";
import type { BatchProgram, EnvironmentPrograms } from "../../src/task/program.js";
import { buildSignalTable, contactGeomsOf, findSignal } from "../../src/task/signal-table.js";
import { type TaskInput, taskDefinitionSchema } from "../../src/task/task.js";
import {
  createTaskEnvironment,
  type TaskEnvironmentOptions,
} from "../../src/task/task-environment.js";
import { FakeSimulator, type Physics, walker } from "./fake-simulator.js";

const base: TaskInput = {
  name: "walk",
  controlDtSeconds: 0.1,
  maxEpisodeSteps: 10,
  physics: {
    train: { substeps: 1, solverIterations: 4 },
    reference: { substeps: 4, solverIterations: 4 },
  },
  signals: {
    "hip.angle": { source: { kind: "jointPosition", joint: "hip" }, description: "hip angle" },
  },
  observation: [{ signal: "hip.angle" }],
  actions: [
    { actuator: "hipMotor", scale: 2, offset: 0.5, description: "hip torque" },
    { actuator: "kneeMotor", scale: 3, description: "knee force" },
  ],
  fitness: { aggregate: "sum" },
  steps: 1000,
};

export function fakeTask(changes: Partial<TaskInput> = {}, robot: RobotModel = walker): LoadedTask {
  const definition = taskDefinitionSchema.parse({ ...base, ...changes });
  return {
    definition,
    robot,
    page: { sentence: "", success: "", termination: "" },
    sources: { fitness: "", termination: "" },
    signals: buildSignalTable(definition, robot),
    folder: "",
  };
}

type Column = (at: (signal: string, i?: number) => number) => number;

/** A batch program from one small function per column. */
export function program(task: LoadedTask, columns: Record<string, Column>): BatchProgram {
  const names = Object.keys(columns);
  const offsets = new Map(task.signals.signals.map((signal) => [signal.name, signal.offset]));
  return {
    columns: names,
    run(signals, stride, numEnvs, out) {
      for (let env = 0; env < numEnvs; env++) {
        const at = (name: string, i = 0) =>
          signals[env * stride + (offsets.get(name) ?? Number.NaN) + i];
        for (const [c, name] of names.entries()) out[env * names.length + c] = columns[name](at);
      }
      return -1;
    },
  };
}

/** One per step, a fitness of one per step, no termination. */
export function plainPrograms(
  task: LoadedTask,
  changes: Partial<EnvironmentPrograms> = {},
): EnvironmentPrograms {
  return {
    reward: program(task, { total: () => 1, alive: () => 1 }),
    fitness: program(task, { fitness: () => 1 }),
    termination: program(task, { fell: () => 0 }),
    ...changes,
  };
}

export function fakeEnvironment(
  task: LoadedTask,
  options: Partial<TaskEnvironmentOptions> & { numEnvs?: number; physics?: Physics } = {},
) {
  const { numEnvs = 2, physics, ...rest } = options;
  const simulator = new FakeSimulator(
    walker,
    numEnvs,
    contactGeomsOf(task.definition).length,
    physics,
  );
  const environment = createTaskEnvironment({
    task,
    simulator,
    programs: plainPrograms(task),
    seed: 1,
    stream: "train",
    randomize: true,
    ...rest,
  });
  /** A signal's numbers in one environment. */
  const read = (name: string, env = 0) => {
    const { offset, size } = findSignal(task.signals, name);
    const from = env * task.signals.stride + offset;
    return [...environment.signals.subarray(from, from + size)];
  };
  return { environment, simulator, read };
}

/** Actions `[env][action]`, the same for all. */
export function actions(numEnvs: number, ...values: number[]): Float32Array {
  return Float32Array.from(
    { length: numEnvs * values.length },
    (_, i) => values[i % values.length],
  );
}
