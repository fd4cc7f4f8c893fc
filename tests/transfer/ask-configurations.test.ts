import { beforeAll, describe, expect, it } from "vitest";
import { RewardsmithError } from "../../src/core/errors.js";
import { loadPack, type PromptPack } from "../../src/llm/prompt-pack.js";
import type { LoadedTask } from "../../src/task/loaded-task.js";
import { loadTask } from "../../src/task/node/load.js";
import { askForConfigurations } from "../../src/transfer/ask-configurations.js";
import { readConfigurations } from "../../src/transfer/read-configurations.js";
import { scriptedClient } from "../llm/scripted-client.js";

const prior = { friction: [[0.3, 5]], motorStrength: [[0.6, 2]] } as const;
let task: LoadedTask;
let pack: PromptPack;
beforeAll(async () => {
  [task, pack] = await Promise.all([loadTask("go1-walk"), loadPack("dreureka")]);
});

const range = (parameter: string, low: number, high: number) => ({
  parameter,
  low,
  high,
  scale: "uniform",
  reason: "as floors are",
});
const answer = (...all: { name: string; ranges: unknown[] }[]) =>
  `Floors differ.\n\`\`\`json\n${JSON.stringify({ configurations: all })}\n\`\`\``;
const grippy = { name: "grippy", ranges: [range("friction", 0.5, 2)] };
const weak = { name: "weak", ranges: [range("motorStrength", 0.7, 1.1)] };

function ask(answers: readonly (string | Error)[], more = {}) {
  const client = scriptedClient((_, index) => answers[Math.min(index, answers.length - 1)]);
  const asked = askForConfigurations({
    client,
    pack,
    task,
    prior,
    count: 2,
    perAnswer: 2,
    concurrency: 1,
    run: "test",
    ...more,
  });
  return { client, asked };
}

describe("a model that is asked for randomizations", () => {
  it("is told what works and how many are wanted, and gets what it says into configurations", async () => {
    const { client, asked } = ask([answer(grippy, weak)]);
    const { configurations, refused } = await asked;
    expect(refused).toEqual([]);
    expect(configurations).toEqual([
      {
        designer: "scripted",
        name: "grippy",
        ranges: { friction: { distribution: { uniform: [0.5, 2] }, when: "reset" } },
        reasons: { friction: "as floors are" },
      },
      expect.objectContaining({ name: "weak" }),
    ]);
    const [{ messages, answerSchema }] = client.requests;
    const said = messages.map(({ content }) => content).join("\n");
    expect(said).toContain("`friction`");
    expect(said).toContain("allowed 0.3 to 5");
    expect(said).not.toContain("payloadKg");
    expect(said).toContain("Give 2 configurations");
    expect(answerSchema?.schema).toMatchObject({ required: ["configurations"] });
  });

  it("gets back what is outside the prior, with the range that is allowed; the rest is kept", async () => {
    const slippery = { name: "slippery", ranges: [range("friction", 0, 20)] };
    const { client, asked } = ask([answer(grippy, slippery), answer(weak)]);
    const { configurations, refused } = await asked;
    expect(configurations.map(({ name }) => name)).toEqual(["grippy", "weak"]);
    expect(refused).toEqual([]);
    const repair = client.requests[1].messages.at(-1)?.content;
    expect(repair).toContain('configuration 2 "slippery": friction from 0 to 20');
    expect(repair).toContain("0.3 to 5");
    expect(repair).toContain("Give 1 configurations");
  });

  it("that answers text instead of structure is asked again, then refused with a clear error", async () => {
    const { client, asked } = ask(["I would randomize friction between 0.5 and 2."]);
    await expect(asked).rejects.toThrow(
      expect.objectContaining({ code: "E_ANSWER_NO_JSON", where: "scripted" }),
    );
    expect(client.requests).toHaveLength(3);
  });

  it("that never mends one of two leaves the other, and what was wrong is told", async () => {
    const unknown = { name: "odd", ranges: [range("frictoin", 0.5, 1)] };
    const { asked } = ask([answer(grippy, unknown), answer(unknown)]);
    const { configurations, refused } = await asked;
    expect(configurations.map(({ name }) => name)).toEqual(["grippy"]);
    expect(refused).toHaveLength(1);
    expect(refused[0][0]).toMatchObject({
      code: "E_CONFIGURATION_PARAMETER",
      hint: expect.stringContaining('"friction"'),
    });
  });

  it("that gives too few is asked for the others", async () => {
    const { client, asked } = ask([answer(grippy), answer(weak)]);
    expect((await asked).configurations).toHaveLength(2);
    expect(client.requests[1].messages.at(-1)?.content).toContain("2 configurations are wanted");
  });

  it("is asked in several answers, whose names do not collide", async () => {
    const { client, asked } = ask([answer(grippy)], { count: 3, perAnswer: 1 });
    const { configurations } = await asked;
    expect(client.requests).toHaveLength(3);
    expect(configurations.map(({ name }) => name)).toEqual(["grippy", "grippy-2", "grippy-3"]);
  });

  it("without a prior is told no ranges and held to none", async () => {
    const anywhere = { name: "bold", ranges: [range("payloadKg", -2, 5)] };
    const { client, asked } = ask([answer(anywhere)], { count: 1, prior: undefined });
    expect((await asked).configurations).toHaveLength(1);
    const said = client.requests[0].messages.map(({ content }) => content).join("\n");
    expect(said).toContain("payloadKg");
    expect(said).not.toContain("; allowed");
  });

  it("that cannot be reached ends it", async () => {
    const failure = new RewardsmithError("E_LLM_UNREACHABLE", "nobody there");
    await expect(ask([failure]).asked).rejects.toBe(failure);
  });
});

describe("an answer", () => {
  const read = (text: string) => readConfigurations(text, "test", task, prior);
  const codes = (text: string) => read(text).issues.map(({ code }) => code);

  it("may be bare JSON, a list, or stand after thoughts", () => {
    for (const text of [
      JSON.stringify({ configurations: [grippy] }),
      JSON.stringify([grippy]),
      `<think>{ "configurations": [] }</think>\n${answer(grippy)}`,
      `Here it is: ${JSON.stringify({ configurations: [grippy] })} Good luck.`,
    ]) {
      expect(read(text).configurations.map(({ name }) => name)).toEqual(["grippy"]);
    }
  });

  it.each([
    ["cut short", '```json\n{ "configurations": [', "E_ANSWER_INCOMPLETE"],
    ["broken", '{ "configurations": [,] }', "E_ANSWER_NO_JSON"],
    ["of another shape", '{ "friction": [0, 1] }', "E_CONFIGURATION_INVALID"],
    ["empty", '{ "configurations": [{ "name": "a", "ranges": [] }] }', "E_CONFIGURATION_INVALID"],
    [
      "with numbers as text",
      '[{ "name": "a", "ranges": [{ "parameter": "friction", "low": "0.5", "high": 1 }] }]',
      "E_CONFIGURATION_INVALID",
    ],
    [
      "upside down",
      '[{ "name": "a", "ranges": [{ "parameter": "friction", "low": 2, "high": 1 }] }]',
      "E_CONFIGURATION_RANGE",
    ],
    [
      "that says a parameter twice",
      '[{ "name": "a", "ranges": [{ "parameter": "friction", "low": 1, "high": 2 }, { "parameter": "friction", "low": 1, "high": 3 }] }]',
      "E_CONFIGURATION_INVALID",
    ],
  ])("that is %s is refused as such", (_, text, code) => {
    expect(codes(text)).toEqual([code]);
  });
});
