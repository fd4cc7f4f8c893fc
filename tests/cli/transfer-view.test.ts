import { expect, test } from "vitest";
import { Terminal } from "../../src/cli/terminal.js";
import { TransferView } from "../../src/cli/transfer-view.js";
import { foldTransfers } from "../../src/events/transfer-state.js";
import { compileTask } from "../../src/reward/node/compile-task.js";
import { loadTask } from "../../src/task/node/load.js";
import { transferSize } from "../../src/transfer/settings.js";
import { Written } from "./fake-process.js";

test("the time left knows that one training keeps only one of two cores busy", async () => {
  const task = compileTask(await loadTask("go1-walk"));
  const settings = transferSize(task.task.definition, { quick: true, ablation: true });
  const stdout = new Written();
  let ms = 0;
  const terminal = new Terminal({ stdout, stderr: new Written(), env: { CI: "1" }, now: () => ms });
  const view = new TransferView(terminal, task, settings, foldTransfers([]), 2);
  // Measured on two free cores: the first training took 187 s, all of it 1,796 s.
  ms = 93_500;
  view.progress("base", 0.5, "without randomization");
  const [, minutes] = /all of it in about (\d+) min/.exec(stdout.text) ?? [];
  expect(Math.abs(Number(minutes) - (1796 - 93.5) / 60)).toBeLessThan(5);
});
