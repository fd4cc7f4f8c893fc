import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { constants, getPriority } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import WebSocket from "ws";
import { createRun } from "../../../src/run/run-folder.js";
import type { Channel } from "../../../src/stream/channel.js";
import { readHeader } from "../../../src/stream/packet.js";
import { protocolVersion, type ServerMessage } from "../../../src/stream/protocol.js";
import { demoOffer, demoOffers } from "../../../src/view/live/demo.js";
import { createLiveSource, type LiveSource } from "../../../src/view/live/live-source.js";
import type { Offer } from "../../../src/view/live/scene.js";
import {
  nobody,
  type RolloutDemand,
  type RolloutMessage,
} from "../../../src/view/rollout-source.js";
import { outsideFolder, run, start } from "../cli/rewardsmith.js";

const demo = demoOffer("cartpole-swingup") as Offer;
const watching = (...channels: Channel[]): RolloutDemand => ({
  clients: 1,
  connected: 1,
  channels: new Set(channels),
  focusEnvs: [0],
  hz: 60,
});
const now = () => new Date();

describe("live evaluation", () => {
  let source: LiveSource;
  let offered: Offer | undefined;
  let messages: RolloutMessage[];
  let sequences: number[];
  let looked: (() => void)[];

  beforeEach(() => {
    offered = demo;
    messages = [];
    sequences = [];
    looked = [];
    source = createLiveSource({
      offers: { list: () => (offered ? [offered] : []), find: () => offered },
      numEnvs: 2,
      lookEveryMs: 50,
      waiting: "nothing yet",
    });
    const heard = () => {
      for (const look of looked) look();
    };
    source.start({
      frame: () => {},
      packets: (packets) => {
        for (const packet of packets) sequences.push(readHeader(packet).sequence);
        heard();
      },
      message: (message) => {
        messages.push(message);
        heard();
      },
    });
  });

  afterEach(() => source.stop());

  const until = (true_: () => boolean) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (true_()) resolve();
      };
      looked.push(look);
      look();
    });
  const told = (type: RolloutMessage["type"]) => messages.filter((one) => one.type === type);

  test("runs in a process of low priority while somebody watches, and not a moment longer", async () => {
    expect(source.pid).toBeUndefined();
    source.demand(watching("poses", "terms"));
    const { pid } = source;
    if (pid === undefined) throw new Error("no process");
    await until(() => sequences.length > 20 && told("load").length > 1);
    const { PRIORITY_BELOW_NORMAL } = constants.priority;
    expect(getPriority(pid)).toBe(Math.max(getPriority(), PRIORITY_BELOW_NORMAL));
    expect(messages.map(({ type }) => type)).toEqual(
      expect.arrayContaining(["policies", "model", "controls", "policy", "load"]),
    );
    source.demand(nobody);
    expect(source.pid).toBeUndefined();
    await source.stop();
    expect(() => process.kill(pid, 0)).toThrow();
    // Another page that is still to be closed does not begin it anew.
    source.demand(watching("poses"));
    expect(source.pid).toBeUndefined();
  });

  test("rests while all look at something else, and goes on where it was, as it was set", async () => {
    source.demand({ ...nobody, connected: 1 });
    expect(source.pid).toBeUndefined();
    source.demand(watching("poses"));
    await until(() => sequences.length > 5);
    await source.control({ type: "world", parameter: "gravityScale", value: 0.5 });
    const { pid } = source;
    source.demand({ ...nobody, connected: 1 });
    // Answered after what was asked before.
    await source.control({ type: "noise", on: false });
    const [before, packets] = [sequences.at(-1) as number, sequences.length];
    await source.control({ type: "noise", on: true });
    expect(sequences).toHaveLength(packets);
    source.demand(watching("poses"));
    await until(() => sequences.length > packets + 2);
    expect(source.pid).toBe(pid);
    expect(sequences[packets]).toBeGreaterThanOrEqual(before);
    expect(told("model")).toHaveLength(1);
    expect(told("controls").at(-1)).toMatchObject({ world: { gravityScale: 0.5 } });
  });

  test("plays a newer checkpoint as it appears, and the policy that somebody chooses", async () => {
    offered = undefined;
    source.demand(watching("poses"));
    await until(() =>
      told("status").some((one) => "message" in one && one.message === "nothing yet"),
    );
    offered = demo;
    await until(() => told("policy").length === 1);
    offered = { ...demo, key: "newer", about: { ...demo.about, steps: 5 } };
    const { about } = offered;
    offered = {
      ...offered,
      load: async () => ({ ...(await demo.load()), about }) as Awaited<ReturnType<Offer["load"]>>,
    };
    await until(() => told("policy").length === 2);
    expect(told("policy").at(-1)).toMatchObject({ policy: { steps: 5 } });
    expect(told("model")).toHaveLength(1);
  });

  test("answers controls, with the reason where one is refused", async () => {
    await expect(source.control({ type: "noise", on: true })).rejects.toThrow(
      /nothing is being shown/,
    );
    source.demand(watching("poses"));
    await until(() => told("policy").length === 1);
    await source.control({ type: "world", parameter: "gravityScale", value: 0.5 });
    expect(told("controls").at(-1)).toMatchObject({ world: { gravityScale: 0.5 } });
    await expect(
      source.control({ type: "world", parameter: "gravty", value: 1 }),
    ).rejects.toMatchObject({ code: "E_VIEW_PARAMETER" });
  });

  test("a process that cannot be started is told, and tried again when somebody comes anew", async () => {
    const { execPath } = process;
    process.execPath = "/nowhere/node";
    try {
      source.demand(watching("poses"));
      await until(
        () => told("status").filter((one) => "id" in one && one.id === "live").length > 1,
      );
    } finally {
      process.execPath = execPath;
    }
    expect(told("status").at(-1)).toMatchObject({ message: expect.stringContaining("ENOENT") });
    await expect(source.control({ type: "noise", on: true })).rejects.toThrow();
    source.demand(watching("poses"));
    await until(() => sequences.length > 2);
  });

  test("a process that dies is told and started once more", async () => {
    source.demand(watching("poses"));
    await until(() => sequences.length > 2);
    const before = source.pid;
    if (before === undefined) throw new Error("no process");
    process.kill(before, "SIGKILL");
    await until(() => source.pid !== before && source.pid !== undefined);
    sequences.length = 0;
    await until(() => sequences.length > 2);
    // Pages take it for another roll-out: its steps are counted from the beginning.
    expect(told("model").map((one) => "model" in one && one.model.number)).toEqual([1, 2]);
    expect(told("status")).toContainEqual(
      expect.objectContaining({ level: "error", message: expect.stringContaining("SIGKILL") }),
    );
  });
});

test("where all was started with a lower priority still, the process keeps that", async () => {
  const started = new URL("../../../src/core/node/typescript-entry.mjs", import.meta.url);
  const worker = new URL("../../../src/view/live/worker.ts", import.meta.url);
  const lowest = ["-n", "19", process.execPath, fileURLToPath(started), worker.href];
  const child = spawn("nice", lowest, {
    serialization: "advanced",
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  const answered = new Promise((resolve) => child.once("message", resolve));
  child.send({ kind: "control", id: 1, message: { type: "noise", on: true } });
  expect(await answered).toMatchObject({ problem: { code: "E_VIEW_NO_POLICY" } });
  expect(getPriority(child.pid)).toBe(19);
});

test("every bundled policy loads and says how good it is", async () => {
  const names = demoOffers().map(({ about }) => about.label);
  expect(names).toEqual(["ant", "cartpole-swingup", "go1-walk"]);
  for (const { about } of demoOffers()) {
    expect(about.seed).toBeGreaterThan(0);
    expect(about.fitness).toBeGreaterThan(0.8);
  }
});

/** Connects to a printed URL and gathers what comes. */
function connect(url: string) {
  const { host, origin, searchParams } = new URL(url);
  const socket = new WebSocket(`ws://${host}/stream?token=${searchParams.get("token")}`, {
    origin,
  });
  const seen = { frames: 0, types: new Set<string>(), closeCode: 0 };
  const moving = new Promise<void>((resolve, reject) => {
    socket.on("error", reject);
    socket.on("open", () => {
      socket.send(JSON.stringify({ type: "hello", version: protocolVersion }));
      socket.send(JSON.stringify({ type: "subscribe", channels: ["poses", "terms"], focusEnv: 0 }));
    });
    socket.on("message", (data, isBinary) => {
      if (isBinary) seen.frames++;
      else seen.types.add((JSON.parse(String(data)) as ServerMessage).type);
      if (seen.frames > 10) resolve();
    });
  });
  const closed = new Promise<number>((resolve) => socket.on("close", resolve));
  return { seen, moving, closed };
}

const urlIn = (text: string) => /http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]+/.exec(text)?.[0] ?? "";

describe("commands", () => {
  test("a page that is open neither stops a training from ending nor outlives it", {
    timeout: 300_000,
  }, async () => {
    const cwd = outsideFolder();
    const training = start(["train", "cartpole", "--steps", "600000", "--json"], { cwd });
    let stdout = "";
    training.process.stdout?.on("data", (data) => {
      stdout += data;
    });
    await training.printed(/"viewer"/);
    const page = connect(urlIn(stdout));
    await page.moving;
    expect([...page.seen.types]).toEqual(expect.arrayContaining(["welcome", "model", "policy"]));
    const { code } = await training.ended;
    expect(code).toBe(0);
    expect(stdout.indexOf('"viewer"')).toBeLessThan(stdout.indexOf('"metrics"'));
    expect(await page.closed).toBe(1001);
  });

  test("--no-viewer serves nothing", async () => {
    const cwd = outsideFolder();
    const plain = await run(
      ["train", "cartpole", "--steps", "4000", "--episodes", "4", "--no-viewer"],
      { cwd },
    );
    expect(plain.code).toBe(0);
    expect(plain.stdout + plain.stderr).not.toContain("http://");
  });

  test("demo serves a bundled policy until Ctrl-C, which ends it well", async () => {
    const cwd = outsideFolder();
    const demo = start(["demo", "cartpole-swingup", "--json"], { cwd });
    let stdout = "";
    demo.process.stdout?.on("data", (data) => {
      stdout += data;
    });
    await demo.printed(/"viewer"/);
    const page = connect(urlIn(stdout));
    await page.moving;
    demo.process.kill("SIGINT");
    expect((await demo.ended).code).toBe(0);
  });

  test("demo and play say what there is where they find nothing", async () => {
    const cwd = outsideFolder();
    const unknown = await run(["demo", "humanoid"], { cwd });
    expect(unknown.stderr).toContain("there are: ant, cartpole-swingup, go1-walk");
    const untrained = await run(["play", "ball-balance"], { cwd });
    expect(untrained.stderr).toContain("train ball-balance");
  });
});

test("view serves a recording to the Replay page, and refuses one that is not there", async () => {
  const cwd = outsideFolder();
  writeFileSync(path.join(cwd, "walk.rollout"), "bytes");
  const viewing = start(["view", "walk.rollout", "--json"], { cwd });
  let stdout = "";
  viewing.process.stdout?.on("data", (data) => {
    stdout += data;
  });
  await viewing.printed(/"viewer"/);
  expect(stdout).toContain("#/replay?file=walk.rollout");
  const { origin, searchParams } = new URL(urlIn(stdout));
  const answer = await fetch(`${origin}/api/recording?token=${searchParams.get("token")}`);
  expect(await answer.text()).toBe("bytes");
  viewing.process.kill("SIGINT");
  expect((await viewing.ended).code).toBe(0);
  const missing = await run(["view", "gone.rollout"], { cwd });
  expect(missing.stderr).toContain("E_RECORDING_MISSING");
});

test("view refuses a run of another folder and says which flag opens it", async () => {
  const cwd = outsideFolder();
  createRun({ runsRoot: path.join(cwd, "old"), task: "cartpole", options: {}, name: "one" }, now);
  const elsewhere = await run(["view", path.join("old", "one")], { cwd });
  expect(elsewhere.code).not.toBe(0);
  expect(elsewhere.stderr).toContain(`view one --runs ${path.join(cwd, "old")}`);
});
