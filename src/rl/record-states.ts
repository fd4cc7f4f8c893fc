import { Rng } from "../core/rng.js";
import type { CompiledTask } from "../reward/compiled-task.js";
import { zeroReward } from "../reward/program.js";
import { createEnvironment } from "./task-environment.js";

export interface RecordStatesOptions {
  readonly rows?: number;
  readonly seed?: number;
}

/** Environments per way of acting. */
const envsPerKind = 8;

/**
 * Rows of the signal table `[row][stride]` as untrained robots visit them: a third each under random
 * actions, zero actions and actions that hold the default pose. Rewards are tried on these first.
 */
export async function recordStates(
  task: CompiledTask,
  { rows = 2000, seed = 0 }: RecordStatesOptions = {},
): Promise<Float32Array> {
  const numEnvs = 3 * envsPerKind;
  const environment = await createEnvironment({
    task,
    reward: zeroReward,
    numEnvs,
    profile: "train",
    seed,
    stream: "train",
    randomize: true,
  });
  try {
    const { actionDim, signals } = environment;
    const { stride } = environment.signalTable;
    const rng = Rng.stream(seed, "record", "actions");
    const pose = defaultPoseActions(task);
    const actions = new Float32Array(numEnvs * actionDim);
    for (let env = envsPerKind; env < 2 * envsPerKind; env++) actions.set(pose, env * actionDim);
    const states = new Float32Array(rows * stride);
    environment.reset(true);
    for (let row = 0; row < rows; row += numEnvs) {
      for (let i = 0; i < envsPerKind * actionDim; i++) actions[i] = rng.uniform(-1, 1);
      environment.step(actions);
      const count = Math.min(numEnvs, rows - row);
      states.set(signals.subarray(0, count * stride), row * stride);
    }
    return states;
  } finally {
    environment.dispose();
  }
}

/** Actions whose controls hold the reset keyframe's pose, or the zero pose; no effort for motors. */
function defaultPoseActions({ task }: CompiledTask): number[] {
  const { robot, definition } = task;
  const keyframe = robot.keyframes.find(({ name }) => name === definition.reset.keyframe);
  return definition.actions.map(({ actuator, mode, scale, offset }) => {
    if (mode === "increment") return 0;
    const index = robot.actuators.findIndex(({ name }) => name === actuator);
    const control = keyframe?.ctrl[index] ?? 0;
    return scale === 0 ? 0 : Math.max(-1, Math.min(1, (control - offset) / scale));
  });
}
