/** `new FOLDER`: a task folder of one's own, and what to do with it. */
import { existsSync } from "node:fs";
import path from "node:path";
import type { Command } from "commander";
import { stateDeclaration } from "../reward/declaration.js";
import { createTaskFolder } from "../task/node/scaffold.js";
import type { CliContext } from "./context.js";

/** What each file is for, in the order one edits them. */
const files: readonly (readonly [string, string])[] = [
  ["robot.xml", "the robot, in MJCF"],
  ["task.ts", "signals, observation, actions, reset, physics, settings"],
  ["base.ts", "the declaration that task.ts changes"],
  ["task.md", "the sentence for the designer, success and endings in words"],
  ["fitness.ts", "how success is measured, step by step"],
  ["termination.ts", "when an episode ends early"],
  ["reward.ts", "your own reward: the baseline"],
  ["derived.ts", "signals computed from others"],
  ["sparse.ts", "a reward of success alone (may be removed)"],
];

export function define(command: Command, cli: CliContext): void {
  command
    .argument("<folder>", "where the task shall be; must be new or empty")
    .option("--from <task>", "task to start from: a name or a folder", "cartpole");
  command.action(async (folder: string, { from }: { from: string }) => {
    const { terminal, invocation } = cli;
    const task = await createTaskFolder(folder, { from, declaration: stateDeclaration });
    const shown = path.relative(process.cwd(), task.folder) || ".";
    terminal.record({ task: task.definition.name, folder: task.folder, from });
    terminal.line(`${shown} is a copy of ${from} that works. Edit:`);
    for (const [name, purpose] of files) {
      if (!existsSync(path.join(task.folder, name))) continue;
      terminal.line(`  ${name.padEnd(15)} ${purpose}`);
    }
    terminal.line();
    terminal.line("Then, in this order:");
    const target = /[\\/.]/.test(shown) ? shown : `./${shown}`;
    terminal.line(`  ${invocation} check ${target}/reward.ts --task ${target}`);
    terminal.line(`  ${invocation} train ${target}`);
    terminal.line(`  ${invocation} design ${target}`);
  });
}
