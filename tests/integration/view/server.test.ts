import { get } from "node:http";
import { connect as connectTcp } from "node:net";
import { expect, test } from "vitest";
import { z } from "zod";
import { RewardsmithError } from "../../../src/core/errors.js";
import { createFrame } from "../../../src/stream/frame.js";
import { readHeader } from "../../../src/stream/packet.js";
import { closeCode, protocolVersion, serverMessageSchema } from "../../../src/stream/protocol.js";
import { shapeOfModel } from "../../../src/stream/rollout-model.js";
import { unpack } from "../../../src/stream/unpack.js";
import { readLinkSchema } from "../../../src/view/read-link.js";
import type { Route } from "../../../src/view/route.js";
import { startViewServer } from "../../../src/view/server.js";
import { boxes, connect, HandDriven, startServer, TestClient } from "./viewer.js";

const until = { timeout: 20_000, interval: 5 };

test("a client is greeted with version, session, role and everything known, then gets frames", async () => {
  const started = await startServer();
  const client = await connect(started, { channels: ["poses", "terms"] });
  await expect.poll(() => client.of("model").length, until).toBe(1);
  const [welcome] = client.of("welcome");
  expect(welcome).toMatchObject({ version: protocolVersion, role: "control" });
  expect(welcome.capabilities).toEqual(["playback", "push"]);
  const { source } = started;
  await expect.poll(() => source.demands.at(-1)?.channels.size, until).toBe(2);
  source.frame.poses[0] = 1.25;
  source.frame.terms[3] = -0.5;
  source.step();
  await expect.poll(() => client.packets.length, until).toBe(2);
  const frame = createFrame(shapeOfModel(client.of("model")[0].model));
  frame.model = 1;
  for (const packet of client.packets) unpack(packet, frame);
  expect([frame.sequence, frame.poses[0], frame.terms[3]]).toEqual([1, 1.25, -0.5]);
  for (const message of client.messages) serverMessageSchema.parse(message);
});

test("a late joiner gets the newest of everything, and nothing that was withdrawn", async () => {
  const started = await startServer();
  const { source } = started;
  const early = await connect(started, { channels: ["poses", "worlds"] });
  await expect.poll(() => source.demands.at(-1)?.channels.size, until).toBe(2);
  const status = { type: "status", level: "info" } as const;
  source.sink.message({ ...status, id: "a", message: "old" });
  source.sink.message({ ...status, id: "b", message: "will go" });
  source.sink.message({ ...status, id: "a", message: "new" });
  source.sink.message({ ...status, id: "b", message: "" });
  source.sink.message({ type: "policy", policy: null });
  for (let i = 0; i < 3; i++) source.step();
  await expect.poll(() => early.of("policy").length, until).toBe(1);
  const late = await connect(started, { channels: ["poses", "worlds"] });
  await expect.poll(() => late.packets.length, until).toBe(2);
  expect(late.messages.map((message) => message.type)).toEqual([
    "welcome",
    "model",
    "policy",
    "status",
  ]);
  expect(late.of("status")[0].message).toBe("new");
  expect(late.packets.map((packet) => readHeader(packet).sequence)).toEqual([1, 3]);
});

test("a new model clears the frames of the old one", async () => {
  const started = await startServer();
  const { source } = started;
  const first = await connect(started, { channels: ["poses"] });
  await expect.poll(() => source.demands.at(-1)?.channels.size, until).toBe(1);
  source.step();
  source.sink.message({ type: "model", model: boxes(2) });
  await expect.poll(() => first.of("model").length, until).toBe(2);
  const late = await connect(started, { channels: ["poses"] });
  await expect.poll(() => late.of("model").length, until).toBe(1);
  expect(late.of("model")[0].model.number).toBe(2);
  expect(late.packets).toEqual([]);
});

test("each client gets its own channels and environment, and the source hears what all want", async () => {
  const started = await startServer();
  const { source } = started;
  const one = await connect(started, { channels: ["signals"], focusEnv: 1 });
  const two = await connect(started, { channels: ["signals", "contacts"], focusEnv: 3 });
  await expect.poll(() => source.demands.at(-1)?.focusEnvs, until).toEqual([1, 3]);
  source.step();
  await expect.poll(() => [one.packets.length, two.packets.length], until).toEqual([1, 2]);
  expect(readHeader(one.packets[0]).firstEnv).toBe(1);
  one.socket.close();
  two.socket.close();
  await expect.poll(() => source.demands.at(-1)?.clients, until).toBe(0);
  expect(source.demands.at(-1)?.channels.size).toBe(0);
});

test("controls reach the source; what it throws is told to who asked, alone", async () => {
  const started = await startServer();
  const asker = await connect(started);
  const other = await connect(started);
  asker.say({ type: "push", impulse: [1, 0, 0] });
  asker.say({ type: "noise", on: true });
  await expect.poll(() => asker.of("error").length, until).toBe(1);
  expect(started.source.controls[0]).toEqual({ type: "push", impulse: [1, 0, 0] });
  expect(asker.of("error")[0]).toMatchObject({ about: "noise", message: "no noise here" });
  expect(other.of("error")).toEqual([]);
});

test("run events are told to all, and not to who comes later", async () => {
  const started = await startServer();
  const clients = [await connect(started), await connect(started, { role: "read" })];
  await expect.poll(() => clients.every((c) => c.of("model").length === 1), until).toBe(true);
  const event = { type: "note", seq: 3, time: "2026-01-01T00:00:00Z", text: "hops" };
  started.server.broadcast({ type: "event", run: "r", event });
  await expect.poll(() => clients.map((c) => c.of("event").length), until).toEqual([1, 1]);
  expect(clients[1].of("event")[0].event).toEqual(event);
});

test("stopping tells the clients, stops the source and frees the port", async () => {
  const started = await startServer();
  const client = await connect(started);
  await expect.poll(() => client.of("model").length, until).toBe(1);
  await started.server.stop();
  await expect.poll(() => client.closed, until).toEqual({ code: 1001, reason: "the server stops" });
  expect(started.source.stopped).toBe(true);
  const again = await startServer({ port: started.server.port });
  expect(again.server.port).toBe(started.server.port);
});

test("clients that say nothing, or never close their half, do not keep the server from stopping", async () => {
  const { server, log } = await startServer();
  const silent = connectTcp(server.port, "127.0.0.1");
  silent.on("error", () => {});
  await new Promise((resolve) => silent.once("connect", resolve));
  const socket = connectTcp({ port: server.port, host: "127.0.0.1", allowHalfOpen: true });
  socket.write(
    "GET /elsewhere HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
  );
  await new Promise((resolve) => socket.once("data", resolve));
  await server.stop();
  socket.destroy();
  expect(log).toEqual([]);
});

test("what goes wrong for one page ends its connection and nothing else", async () => {
  const source = new HandDriven();
  source.demand = ({ clients }) => {
    if (clients > 0) throw new Error("no process could be started");
  };
  const { server, log, at } = await startServer({ source });
  const client = await new TestClient(at("/stream")).opened();
  client.say({ type: "hello", version: protocolVersion });
  client.say({ type: "subscribe", channels: ["poses"], focusEnv: 0, maxHz: 60 });
  await expect.poll(() => client.closed, until).toBeDefined();
  expect(log.join("\n")).toContain("no process could be started");
  expect((await fetch(at("/"))).status).toBe(200);
  expect(server.clients).toBe(0);
});

test("where the pages were not built, that is said, and how to build them", async () => {
  const { at, log } = await startServer({ pagesFolder: "/nowhere" });
  const answer = await fetch(at("/"));
  expect(answer.status).toBe(404);
  expect(await answer.json()).toMatchObject({
    code: "E_VIEW_PAGES",
    hint: "build them: npm run build",
  });
  expect(log.join("\n")).toContain("npm run build");
});

test("a taken port is said plainly", async () => {
  const { server, pagesFolder } = await startServer();
  const options = { pagesFolder, openSource: () => undefined, version: "0" };
  await expect(startViewServer({ ...options, port: server.port })).rejects.toMatchObject({
    code: "E_VIEW_PORT",
  });
  await expect(startViewServer({ ...options, host: "203.0.113.1" })).rejects.toMatchObject({
    code: "E_VIEW_HOST",
  });
});

const routes: Route[] = [
  {
    method: "GET",
    path: "/api/runs/:run/candidates/:id",
    handle: ({ params, query, role }) => ({ json: { ...params, n: query.get("n"), role } }),
  },
  {
    method: "POST",
    path: "/api/runs/:run/note",
    handle: ({ params, body }) => ({
      status: 201,
      json: { ...params, ...z.object({ text: z.string() }).parse(body) },
    }),
  },
  {
    method: "GET",
    path: "/api/broken/:how",
    handle({ params }) {
      if (params["how"] === "known") throw new RewardsmithError("E_RUN_UNKNOWN", "no run", {});
      throw new Error("a secret");
    },
  },
  {
    method: "GET",
    path: "/api/file",
    handle: () => ({ bytes: "a,b\n", type: "text/csv", download: 'x"\n.csv' }),
  },
];

test("routes get their parameters, query and role; the token is not passed on", async () => {
  const { at } = await startServer({ routes });
  const answer = await fetch(at("/api/runs/a%20b/candidates/2.5?n=7", "read"));
  expect(await answer.json()).toEqual({ run: "a b", id: "2.5", n: "7", role: "read" });
  expect(answer.headers.get("cache-control")).toBe("no-store");
  const file = await fetch(at("/api/file"));
  expect(file.headers.get("content-disposition")).toBe('attachment; filename="x__.csv"');
});

test("posting needs control, JSON and its own origin; refusals have a code", async () => {
  const { at, log } = await startServer({ routes });
  const post = async (place: string, init: RequestInit, role?: "read") => {
    const type = { "Content-Type": "application/json" };
    const headers = { ...type, ...(init.headers as Record<string, string>) };
    const answer = await fetch(at(place, role), { method: "POST", ...init, headers });
    return [answer.status, ((await answer.json()) as { code?: string }).code];
  };
  const body = JSON.stringify({ text: "hi" });
  const note = "/api/runs/a/note";
  expect(await post(note, { body })).toEqual([201, undefined]);
  expect(await post(note, { body: "{}" })).toEqual([400, "E_VIEW_REQUEST"]);
  expect(await post(note, { body: "{" })).toEqual([400, "E_VIEW_REQUEST"]);
  expect(await post(note, { body }, "read")).toEqual([403, "E_VIEW_READ_ONLY"]);
  expect(await post("/api/nothing", { body })).toEqual([404, "E_VIEW_NOT_FOUND"]);
  expect(await post("/api/file", { body })).toEqual([405, "E_VIEW_METHOD"]);
  const foreign = { Origin: "http://evil.example" };
  expect(await post(note, { body, headers: foreign })).toEqual([403, "E_VIEW_ORIGIN"]);
  const form = { "Content-Type": "text/plain" };
  expect(await post(note, { body, headers: form })).toEqual([400, "E_VIEW_REQUEST"]);
  const long = { body: JSON.stringify({ text: "x".repeat(1 << 20) }) };
  expect(await post(note, long)).toEqual([413, "E_VIEW_TOO_LARGE"]);
  expect(log.join("\n")).toContain("--allow-origin http://evil.example");
});

test("what a route throws is answered by its code; mistakes of ours without details", async () => {
  const { at, server, log } = await startServer({ routes });
  const known = await fetch(at("/api/broken/known"));
  expect([known.status, await known.json()]).toEqual([
    404,
    { code: "E_RUN_UNKNOWN", message: "no run" },
  ]);
  const unknown = await fetch(at("/api/broken/unknown"));
  expect(unknown.status).toBe(500);
  expect(await unknown.text()).not.toContain("secret");
  expect(log.join("\n")).toContain("secret");
  const untold = await fetch(`http://127.0.0.1:${server.port}/api/file`);
  expect([untold.status, ((await untold.json()) as { code: string }).code]).toEqual([
    401,
    "E_VIEW_TOKEN",
  ]);
});

test("an allowed origin may call the interface from its page", async () => {
  const { at } = await startServer({ routes, allowOrigins: ["http://lab.example"] });
  const headers = { Origin: "http://lab.example" };
  const asked = await fetch(at("/api/file"), { method: "OPTIONS", headers });
  expect(asked.status).toBe(204);
  expect(asked.headers.get("access-control-allow-origin")).toBe("http://lab.example");
  expect(asked.headers.get("access-control-allow-headers")).toContain("Authorization");
});

test("pages come with a content policy, and nothing outside their folder is served", async () => {
  const { server } = await startServer();
  const base = `http://127.0.0.1:${server.port}`;
  const page = await fetch(`${base}/`);
  expect(await page.text()).toContain("page");
  expect(page.headers.get("content-security-policy")).toContain("default-src 'self'");
  expect(page.headers.get("cache-control")).toBe("no-store");
  expect(page.headers.get("referrer-policy")).toBe("no-referrer");
  // fetch() would tidy these up before sending them.
  const status = (path: string) =>
    new Promise((resolve) => {
      get({ port: server.port, host: "127.0.0.1", path }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
    });
  expect(await status("/../../../../etc/passwd")).toBe(404);
  expect(await status("/..%2f..%2f..%2fetc%2fpasswd")).toBe(404);
  expect(await status("/%00")).toBe(404);
  expect(await status("/%E0%A4%A")).toBe(404);
  expect(await status("//")).toBe(404);
});

test("whoever has control makes links that look on, until their time is over", async () => {
  let nowMs = 1000;
  const started = await startServer({ nowMs: () => nowMs });
  const ask = (seconds: unknown, role: "control" | "read" = "control") =>
    fetch(started.at("/api/links", role), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ seconds }),
    });
  const { token, url, untilMs } = readLinkSchema.parse(await (await ask(60)).json());
  expect(untilMs).toBe(61_000);
  expect(url).toBe(`http://127.0.0.1:${started.server.port}/?token=${token}`);
  const page = (place: string) => url.replace("/?", `${place}?`);

  const client = await new TestClient(page("/stream")).opened();
  client.say({ type: "hello", version: protocolVersion });
  await expect.poll(() => client.of("welcome").length, until).toBe(1);
  expect(client.of("welcome")[0]).toMatchObject({ role: "read", untilMs: 61_000 });
  expect((await fetch(page("/api/runs"))).status).toBe(404);

  nowMs = 61_000;
  await expect
    .poll(() => client.closed, until)
    .toEqual({
      code: closeCode.badToken,
      reason: "the time of this link is over; ask for another one where it came from",
    });
  const late = await fetch(page("/api/runs"));
  expect(late.status).toBe(401);
  expect(await late.json()).toMatchObject({ code: "E_VIEW_LINK_ENDED" });

  expect((await ask(60, "read")).status).toBe(403);
  for (const seconds of [0, -5, 1e9, 60.5, "60", null]) {
    expect((await ask(seconds)).status).toBe(400);
  }
});
