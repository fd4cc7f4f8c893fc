import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { openJournal } from "../../../src/design/journal.js";
import { foldAll } from "../../../src/events/fold.js";
import {
  conversationSchema,
  curvesSchema,
  packSchema,
  packsSchema,
  renderedSchema,
  runListSchema,
  runNewsSchema,
  tasksSchema,
} from "../../../src/view/data/answers.js";
import { dataRoutes } from "../../../src/view/data/routes.js";
import type { Route, ViewResponse } from "../../../src/view/route.js";
import { createRouteFinder } from "../../../src/view/routes.js";
import { temporaryFolder } from "../../temporary-folder.js";
import { makeRun } from "./made-run.js";

const small = { iterations: 1, candidates: 2, finals: false, halving: false } as const;
const runsRoot = temporaryFolder("routes");
let routes: Route[];

beforeAll(async () => {
  await makeRun({ runsRoot, name: "one", settings: small });
  const program = { file: process.execPath, args: ["-e", "process.exit(3)"] };
  routes = dataRoutes({ runsFolder: runsRoot, program, env: {} });
});

/** As the server calls a route: what it answers, or throws. */
async function call(method: "GET" | "POST", path: string, body?: unknown): Promise<ViewResponse> {
  const { pathname, searchParams } = new URL(path, "http://viewer");
  const found = createRouteFinder(routes)(method, pathname);
  if (found === undefined || found === "wrong method") throw new Error(`no route ${path}`);
  const { signal } = new AbortController();
  const { params } = found;
  return found.route.handle({ params, query: searchParams, role: "control", body, signal });
}

async function json(method: "GET" | "POST", path: string, body?: unknown): Promise<unknown> {
  const answer = await call(method, path, body);
  // What the page gets went through JSON.
  return "json" in answer ? JSON.parse(JSON.stringify(answer.json)) : null;
}

describe("what can be asked", () => {
  it("draws the robot of a run's task, once for all that ask", async () => {
    const ask = () => call("GET", "/api/runs/one/picture");
    const [first, again] = await Promise.all([ask(), ask()]);
    if (!("bytes" in first && "bytes" in again)) throw new Error("no bytes");
    expect(first.type).toBe("image/png");
    expect(again.bytes).toBe(first.bytes);
    const png = Buffer.from(first.bytes);
    expect(png.toString("latin1", 1, 4)).toBe("PNG");
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([168, 96]);
    // A picture of one colour would be a few hundred bytes.
    expect(png.length).toBeGreaterThan(2000);
  });

  it("is answered in the form that the page checks", async () => {
    expect(runListSchema.parse(await json("GET", "/api/runs")).runs).toHaveLength(1);
    const news = runNewsSchema.parse(await json("GET", "/api/runs/one/news"));
    expect(foldAll(news.events).status).toBe("finished");
    expect(news.live).toBe(false);
    const last = news.events.length;
    const later = runNewsSchema.parse(await json("GET", `/api/runs/one/news?since=${last - 1}`));
    expect(later.events.map(({ seq }) => seq)).toEqual([last]);
    curvesSchema.parse(await json("GET", "/api/runs/one/curves"));
    expect(tasksSchema.parse(await json("GET", "/api/tasks")).tasks.length).toBeGreaterThan(3);
    const figure = await call("GET", "/api/runs/one/figure");
    expect("bytes" in figure && figure.bytes).toContain("<svg");
  });

  it.each([
    "/api/runs/..%2Fone/news",
    "/api/runs/%2Fetc/news",
    "/api/runs/.jobs/news",
    "/api/runs/none/news",
    "/api/runs/one/news?since=-1",
    "/api/runs/one/news?since=many",
    "/api/runs/one/curves?stretches=1e9",
    "/api/runs/one/artifact?path=../../etc/passwd",
    "/api/runs/one/artifact",
    "/api/runs/one/conversation?iteration=1&candidate=1",
  ])("is refused where it makes no sense: %s", async (path) => {
    await expect(call("GET", path)).rejects.toThrow();
  });

  it("prompts come block by block, with files that were edited told from shipped ones", async () => {
    const folder = await makeRun({ runsRoot, name: "asked", settings: small });
    const turn = { iteration: 1, candidate: 1, attempt: 0 };
    writeFileSync(folder.path("p.md"), "# system\n\nrules\n\n# user\n\nhello\n\n# Task\nswing\n");
    writeFileSync(folder.path("a.md"), "answer");
    const [eureka] = packsSchema.parse(await json("GET", "/api/packs")).packs;
    const journal = openJournal(folder, () => new Date());
    const { sha256 } = await import("../../../src/core/node/hash.js");
    const [{ name, source }] = eureka.files;
    const files = { [name]: sha256(source), initial: "edited" };
    journal.record({ type: "promptRendered", ...turn, path: "p.md", files });
    const usage = { promptTokens: 7, completionTokens: 3, costUsd: null, seconds: 1 };
    journal.record({ type: "answerReceived", ...turn, path: "a.md", model: "m", ...usage });
    journal.close();
    const path = "/api/runs/asked/conversation?iteration=1&candidate=1&attempt=0";
    const conversation = conversationSchema.parse(await json("GET", path));
    expect(conversation.messages.map(({ role, title, text }) => [role, title, text])).toEqual([
      ["system", null, "rules"],
      ["user", null, "hello"],
      ["user", "Task", "# Task\nswing"],
    ]);
    expect(conversation.tokens).toBeGreaterThan(3);
    expect(conversation.files.map(({ shipped }) => shipped)).toEqual([true, false]);
    expect(conversation.answer).toMatchObject({ text: "answer", model: "m", costUsd: null });
  });
});

describe("what can be done", () => {
  it("a vote between two candidates is in the log, even of a finished run", async () => {
    const vote = { type: "vote", a: "1.1", b: "1.2", answer: "same" };
    expect(await json("POST", "/api/runs/one/requests", vote)).toEqual({ taken: true });
    const news = runNewsSchema.parse(await json("GET", "/api/runs/one/news"));
    expect(foldAll(news.events).votes).toEqual([{ a: "1.1", b: "1.2", answer: "same" }]);
  });

  it.each([
    ["a candidate that is not there", { type: "vote", a: "1.1", b: "9.9", answer: "a" }],
    ["a candidate with itself", { type: "vote", a: "1.1", b: "1.1", answer: "a" }],
    ["a note to a search that has ended", { type: "note", text: "late" }],
    ["a fork of a search that has ended", { type: "fork", source: "x", parents: [], reason: "y" }],
    ["a pause where no process works", { type: "pause" }],
    ["an empty note", { type: "note", text: "  " }],
    ["an event that is no request", { type: "runFinished", report: "" }],
    ["members that do not belong", { type: "pause", force: true }],
    ["nothing", undefined],
    ["a list", []],
  ])("%s is refused and leaves no event", async (_, body) => {
    const before = runNewsSchema.parse(await json("GET", "/api/runs/one/news")).events.length;
    await expect(call("POST", "/api/runs/one/requests", body)).rejects.toThrow();
    const after = runNewsSchema.parse(await json("GET", "/api/runs/one/news")).events.length;
    expect(after).toBe(before);
  });

  it.each([
    { task: "/tmp/evil" },
    { task: "../envs/cartpole" },
    { task: "--runs=/tmp" },
    { task: "cartpole", prompts: "/etc" },
    { task: "cartpole", name: "../out" },
    { task: "cartpole", designer: "recorded" },
    { task: "cartpole", iterations: 1e9 },
    {},
  ])("a search is not begun with %j", async (body) => {
    await expect(call("POST", "/api/runs", body)).rejects.toThrow();
  });

  it("a search that does not begin says why", async () => {
    await expect(call("POST", "/api/runs", { task: "cartpole" })).rejects.toMatchObject({
      code: "E_VIEW_START",
    });
  });

  it("a search is not begun under a name that is taken", async () => {
    const body = { task: "cartpole", name: "one" };
    await expect(call("POST", "/api/runs", body)).rejects.toMatchObject({ code: "E_RUN_EXISTS" });
  });

  it("a finished run is not taken up again, and nothing waits for an answer", async () => {
    await expect(call("POST", "/api/runs/one/resume", {})).rejects.toMatchObject({
      code: "E_VIEW_RESUME",
    });
    const answer = { iteration: 1, candidate: 1, attempt: 0, text: "code" };
    await expect(call("POST", "/api/runs/one/answer", answer)).rejects.toThrow();
  });
});

describe("prompt packs", () => {
  const draft = { base: "eureka", task: "cartpole-swingup" };

  it("a draft is rendered with its edits, and what is wrong with it is said", async () => {
    const files = [{ name: "_role", source: "You design rewards in a test." }];
    const rendered = renderedSchema.parse(
      await json("POST", "/api/packs/render", { ...draft, files }),
    );
    expect(rendered.issues).toEqual([]);
    expect(rendered.messages[0].text).toContain("in a test");
    // A run's own task goes by the name that it calls itself; here "swingup", loaded as "cartpole-swingup".
    await call("GET", "/api/runs");
    const own = { ...draft, task: "swingup", files };
    expect(renderedSchema.parse(await json("POST", "/api/packs/render", own))).toEqual(rendered);
    const wrong = [{ name: "initial", source: "{{#if nothing" }];
    const broken = renderedSchema.parse(
      await json("POST", "/api/packs/render", { ...draft, files: wrong }),
    );
    expect(broken.issues[0].severity).toBe("error");
    expect(broken.messages).toEqual([]);
  });

  it("is saved beside the runs with its edits alone, listed, and refused a shipped name", async () => {
    const files = [{ name: "_role", source: "Mine." }];
    const saved = packSchema.parse(
      await json("POST", "/api/packs/save", { ...draft, files, name: "mine" }),
    );
    expect(saved).toMatchObject({ name: "mine", shipped: false, base: "eureka" });
    const edited = saved.files.filter(({ source, shipped }) => source !== shipped);
    expect(edited.map(({ name }) => name)).toEqual(["_role"]);
    const { packs } = packsSchema.parse(await json("GET", "/api/packs"));
    expect(packs.filter(({ shipped }) => !shipped).map(({ name }) => name)).toEqual(["mine"]);
    const taken = { ...draft, files, name: "eureka" };
    await expect(call("POST", "/api/packs/save", taken)).rejects.toMatchObject({
      code: "E_PROMPT_PACK_NAME",
    });
  });

  it("is not saved over what it rests on", async () => {
    const save = (name: string, base: string) =>
      call("POST", "/api/packs/save", { ...draft, base, files: [], name });
    await save("lower", "eureka");
    await save("upper", "lower");
    for (const [name, base] of [
      ["lower", "lower"],
      ["lower", "upper"],
    ]) {
      await expect(save(name, base)).rejects.toMatchObject({ code: "E_PROMPT_PACK_NAME" });
    }
    const { packs } = packsSchema.parse(await json("GET", "/api/packs"));
    expect(packs.map(({ name }) => name)).toEqual(expect.arrayContaining(["lower", "upper"]));
  });

  it("one that was broken by hand does not take the others with it", async () => {
    mkdirSync(join(runsRoot, ".packs/broken"), { recursive: true });
    writeFileSync(join(runsRoot, ".packs/broken/pack.json"), '{ "base": ');
    const { packs } = packsSchema.parse(await json("GET", "/api/packs"));
    const names = packs.map(({ name }) => name);
    expect(names).toContain("eureka");
    expect(names).not.toContain("broken");
  });

  it.each([
    { base: "../../etc", files: [] },
    { base: "eureka", files: [{ name: "../out", source: "" }] },
    { base: "eureka", files: [], name: "../../out" },
    { base: "eureka", files: [], name: "fine", task: "/tmp" },
  ])("a pack is not saved from %j", async (body) => {
    const whole = { name: "fine", task: draft.task, ...body };
    await expect(call("POST", "/api/packs/save", whole)).rejects.toThrow();
  });
});
