import { connect as connectTcp, type Socket } from "node:net";
import { expect, onTestFinished, test, vi } from "vitest";
import { Rng } from "../../../src/core/rng.js";
import { readHeader } from "../../../src/stream/packet.js";
import { protocolVersion } from "../../../src/stream/protocol.js";
import { boxes, connect, HandDriven, startServer, TestClient } from "./viewer.js";

const until = { timeout: 30_000, interval: 5 };
const hello = { type: "hello", version: protocolVersion };

/** A viewer that must go on getting frames whatever the test does to the server. */
async function withBystander(options: Parameters<typeof startServer>[0] = {}) {
  const started = await startServer(options);
  const bystander = await connect(started, { channels: ["poses"] });
  const { source } = started;
  await expect.poll(() => source.demands.at(-1)?.channels.has("poses"), until).toBe(true);
  const unharmed = async () => {
    const before = bystander.packets.length;
    source.step();
    await expect.poll(() => bystander.packets.length, until).toBeGreaterThan(before);
    expect(bystander.closed).toBeUndefined();
  };
  return { ...started, started, unharmed };
}

const closing = (client: TestClient) => expect.poll(() => client.closed, until);

test("no token and a wrong token are turned away with what to do", async () => {
  const { server, unharmed } = await withBystander();
  for (const query of ["", "?token=", "?token=guess"]) {
    const client = new TestClient(`http://127.0.0.1:${server.port}/stream${query}`);
    await closing(client).toEqual({
      code: 4401,
      reason:
        "the token is missing or wrong; open the address that the terminal printed; every start has a new token",
    });
    expect(client.messages).toEqual([]);
  }
  await unharmed();
});

test("pages of foreign origins and foreign names are refused; the log names the flag to add", async () => {
  const { at, log, unharmed } = await withBystander();
  const refused = async (headers: Record<string, string>) => {
    const client = new TestClient(at("/stream"), { headers });
    let status = 0;
    client.socket.on("unexpected-response", (_, answer) => {
      status = answer.statusCode ?? 0;
    });
    await expect.poll(() => status, until).toBe(403);
  };
  await refused({ Origin: "http://evil.example" });
  await refused({ Host: "evil.example:80" });
  expect(log.join("\n")).toContain("--allow-origin http://evil.example");
  expect(log.join("\n")).toContain("--allow-origin http://evil.example:80");
  await unharmed();
});

test("an old or new page is told to reload, whatever else it says", async () => {
  const { at, unharmed } = await withBystander();
  for (const message of [
    { type: "hello", version: 99 },
    { type: "hello", protocol: "2" },
  ]) {
    const client = await new TestClient(at("/stream")).opened();
    client.say(message);
    await closing(client).toMatchObject({ code: 4426 });
    expect(client.closed?.reason).toContain("reload the page");
  }
  await unharmed();
});

test("random bytes, half JSON and messages before hello end the connection with a reason", async () => {
  const { at, unharmed } = await withBystander();
  const rng = new Rng(7);
  const noise = () => Uint8Array.from({ length: 50 }, () => Math.floor(256 * rng.uniform()));
  const first: (string | Uint8Array)[] = [noise(), noise(), '{"type":', "[]", "null", '"hello"'];
  first.push('{"type":"ack","sequence":1}', '{"type":"constructor"}', `{"__proto__":{"type":1}}`);
  for (const data of first) {
    const client = await new TestClient(at("/stream")).opened();
    client.socket.send(data);
    await closing(client).toMatchObject({ code: 4400 });
    expect(client.closed?.reason).not.toBe("");
  }
  await unharmed();
});

test("bytes that are no WebSocket and no HTTP close the connection alone", async () => {
  const { server, at, unharmed } = await withBystander();
  const rng = new Rng(8);
  for (let i = 0; i < 20; i++) {
    const socket = connectTcp(server.port, "127.0.0.1");
    socket.on("error", () => {});
    socket.write(Uint8Array.from({ length: 200 }, () => Math.floor(256 * rng.uniform())));
    await new Promise((resolve) => socket.once("close", resolve));
  }
  // After a proper greeting, frames that break the protocol: reserved bits, no mask.
  const socket = await upgraded(at("/stream"));
  socket.write(Uint8Array.of(0xff, 0x7f, 1, 2, 3, 4));
  await new Promise((resolve) => socket.once("close", resolve));
  await unharmed();
});

test("a message of more than 1 MB is refused as too large", async () => {
  const { started, unharmed } = await withBystander();
  const client = await connect(started);
  client.socket.send("x".repeat((1 << 20) + 1));
  await closing(client).toMatchObject({ code: 1009 });
  await unharmed();
});

test("a read-only link looks on: every control is answered with an error, none passes", async () => {
  const { started, source, unharmed } = await withBystander();
  const client = await connect(started, { role: "read", channels: ["poses"] });
  const controls = [
    { type: "playback", paused: true },
    { type: "push", impulse: [1, 0, 0] },
    { type: "select", policy: { kind: "newest" } },
    { type: "world", parameter: "friction", value: 0 },
    { type: "pose", env: 0, jointPosition: null },
  ];
  for (const message of controls) client.say(message);
  await expect.poll(() => client.of("error").length, until).toBe(controls.length);
  expect(new Set(client.of("error").map(({ code }) => code))).toEqual(
    new Set(["E_VIEW_READ_ONLY"]),
  );
  expect(client.of("error")[0].hint).toContain("link with control");
  expect(source.controls).toEqual([]);
  expect(client.closed).toBeUndefined();
  await unharmed();
});

test("senseless values are answered with what is wrong, and a flood of them ends it", async () => {
  const { started, source, unharmed } = await withBystander();
  const client = await connect(started);
  client.say({ type: "push", impulse: [1, 0, "up"] });
  client.say({ type: "playback", speed: -1 });
  client.socket.send('{"type":"world","parameter":"friction","value":1e999}');
  await expect
    .poll(() => client.of("error").map(({ code }) => code), until)
    .toEqual(["E_VIEW_MESSAGE", "E_VIEW_MESSAGE", "E_VIEW_MESSAGE"]);
  expect(client.of("error")[0].message).toContain("impulse");
  expect(source.controls).toEqual([]);
  for (let i = 0; i < 20; i++) client.say({ type: "nonsense" });
  await closing(client).toMatchObject({ code: 4400 });
  await unharmed();
});

test("thousands of subscriptions: one message cannot hold them, and many are too fast", async () => {
  const { started, unharmed } = await withBystander();
  const wide = await connect(started, { channels: Array(5000).fill("poses") });
  await expect.poll(() => wide.of("error")[0]?.code, until).toBe("E_VIEW_MESSAGE");
  const fast = await connect(started);
  for (let i = 0; i < 5000; i++) {
    fast.say({ type: "subscribe", channels: ["signals"], focusEnv: i });
  }
  await closing(fast).toMatchObject({ code: 4429 });
  await unharmed();
});

test("the 33rd client is turned away, and has a place once another left", async () => {
  const { at, started, unharmed } = await withBystander();
  const clients = await Promise.all(Array.from({ length: 31 }, () => connect(started)));
  const refused = await new TestClient(at("/stream")).opened();
  await closing(refused).toMatchObject({ code: 4503 });
  clients[0].socket.close();
  await expect.poll(() => started.server.clients, until).toBe(31);
  const welcome = await connect(started);
  await expect.poll(() => welcome.of("welcome").length, until).toBe(1);
  await unharmed();
});

test("a roll-out that does not exist is said so, and its name reaches nothing", async () => {
  const asked: string[] = [];
  const source = new HandDriven();
  const { at, unharmed } = await withBystander({
    source,
    openSource(name) {
      asked.push(name);
      return name === "live" ? source : undefined;
    },
  });
  for (const name of ["other", "../../etc", "x".repeat(100)]) {
    const client = new TestClient(at(`/stream?source=${encodeURIComponent(name)}`));
    await closing(client).toMatchObject({
      code: 4400,
      reason: "there is no roll-out of that name",
    });
  }
  expect(asked.filter((name) => name.length > 60 || name.includes("/"))).toEqual([]);
  await unharmed();
});

test("who never says hello is let go", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  const { server, at } = await startServer();
  const client = await new TestClient(at("/stream")).opened();
  while (server.clients === 0) await new Promise((resolve) => setImmediate(resolve));
  vi.advanceTimersByTime(5000);
  vi.useRealTimers();
  await closing(client).toMatchObject({ code: 4408 });
});

test("a half-open socket, which answers no heartbeat, is dropped; one that answers stays", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  onTestFinished(() => void vi.useRealTimers());
  const { server, at } = await startServer();
  const dead = await upgraded(at("/stream"));
  const alive = await new TestClient(at("/stream")).opened();
  alive.say(hello);
  const pings = { count: 0 };
  alive.socket.on("ping", () => {
    pings.count++;
  });
  while (server.clients < 2) await new Promise((resolve) => setImmediate(resolve));
  const closed = new Promise((resolve) => dead.once("close", resolve));
  vi.advanceTimersByTime(10_000);
  while (pings.count === 0) await new Promise((resolve) => setImmediate(resolve));
  // The pong is on its way; a round trip later it has arrived.
  alive.say({ type: "noise", on: true });
  while (alive.of("error").length === 0) await new Promise((resolve) => setImmediate(resolve));
  vi.advanceTimersByTime(10_000);
  await closed;
  expect(server.clients).toBe(1);
  expect(alive.closed).toBeUndefined();
});

test("a client that stops reading costs a bounded amount, and the others lose nothing", async () => {
  const source = new HandDriven(boxes(1, 600));
  const started = await startServer({ source });
  const reader = await connect(started, { channels: ["poses"] });
  const stalled = await upgraded(started.at("/stream"));
  stalled.write(masked(JSON.stringify(hello)));
  stalled.write(masked(JSON.stringify({ type: "subscribe", channels: ["poses"] })));
  await expect.poll(() => source.demands.at(-1)?.clients, until).toBe(2);
  await expect.poll(() => stalled.bytesRead, until).toBeGreaterThan(1000);
  stalled.pause();
  const steps = 200;
  for (let i = 1; i <= steps; i++) {
    source.step();
    await expect.poll(() => reader.packets.length, until).toBe(i);
    if (i % 20 === 0) reader.say({ type: "ack", sequence: i });
  }
  const sequences = reader.packets.map((packet) => readHeader(packet).sequence);
  expect(sequences).toEqual(Array.from({ length: steps }, (_, i) => i + 1));
  expect(started.server.clients).toBe(2);
});

/** A WebSocket by hand: upgraded, then silent. */
async function upgraded(address: string): Promise<Socket> {
  const { port, pathname, search, host } = new URL(address);
  const socket = connectTcp(Number(port), "127.0.0.1");
  socket.on("error", () => {});
  onTestFinished(() => void socket.destroy());
  socket.write(
    `GET ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`,
  );
  await new Promise((resolve) => socket.once("data", resolve));
  return socket;
}

/** A text frame as a client sends it, with a mask of zeros. */
function masked(text: string): Buffer {
  const data = Buffer.from(text);
  const head = Buffer.from([0x81, 0x80 | data.length, 0, 0, 0, 0]);
  return Buffer.concat([head, data]);
}
