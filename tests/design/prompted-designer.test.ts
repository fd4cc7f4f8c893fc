import { afterEach, describe, expect, it } from "vitest";
import { RewardsmithError } from "../../src/core/errors.js";
import { design } from "../../src/design/loop.js";
import { promptedDesigner } from "../../src/design/prompted-designer.js";
import { createOpenAiClient } from "../../src/llm/openai.js";
import { loadPack } from "../../src/llm/prompt-pack.js";
import { resolveLlmSettings } from "../../src/llm/settings.js";
import type { LoadedTask } from "../../src/task/loaded-task.js";
import {
  answers,
  type Behaviour,
  type FakeOpenAiServer,
  type ReceivedRequest,
  startFakeOpenAi,
} from "../llm/fake-openai-server.js";
import { FakeExecutor, inputsFor, MemoryJournal, swingUpTable } from "./fakes.js";

let server: FakeOpenAiServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const task = {
  definition: {
    name: "swingup",
    maxEpisodeSteps: 500,
    controlDtSeconds: 1 / 60,
    actions: [{ actuator: "cart", scale: 25, offset: 0, description: "force on the cart, N" }],
  },
  page: { sentence: "Swing it up.", success: "Upright.", termination: "Off the rail." },
  signals: swingUpTable(),
} as unknown as LoadedTask;

async function designerFor(
  script: readonly Behaviour[] | ((request: ReceivedRequest, index: number) => Behaviour),
  env: Readonly<Record<string, string>> = {},
) {
  server = await startFakeOpenAi(script);
  const flags = { model: "qwen", baseUrl: server.baseUrl, retries: 1, timeoutSeconds: 1 };
  const client = createOpenAiClient(resolveLlmSettings(flags, env), { backoffSeconds: 0.01 });
  return promptedDesigner({ client, task, concurrency: 4, loadPack: () => loadPack("eureka") });
}

const code = (text: string): Behaviour => ({
  kind: "answer",
  text: `Thoughts.\n\`\`\`ts\nexport function reward(s: State): Terms { return { ${text} }; }\n\`\`\``,
});

/** Fitness by the term's name. */
const world = { fitness: (source: string) => (source.includes("good") ? 0.9 : 0.2) };

describe("a designer that asks a model", () => {
  it("asks once a candidate, tells what happened, and keeps every prompt and answer", async () => {
    const designer = await designerFor((_request, index) =>
      code(index === 1 ? "good: s.pole.cos" : `t${index}: s.pole.cos`),
    );
    const inputs = inputsFor({ designer, world, settings: { finals: false } });
    const state = await design(inputs);
    expect(server!.requests).toHaveLength(6);
    expect(state.candidates.every((c) => c.status === "trained")).toBe(true);
    const second = server!.requests[3].body.messages;
    expect(second.at(-2)).toMatchObject({ role: "assistant" });
    expect(second.at(-2)?.content).toContain("good: s.pole.cos");
    expect(second.at(-1)?.content).toContain("term: [");
    expect(second.at(-1)?.content).toContain("0.9");
    const { files } = inputs.journal;
    expect(files.get("iteration-1/candidate-2/answer-1.md")).toContain("good: s.pole.cos");
    expect(files.get("iteration-2/candidate-1/prompt-1.md")).toContain("good: s.pole.cos");
    expect(Object.keys(state.prompts[0].files)).toContain("initial");
    expect(state.spent).toMatchObject({ promptTokens: 600, completionTokens: 300 });
  });

  it("repairs an answer without code and one the checker refuses", async () => {
    const designer = await designerFor((request) => {
      const last = request.body.messages.at(-1)?.content ?? "";
      if (last.includes("E_ANSWER_NO_CODE")) return code("REFUSE: s.pole.cos");
      if (last.includes("it says REFUSE")) return code("good: s.pole.cos");
      return answers.prose;
    });
    const settings = { iterations: 1, candidates: 1, finals: false };
    const state = await design(inputsFor({ designer, world, settings }));
    expect(state.candidates[0].attempts.map(({ check }) => check?.accepted)).toEqual([
      false,
      false,
      true,
    ]);
    expect(state.candidates[0].status).toBe("trained");
  });

  it.each([
    ["prose", answers.prose, /^E_ANSWER_NO_CODE/],
    ["empty text", answers.empty, /EMPTY/],
    ["half an answer", answers.halfAnswer, /INCOMPLETE|CUT/],
  ] as const)("loses only the candidate to %s", async (_name, bad, expected) => {
    const designer = await designerFor((_request, index) =>
      index === 1 ? bad : code(`good${index}: s.pole.cos`),
    );
    const settings = { iterations: 1, candidates: 3, finals: false, repairs: 0 };
    const state = await design(inputsFor({ designer, world, settings }));
    expect(state.candidates.map(({ status }) => status).sort()).toEqual([
      "refused",
      "trained",
      "trained",
    ]);
    expect(state.candidates.find((c) => c.failure)?.failure?.code).toMatch(expected);
    // It was paid for, so it is counted.
    expect(state.answers).toHaveLength(3);
  });

  it.each([429, 500])("loses nothing to a status %i that passes", async (status) => {
    const designer = await designerFor((_request, index) =>
      index === 1 ? { kind: "status", status } : code(`good${index}: s.pole.cos`),
    );
    const settings = { iterations: 1, candidates: 3, finals: false };
    const state = await design(inputsFor({ designer, world, settings }));
    expect(state.candidates.map((c) => c.status)).toEqual(["trained", "trained", "trained"]);
  });

  it.each([
    ["asking again cannot help", 401, "E_LLM_UNAUTHORIZED"],
    ["the server failed for a while", 503, "E_LLM_SERVER"],
  ])(
    "stops the run where %s, and goes on later without asking twice",
    async (_why, status, stop) => {
      let key = true;
      const designer = await designerFor((_request, index) =>
        key ? code(`t${index}: s.pole.cos`) : { kind: "status", status },
      );
      const journal = new MemoryJournal();
      const executor = new FakeExecutor(world);
      const settings = { iterations: 2, candidates: 2, finals: false };
      const record = journal.record.bind(journal);
      journal.record = (event) => {
        record(event);
        if (event.type === "iterationEnded") key = false;
      };
      const first = design(inputsFor({ designer, journal, executor, settings }));
      await expect(first).rejects.toBeInstanceOf(RewardsmithError);
      expect(journal.state).toMatchObject({
        status: "stopped",
        stopped: { code: stop },
      });
      key = true;
      journal.record = record;
      const asked = server!.requests.length;
      const state = await design(inputsFor({ designer, journal, executor, settings }));
      expect(state.status).toBe("finished");
      expect(server!.requests.length - asked).toBe(2);
      expect(state.answers).toHaveLength(4);
    },
  );

  it("uses an answer that the log has, though the process died before it was read", async () => {
    const designer = await designerFor([code("good: s.pole.cos")]);
    const settings = { iterations: 1, candidates: 1, finals: false };
    const whole = inputsFor({ designer, world, settings });
    await design(whole);
    const cut = whole.journal.events.findIndex(({ type }) => type === "answerReceived") + 1;
    const journal = new MemoryJournal(whole.journal.events.slice(0, cut), whole.journal.files);
    const state = await design(inputsFor({ designer, world, settings, journal }));
    expect(state.candidates[0].status).toBe("trained");
    expect(server!.requests).toHaveLength(1);
  });

  it("asks no more once tokens are used up, trains what it has and goes on to the finals", async () => {
    const designer = await designerFor((_request, index) => code(`good${index}: s.pole.cos`));
    const settings = { iterations: 3, candidates: 2, maxTokens: 320 };
    const state = await design(inputsFor({ designer, world, settings }));
    expect(state.budget).toMatchObject({ kind: "tokens", limit: 320 });
    expect(server!.requests.length).toBeLessThanOrEqual(4);
    expect(state.finals.length).toBeGreaterThan(0);
    expect(state.status).toBe("finished");
  });

  it("trains the answers that were paid for before the budget was used up", async () => {
    const designer = await designerFor((_request, index) => code(`good${index}: s.pole.cos`));
    const settings = { iterations: 3, candidates: 3, maxTokens: 1 };
    const state = await design(inputsFor({ designer, world, settings }));
    expect(state.candidates.map(({ status }) => status)).toEqual(["trained"]);
    expect(state.finalsPlan?.best).toBe("1.1");
  });

  it("stops where an edited pack is broken, and blames no candidate", async () => {
    const loadPack = async () => {
      throw new RewardsmithError("E_PROMPT_SYNTAX", "no such helper");
    };
    const client = createOpenAiClient(
      resolveLlmSettings({ model: "qwen", baseUrl: "http://localhost:1/v1" }, {}),
    );
    const designer = promptedDesigner({ client, task, concurrency: 4, loadPack });
    const inputs = inputsFor({ designer, world });
    await expect(design(inputs)).rejects.toMatchObject({ code: "E_PROMPT_SYNTAX" });
    expect(inputs.journal.state.candidates).toEqual([]);
  });

  it("puts a person's sentence into the next prompt, and keeps it in the later ones", async () => {
    const designer = await designerFor((_request, index) => code(`t${index}: s.pole.cos`));
    const settings = { iterations: 2, candidates: 1, finals: false };
    await design(inputsFor({ designer, world, settings, notes: ["Do not spin."] }));
    for (const { body } of server!.requests) {
      expect(JSON.stringify(body.messages)).toContain("Do not spin.");
    }
  });
});
