/** Tasks that the page asked about, loaded and compiled once, with what tries their rewards. */
import { type RewardChecker, rewardChecker } from "../../design/reward-checker.js";
import type { TriedCheck } from "../../llm/try-pack.js";
import type { CompiledTask } from "../../reward/compiled-task.js";
import { compileTask } from "../../reward/node/compile-task.js";
import type { LoadedTask } from "../../task/loaded-task.js";
import { loadTask } from "../../task/node/load.js";

/** Checks that may wait for their turn; more are asked to come again. */
const mostKept = 8;

export class LoadedTasks {
  private readonly tasks = new Map<string, Promise<CompiledTask>>();
  private readonly checkers = new Map<string, Promise<RewardChecker>>();

  async task(name: string): Promise<LoadedTask> {
    return (await this.compiled(name)).task;
  }

  /** Whether a reward may be trained, and what is wrong with it. */
  async check(name: string, source: string, signal: AbortSignal): Promise<TriedCheck> {
    const checker = await once(this.checkers, name, async () =>
      rewardChecker(await this.compiled(name)),
    );
    const { accepted, issues, terms } = await checker.check(source, signal);
    return { accepted, issues, terms };
  }

  compiled(name: string): Promise<CompiledTask> {
    return once(this.tasks, name, async () => compileTask(await loadTask(name)));
  }
}

function once<T>(known: Map<string, Promise<T>>, name: string, make: () => Promise<T>): Promise<T> {
  const found = known.get(name);
  if (found) return found;
  for (const oldest of known.keys()) {
    if (known.size < mostKept) break;
    known.delete(oldest);
  }
  const made = make();
  known.set(name, made);
  made.catch(() => known.delete(name));
  return made;
}
