/** `check FILE --task T`: may this reward be trained? */
import { type Command, Option } from "commander";
import { formatIssue } from "../core/errors.js";
import { rewardChecker } from "../design/reward-checker.js";
import { stateDeclaration } from "../reward/declaration.js";
import type { RewardCheck } from "../reward/node/check.js";
import { compileTask } from "../reward/node/compile-task.js";
import type { EngineName } from "../sim/simulator.js";
import { inEngine } from "../task/loaded-task.js";
import { loadTask } from "../task/node/load.js";
import { refreshDeclarations } from "../task/node/scaffold.js";
import type { CliContext } from "./context.js";
import { engineFlag } from "./engine-flag.js";
import { exitCode } from "./exit-codes.js";
import { readRewardFile } from "./read-reward.js";
import { table } from "./terminal.js";

interface CheckFlags {
  readonly task: string;
  /** What the states that the reward is tried on come from. */
  readonly engine?: EngineName;
}

export function define(command: Command, cli: CliContext): void {
  command
    .argument("<file>", "a reward in TypeScript")
    .addOption(
      new Option("--task <task>", "task it is for: a name or a folder").makeOptionMandatory(),
    )
    .addOption(engineFlag());
  command.action(async (file: string, { task, engine }: CheckFlags) => {
    const { terminal } = cli;
    const source = await readRewardFile(file);
    const loaded = inEngine(await loadTask(task), engine);
    await refreshDeclarations(loaded, stateDeclaration);
    // The file may be the task's own human reward: its errors are this check's to tell.
    const { human: _checked, ...sources } = loaded.sources;
    const checker = await rewardChecker(compileTask({ ...loaded, sources }));
    const { program: _program, ...check } = await checker.check(source, cli.signal);
    const { accepted, issues, terms, nsPerCall, samples } = check;
    terminal.record({ accepted, issues, terms, nsPerCall, samples });
    for (const issue of issues) terminal.problem(formatIssue(issue, file));
    if (accepted) printAccepted(cli, file, task, check);
    else {
      terminal.problem(terminal.color.red(`${file} may not be trained`));
      cli.exitCode = exitCode.failed;
    }
  });
}

function printAccepted(
  cli: CliContext,
  file: string,
  task: string,
  { nsPerCall, samples }: Omit<RewardCheck, "program">,
): void {
  const { terminal, invocation } = cli;
  const number = (value: number) => String(Number(value.toPrecision(3)));
  terminal.line(`${file} may be trained: ${Math.round(nsPerCall ?? 0)} ns a call`);
  terminal.line();
  const rows = Object.entries(samples).map(([name, { min, mean, max }]) => [
    name,
    number(min),
    number(mean),
    number(max),
  ]);
  for (const line of table([["term", "min", "mean", "max"], ...rows])) terminal.line(line);
  terminal.line(terminal.color.dim("  over states of untrained robots"));
  terminal.line();
  terminal.line(`Train it: ${invocation} train ${task} --reward ${file}`);
}
