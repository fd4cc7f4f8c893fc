import { appendFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, expect, test } from "vitest";
import { type CliProcess, runCli } from "../../src/cli/program.js";
import { extractCode } from "../../src/llm/extract-code.js";
import {
  checkPack,
  diffPacks,
  ejectPack,
  exampleConversation,
  formatConversation,
  listPacks,
} from "../../src/llm/prompt-commands.js";
import { initialInputs } from "../../src/llm/prompt-inputs.js";
import { loadPack } from "../../src/llm/prompt-pack.js";
import { renderConversation } from "../../src/llm/render.js";
import { countMessageTokens } from "../../src/llm/tokens.js";
import type { LoadedTask } from "../../src/task/loaded-task.js";
import { listTasks, loadTask } from "../../src/task/node/load.js";
import { uninformedPrior } from "../../src/transfer/made-configurations.js";
import { randomizationInputs } from "../../src/transfer/randomization-prompt.js";
import { FakeProcess } from "../cli/fake-process.js";
import { temporaryFolder } from "../temporary-folder.js";

let tasks: LoadedTask[] = [];
beforeAll(async () => {
  tasks = await Promise.all(listTasks().map((name) => loadTask(name)));
}, 30_000);

const packs = ["dreureka", "eureka", "terse"];

function conversation(task: LoadedTask) {
  return {
    initial: initialInputs(task, { notes: ["Keep it calm."] }),
    ...exampleConversation,
  };
}

test("the built-in packs are listed with the hash of every file", async () => {
  const listed = await listPacks();
  expect(listed.map((pack) => pack.name)).toEqual(packs);
  for (const pack of listed) {
    expect(pack.description).not.toBe("");
    expect(pack.files.every((file) => /^[0-9a-f]{64}$/.test(file.hash))).toBe(true);
  }
});

test.each(packs)(
  "%s renders for every task with nothing unknown, missing or unused",
  async (name) => {
    const pack = await loadPack(name);
    const inputs = tasks.map((task) => ({
      name: task.definition.name,
      inputs: conversation(task),
      randomization: randomizationInputs(task, 4, uninformedPrior(task)),
    }));
    expect(await checkPack(pack, inputs)).toEqual([]);
  },
);

test.each(packs)("%s says everything a model needs to begin", async (name) => {
  for (const task of tasks) {
    const { messages } = await renderConversation(await loadPack(name), {
      initial: initialInputs(task),
    });
    expect(messages.map((message) => message.role)).toEqual(["system", "user"]);
    const text = formatConversation(messages);
    expect(text).toContain(task.page.sentence.trim());
    expect(text).toContain(task.page.success.trim());
    expect(text).toContain(task.page.termination.trim());
    expect(text).toContain(String(task.definition.maxEpisodeSteps));
    for (const action of task.definition.actions) expect(text).toContain(action.description);
    expect(text).toContain("interface State {");
    expect(text).not.toMatch(/type Flags|interface Derived/);
    expect(text).toContain("export function reward(s: State): Terms");
    expect(text).toContain("No recursion");
  }
});

test.each(packs)(
  "%s shows neither the human reward nor the fitness code nor the terminations' code",
  async (name) => {
    for (const task of tasks) {
      const { messages } = await renderConversation(await loadPack(name), conversation(task));
      const text = formatConversation(messages);
      const { human, sparse, fitness, termination } = task.sources;
      for (const source of [human, sparse, fitness, termination]) {
        const lines = (source ?? "").split("\n").map((line) => line.trim());
        const telling = lines.filter((line) => /\bs\.\w/.test(line) && line.length > 15);
        for (const line of telling) expect(text).not.toContain(line);
      }
    }
  },
);

test.each(packs)(
  "%s gives code, numbers and wishes back, and asks for the whole file",
  async (name) => {
    const { messages, temperature } = await renderConversation(await loadPack(name), {
      initial: initialInputs(tasks[0]),
      feedback: { ...exampleConversation.feedback!, notes: ["Walk, do not hop."] },
    });
    expect(messages.map((message) => message.role)).toEqual([
      "system",
      "user",
      "assistant",
      "user",
    ]);
    expect(extractCode(messages[2].content)).toEqual({
      code: `${exampleConversation.feedback!.best.code}\n`,
    });
    expect(messages[3].content).toContain(exampleConversation.feedback!.best.reflection);
    expect(messages[3].content).toContain("0.27");
    expect(messages[3].content).toContain("Walk, do not hop.");
    expect(temperature).toBeGreaterThan(0.5);
  },
);

test.each(packs)("%s sends a refused answer back with its issues, cooler", async (name) => {
  const initial = initialInputs(tasks[0]);
  const first = await renderConversation(await loadPack(name), { initial });
  const { messages, temperature } = await renderConversation(await loadPack(name), {
    initial,
    repair: exampleConversation.repair!,
  });
  expect(messages.slice(0, 2)).toEqual(first.messages);
  expect(messages[2]).toEqual({ role: "assistant", content: exampleConversation.repair!.answer });
  expect(messages[3].content).toContain("Did you mean 'action'?");
  expect(temperature).toBeLessThan(first.temperature!);
});

test("a reward to start from is in the first prompt", async () => {
  for (const name of packs) {
    const { messages } = await renderConversation(await loadPack(name), {
      initial: initialInputs(tasks[0], {
        startReward: "export function reward(s: State): Terms { return { mine: 1 }; }",
      }),
    });
    expect(messages[1].content).toContain("mine: 1");
  }
});

test("the system message is the same for every task, so that servers can cache it", async () => {
  for (const name of packs) {
    const pack = await loadPack(name);
    const rendered = await Promise.all(
      tasks.map((task) => renderConversation(pack, { initial: initialInputs(task) })),
    );
    expect(new Set(rendered.map(({ messages }) => messages[0].content)).size).toBe(1);
  }
});

test("eureka's first prompt stays under 3000 tokens for a cartpole and 4500 for a hand, terse's under 2000 and 3800", async () => {
  for (const task of tasks) {
    const small = task.definition.name.startsWith("cartpole");
    const size = async (name: string) =>
      countMessageTokens(
        (
          await renderConversation(await loadPack(name), {
            initial: initialInputs(task),
          })
        ).messages,
      );
    expect(await size("eureka")).toBeLessThan(small ? 3000 : 4500);
    expect(await size("terse")).toBeLessThan(small ? 2000 : 3800);
  }
});

test("prompts diff compares the later prompts, too, before there is a run", async () => {
  const folder = path.join(temporaryFolder("packs"), "mine");
  await ejectPack("eureka", folder);
  const file = path.join(folder, "repair.prompt");
  appendFileSync(file, "\nTake your time.\n");
  const host = new FakeProcess("prompts", "diff", "eureka", folder, "--task", "cartpole");
  expect(await runCli(host as CliProcess)).toBe(0);
  expect(host.stdout.text).toMatch(/^\+Take your time\.$/m);
  expect(host.stdout.text).not.toMatch(/^[+-]# The task/m);
});

test("two packs are compared as the model would read them", async () => {
  const [eureka, terse] = await Promise.all(["eureka", "terse"].map(loadPack));
  const diff = await diffPacks(eureka, terse, {
    initial: initialInputs(tasks[0]),
  });
  expect(diff).toContain("--- eureka");
  expect(diff).toContain("+++ terse");
  expect(diff).toMatch(/^\+Write a dense reward function/m);
  expect(await diffPacks(eureka, eureka, { initial: initialInputs(tasks[0]) })).toBe("");
});
