/** What `rewardsmith prompts` does, as functions over packs: list, show, eject, check, diff. */
import { existsSync } from "node:fs";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { createTwoFilesPatch } from "diff";
import { type Issue, RewardsmithError } from "../core/errors.js";
import type { ChatMessage } from "./chat.js";
import { costUsd } from "./price.js";
import type { Price } from "./price-table.js";
import {
  type ConversationInputs,
  type RandomizationInputs,
  type TemplateName,
  templateInputSchemas,
} from "./prompt-inputs.js";
import { listPackNames, loadPack, type PromptPack } from "./prompt-pack.js";
import {
  offeredInputs,
  type RenderedPrompt,
  renderConversation,
  renderRandomization,
} from "./render.js";
import { readTemplate, unknownVariables } from "./template.js";
import { countMessageTokens } from "./tokens.js";

export interface PackSummary {
  readonly name: string;
  readonly description: string;
  readonly files: readonly { readonly name: string; readonly hash: string }[];
}

/** The built-in packs. */
export async function listPacks(): Promise<PackSummary[]> {
  const packs = await Promise.all((await listPackNames()).map(loadPack));
  return packs.map(({ name, description, files }) => ({
    name,
    description,
    files: [...files.values()].map((file) => ({ name: file.name, hash: file.hash })),
  }));
}

/** A rendered conversation as text, each message under its role. */
export function formatConversation(messages: readonly ChatMessage[]): string {
  return `${messages.map(({ role, content }) => `===== ${role} =====\n\n${content}`).join("\n\n")}\n`;
}

/** What sending a prompt costs: its tokens, and US dollars where the price is known. */
export async function promptCost(
  prompt: RenderedPrompt,
  price: Price | null,
): Promise<{ readonly tokens: number; readonly usd: number | null }> {
  const tokens = await countMessageTokens(prompt.messages);
  return { tokens, usd: costUsd(price, { promptTokens: tokens, completionTokens: 0 }) };
}

/** Copies a pack, with the files of its bases, into a folder to edit. Writes over nothing. */
export async function ejectPack(nameOrFolder: string, folder: string): Promise<string[]> {
  const pack = await loadPack(nameOrFolder);
  if (existsSync(folder) && (await readdir(folder)).length > 0) {
    throw new RewardsmithError("E_PROMPT_EJECT", "the folder is not empty", {
      where: folder,
      hint: "name a folder that does not exist yet",
    });
  }
  await mkdir(folder, { recursive: true });
  const packFile = { description: `From ${pack.name}. ${pack.description}`, base: pack.name };
  // A pack that is itself a folder may move away; what is copied is whole, so it can stand alone.
  const base = (await listPackNames()).includes(pack.name) ? packFile.base : null;
  const files: [string, string][] = [
    ["pack.json", `${JSON.stringify({ ...packFile, base }, null, 2)}\n`],
    ...[...pack.files.values()].map((file): [string, string] => [
      `${file.name}.prompt`,
      file.source,
    ]),
  ];
  for (const [name, text] of files) await writeFile(path.join(folder, name), text);
  return files.map(([name]) => path.join(folder, name));
}

/**
 * Problems of a pack: inputs that do not exist, partials that nothing includes, and whatever fails
 * when every template is rendered for every task. Empty when the pack can be used.
 */
export async function checkPack(
  pack: PromptPack,
  tasks: readonly {
    readonly name: string;
    readonly inputs: ConversationInputs;
    readonly randomization?: RandomizationInputs;
  }[],
): Promise<Issue[]> {
  const issues: Issue[] = [];
  const included = new Set<string>();
  for (const name of Object.keys(templateInputSchemas) as TemplateName[]) {
    if (!pack.files.has(name)) continue;
    try {
      const template = await readTemplate(pack, name);
      for (const file of template.files) included.add(file.name);
      for (const input of unknownVariables(template, offeredInputs(name))) {
        issues.push({
          code: "E_PROMPT_INPUT",
          severity: "error",
          message: `${name}.prompt asks for "${input}", which does not exist`,
          hint: `it may use ${[...offeredInputs(name)].join(", ")}`,
        });
      }
    } catch (error) {
      issues.push(asIssue(error, name));
    }
  }
  if (issues.length > 0) return issues;
  for (const file of pack.files.values()) {
    // What a base pack's template included may be idle once that template is replaced.
    if (included.has(file.name) || path.dirname(file.path) !== pack.folder) continue;
    issues.push({
      code: "E_PROMPT_UNUSED",
      severity: "warning",
      message: `${file.name}.prompt is included by no template`,
      hint: `write {{>${file.name}}} where it belongs, or remove it`,
    });
  }
  for (const task of tasks) {
    const { inputs, randomization } = task;
    const asks = pack.files.has("randomization") && randomization;
    for (const render of [
      () => renderConversation(pack, inputs),
      () => renderConversation(pack, { initial: inputs.initial }),
      ...(asks ? [() => renderRandomization(pack, asks, exampleRandomizationRepair)] : []),
    ]) {
      try {
        await render();
      } catch (error) {
        const issue = asIssue(error, task.name);
        if (!issues.some((other) => other.message === issue.message)) issues.push(issue);
      }
    }
  }
  return issues;
}

/** The same conversation rendered by two packs, as a unified diff; empty where they say the same. */
export async function diffPacks(
  a: PromptPack,
  b: PromptPack,
  inputs: ConversationInputs,
): Promise<string> {
  const [left, right] = await Promise.all(
    [a, b].map(async (pack) =>
      formatConversation((await renderConversation(pack, inputs)).messages),
    ),
  );
  if (left === right) return "";
  const patch = createTwoFilesPatch(a.name, b.name, left, right, "", "", { context: 2 });
  return patch.replace(/^=+\n/, "");
}

function asIssue(error: unknown, name: string): Issue {
  if (!(error instanceof RewardsmithError)) throw error;
  return {
    code: error.code,
    severity: "error",
    message: `${name}: ${error.where ? `${error.where}: ` : ""}${error.message}`,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  };
}

/** A made-up mistake, for looking at how a refused randomization is answered. */
const exampleRandomizationRepair = {
  answer: '{ "configurations": [{ "name": "a", "ranges": [] }] }',
  issues: "configuration 1: it randomizes nothing",
  count: 1,
};

/** Made-up results for looking at the later prompts of a pack without a run. */
export const exampleConversation: Omit<ConversationInputs, "initial"> = {
  feedback: {
    best: {
      code: "export function reward(s: State): Terms {\n  const effort = -0.01 * norm(s.action);\n  return { effort };\n}",
      reflection:
        "effort    -0.31 -0.28 -0.22 -0.19 -0.15 -0.12 -0.10 -0.08 -0.07 -0.06  max -0.06  mean -0.16  min -0.31\nfitness    0.02  0.05  0.11  0.16  0.20  0.22  0.25  0.24  0.26  0.27  max  0.27  mean  0.18  min  0.02",
      score: 0.27,
    },
    iteration: 1,
    notes: [],
  },
  repair: {
    answer:
      "```ts\nexport function reward(s: State): Terms {\n  return { effort: s.actions[0] };\n}\n```",
    issues:
      "reward.ts:2:23 error TS2551: Property 'actions' does not exist on type 'State'. Did you mean 'action'?",
  },
};
