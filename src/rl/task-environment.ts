import { instantiate } from "../reward/batch.js";
import type { CompiledTask } from "../reward/compiled-task.js";
import type { Program } from "../reward/program.js";
import { createRapierSimulator } from "../sim/rapier/simulator.js";
import type { EpisodeSummary } from "../task/environment.js";
import { simulatorOptions } from "../task/simulator-options.js";
import { createTaskEnvironment, type TaskEnvironment } from "../task/task-environment.js";

export interface CreateEnvironmentOptions {
  readonly task: CompiledTask;
  readonly reward: Program;
  readonly numEnvs: number;
  readonly profile: "train" | "reference";
  readonly seed: number;
  readonly stream: "train" | "select" | "test";
  /** Draw parameters, delays and pushes as the task says. */
  readonly randomize: boolean;
  /** Also computes the task's human reward, for the logged correlation. */
  readonly withHuman?: boolean;
  readonly onEpisode?: (episode: EpisodeSummary) => void;
}

/** Puts a task's world together: simulator, compiled programs, environment. */
export async function createEnvironment(
  options: CreateEnvironmentOptions,
): Promise<TaskEnvironment> {
  const { task, reward, numEnvs, profile, seed, stream, randomize, onEpisode } = options;
  const { fitness, termination, derived, human } = task.programs;
  const compile = (program: Program) => instantiate(program, task.task.signals);
  const programs = {
    reward: compile(reward),
    fitness: compile(fitness),
    termination: compile(termination),
    ...(derived && { derived: compile(derived) }),
    ...(options.withHuman && human && { human: compile(human) }),
  };
  const simulator = await createRapierSimulator(simulatorOptions(task.task, numEnvs, profile));
  try {
    return createTaskEnvironment({
      task: task.task,
      simulator,
      programs,
      seed,
      stream,
      randomize,
      ...(onEpisode && { onEpisode }),
    });
  } catch (error) {
    simulator.dispose();
    throw error;
  }
}
