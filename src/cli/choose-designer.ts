/** From flags to the designer that proposes rewards. */
import { RewardsmithError } from "../core/errors.js";
import type { Designer } from "../design/designer.js";
import { offlineDesigner } from "../design/offline/designer.js";
import { signalFacts } from "../design/offline/signal-facts.js";
import type { CompiledTask } from "../reward/compiled-task.js";
import type { RunFolder } from "../run/run-folder.js";
import type { CliContext } from "./context.js";
import type { RewardChecker } from "./read-reward.js";
import type { SearchOptions } from "./search-options.js";

export async function chooseDesigner(
  _cli: CliContext,
  task: CompiledTask,
  checker: RewardChecker,
  _run: RunFolder,
  options: SearchOptions,
): Promise<Designer> {
  const { designer, seed, tieTolerance } = options.design;
  if (designer === "offline" || designer === "random" || designer === "shuffled") {
    if (options.prompts !== null) {
      throw new RewardsmithError("E_CLI_PROMPTS", `the designer ${designer} reads no prompts`, {
        where: `--prompts ${options.prompts}`,
        hint: "leave --prompts out, or name a designer that does: --designer openai, recorded or manual",
      });
    }
    return offlineDesigner({
      mode: designer,
      facts: signalFacts(task.task.signals, checker.states),
      maxEpisodeSteps: task.task.definition.maxEpisodeSteps,
      seed,
      tieTolerance,
    });
  }
  throw new RewardsmithError("E_CLI_DESIGNER", `${designer} is not there yet`);
}
