/** Built-in tasks in their real world: programs compiled, physics by Rapier, nominal parameters. */

import type { CompiledTask } from "../../../src/reward/compiled-task.js";
import { createEnvironment } from "../../../src/rl/task-environment.js";
import type { EpisodeSummary } from "../../../src/task/environment.js";
import { findSignal } from "../../../src/task/signal-table.js";

/** What a controller may look at: a signal's first number. */
export type Look = (signal: string) => number;

/** Plays one episode in each of `numEnvs` environments; `controller` gives the one action. */
export async function play(
  task: CompiledTask,
  numEnvs: number,
  controller: (look: Look, env: number) => number,
): Promise<EpisodeSummary[]> {
  const { human } = task.programs;
  if (human === undefined) throw new Error(`${task.task.definition.name} has no human reward`);
  const episodes: EpisodeSummary[] = [];
  const environment = await createEnvironment({
    task,
    reward: human,
    numEnvs,
    profile: "reference",
    seed: 1,
    stream: "test",
    randomize: false,
    onEpisode: (episode) => {
      if (episode.index === 0) episodes.push(episode);
    },
  });
  const { signals, signalTable } = environment;
  const actions = new Float32Array(numEnvs);
  environment.reset(false);
  while (episodes.length < numEnvs) {
    for (let env = 0; env < numEnvs; env++) {
      actions[env] = controller(
        (signal) => signals[env * signalTable.stride + findSignal(signalTable, signal).offset],
        env,
      );
    }
    environment.step(actions);
  }
  environment.dispose();
  return episodes;
}
