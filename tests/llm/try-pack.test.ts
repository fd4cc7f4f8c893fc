import { expect, test } from "vitest";
import { RewardsmithError } from "../../src/core/errors.js";
import type { InitialInputs } from "../../src/llm/prompt-inputs.js";
import { loadPack } from "../../src/llm/prompt-pack.js";
import { type TriedCheck, tryPack } from "../../src/llm/try-pack.js";
import { scriptedClient } from "./scripted-client.js";

const inputs: InitialInputs = {
  taskName: "t",
  sentence: "Balance.",
  success: "Steps.",
  termination: "Falls.",
  actions: [],
  episodeSteps: 500,
  episodeSeconds: 8,
  stateDeclaration: "interface State { readonly x: number }",
  languageRules: "",
  humanNotes: [],
};

const good = "```ts\nexport function reward(s: State): Terms { return { a: s.x }; }\n```";
const bad = "```ts\nexport function reward(s: State): Terms { return { a: s.y }; }\n```";

async function check(code: string): Promise<TriedCheck> {
  if (!code.includes("s.y")) return { accepted: true, issues: [], terms: ["a"] };
  const issue = {
    code: "E_REWARD_UNKNOWN_FIELD",
    severity: "error",
    message: "no y",
    line: 1,
    column: 55,
  } as const;
  return { accepted: false, issues: [issue], terms: [] };
}

test("accepted, repaired and refused answers are told apart, with tokens and money", async () => {
  const client = scriptedClient(({ key }) => {
    if (key.candidate === 0) return good;
    if (key.candidate === 1) return key.attempt === 0 ? bad : good;
    if (key.candidate === 2) return bad;
    return "I would rather not.";
  });
  const trial = await tryPack({ pack: await loadPack("eureka"), inputs, client, check, count: 4 });
  expect(
    trial.candidates.map(({ outcome, tries, codes, terms }) => ({ outcome, tries, codes, terms })),
  ).toEqual([
    { outcome: "accepted", tries: 1, codes: [], terms: ["a"] },
    { outcome: "repaired", tries: 2, codes: [], terms: ["a"] },
    { outcome: "refused", tries: 3, codes: ["E_REWARD_UNKNOWN_FIELD"], terms: [] },
    { outcome: "refused", tries: 3, codes: ["E_ANSWER_NO_CODE"], terms: [] },
  ]);
  expect(trial.spent).toMatchObject({ requests: 9, promptTokens: 9000 });
  const repair = client.requests.find(({ key }) => key.candidate === 1 && key.attempt === 1)!;
  expect(repair.messages.at(-2)).toEqual({ role: "assistant", content: bad });
  expect(repair.messages.at(-1)!.content).toContain(
    "reward.ts:1:55 error E_REWARD_UNKNOWN_FIELD: no y",
  );
});

test("a request that fails costs its candidate, a key that is refused ends the trial", async () => {
  const pack = await loadPack("eureka");
  const flaky = scriptedClient(({ key }) =>
    key.candidate === 1 ? new RewardsmithError("E_LLM_TIMEOUT", "slow") : good,
  );
  const trial = await tryPack({ pack, inputs, client: flaky, check, count: 3 });
  expect(trial.candidates.map(({ outcome, codes }) => [outcome, ...codes])).toEqual([
    ["accepted"],
    ["refused", "E_LLM_TIMEOUT"],
    ["accepted"],
  ]);
  const locked = scriptedClient(() => new RewardsmithError("E_LLM_UNAUTHORIZED", "no"));
  await expect(tryPack({ pack, inputs, client: locked, check, count: 3 })).rejects.toMatchObject({
    code: "E_LLM_UNAUTHORIZED",
  });
  expect(locked.requests).toHaveLength(1);
});
