import { instantiate } from "../reward/batch.js";
import type { CompiledTask } from "../reward/compiled-task.js";
import type { Program } from "../reward/program.js";
import type { EngineName, PhysicsProfile, Simulator, SimulatorOptions } from "../sim/simulator.js";
import type { EpisodeSummary } from "../task/environment.js";
import { simulatorOptions } from "../task/simulator-options.js";
import { createTaskEnvironment, type TaskEnvironment } from "../task/task-environment.js";

export interface CreateEnvironmentOptions {
  readonly task: CompiledTask;
  readonly reward: Program;
  readonly numEnvs: number;
  /** Default: the task's. */
  readonly engine?: EngineName;
  readonly profile: "train" | "reference";
  /** Parts of the profile that differ. */
  readonly physics?: Partial<PhysicsProfile>;
  readonly seed: number;
  readonly stream: "train" | "select" | "test";
  /** Number of the first environment where these are a part of more. */
  readonly firstEnv?: number;
  /** How many environments there are altogether. */
  readonly totalEnvs?: number;
  /** Control steps after which an episode is out of time; default: the task's. */
  readonly maxEpisodeSteps?: number;
  /** Draw parameters, delays and pushes as the task says. */
  readonly randomize: boolean;
  /** Also computes the task's human reward, for the logged correlation. */
  readonly withHuman?: boolean;
  /** The engine is watched in every so manieth control step of an environment; 0: never. */
  readonly watchEvery?: number;
  /** Control steps by which a person may have actions arrive late. */
  readonly maxDelaySteps?: number;
  /** The same of what the policy senses. */
  readonly maxObservationDelaySteps?: number;
  readonly onEpisode?: (episode: EpisodeSummary) => void;
}

/** Makes an engine's world from its name: one in Node, another in a page. */
export type SimulatorFactory = (
  engine: EngineName,
  options: SimulatorOptions,
) => Promise<Simulator>;

/** Puts a task's world together: simulator, compiled programs, environment. */
export async function assembleEnvironment(
  options: CreateEnvironmentOptions,
  createSimulator: SimulatorFactory,
): Promise<TaskEnvironment> {
  const { task, reward, numEnvs, profile, seed, stream, randomize, onEpisode } = options;
  const { engine = task.task.definition.engine } = options;
  const { fitness, termination, derived, human } = task.programs;
  const compile = (program: Program) => instantiate(program, task.task.signals);
  const programs = {
    reward: compile(reward),
    fitness: compile(fitness),
    termination: compile(termination),
    ...(derived && { derived: compile(derived) }),
    ...(options.withHuman && human && { human: compile(human) }),
  };
  const nominal = simulatorOptions(task.task, numEnvs, profile);
  const simulator = await createSimulator(engine, {
    ...nominal,
    physics: { ...nominal.physics, ...options.physics },
  });
  try {
    const { definition } = task.task;
    const { maxEpisodeSteps = definition.maxEpisodeSteps } = options;
    return createTaskEnvironment({
      task: { ...task.task, definition: { ...definition, maxEpisodeSteps } },
      simulator,
      programs,
      seed,
      stream,
      randomize,
      ...(options.firstEnv !== undefined && { firstEnv: options.firstEnv }),
      ...(options.totalEnvs !== undefined && { totalEnvs: options.totalEnvs }),
      ...(options.watchEvery !== undefined && { watchEvery: options.watchEvery }),
      ...(options.maxDelaySteps !== undefined && { maxDelaySteps: options.maxDelaySteps }),
      ...(options.maxObservationDelaySteps !== undefined && {
        maxObservationDelaySteps: options.maxObservationDelaySteps,
      }),
      ...(onEpisode && { onEpisode }),
    });
  } catch (error) {
    simulator.dispose();
    throw error;
  }
}
