import { expect, test } from "vitest";
import type { Channel } from "../../src/stream/channel.js";
import { ViewClient } from "../../src/view/view-client.js";

/** A socket whose other end reads only when told, and a clock that stands still. */
function connection() {
  const pending: { data: string | Uint8Array; done: () => void }[] = [];
  const clock = { ms: 0 };
  const socket = {
    reading: true,
    received: [] as (string | Uint8Array)[],
    closed: undefined as [number, string] | undefined,
    get bufferedAmount() {
      return pending.reduce((sum, { data }) => sum + data.length, 0);
    },
    send(data: string | Uint8Array, done: () => void) {
      pending.push({ data, done });
      if (socket.reading && pending.length === 1) socket.drain();
    },
    drain() {
      for (let next = pending[0]; next; next = pending[0]) {
        socket.received.push(next.data);
        pending.shift();
        next.done();
      }
    },
    close(code: number, reason: string) {
      socket.closed = [code, reason];
    },
    terminate() {},
  };
  const client = new ViewClient(socket, { role: "control", untilMs: null }, () => clock.ms);
  const channels = new Set<Channel>(["poses", "terms"]);
  client.subscribe({ channels, focusEnv: 0, maxHz: 60 });
  const frame = (sequence: number, bytes = 1000, channel: Channel = "poses") => {
    const packet = new Uint8Array(bytes);
    packet[0] = sequence;
    client.offer(channel, packet, sequence);
    client.pump();
  };
  const frames = () => socket.received.filter((data) => typeof data !== "string").map((d) => d[0]);
  return { client, socket, clock, frame, frames };
}

test("a client that stops reading keeps one frame a channel and at most 256 KB in its socket", () => {
  const { socket, clock, frame, frames } = connection();
  socket.reading = false;
  for (let i = 1; i <= 200; i++) {
    clock.ms += 20;
    frame(i, 28_000);
  }
  expect(socket.bufferedAmount).toBeLessThanOrEqual(256 * 1024);
  socket.reading = true;
  socket.drain();
  const got = frames();
  expect(got.length).toBeLessThan(12);
  expect(got[got.length - 1]).toBe(200);
});

test("a frame that is larger than the budget is sent when nothing waits", () => {
  const { clock, frame, frames } = connection();
  for (let i = 1; i <= 3; i++) {
    clock.ms += 20;
    frame(i, 3_000_000);
  }
  expect(frames()).toEqual([1, 2, 3]);
});

test("control messages come in order before frames, however many frames are dropped", () => {
  const { client, socket, clock, frame } = connection();
  socket.reading = false;
  for (let i = 0; i < 50; i++) {
    clock.ms += 20;
    frame(i, 100_000);
    client.send(`event ${i}`);
  }
  socket.reading = true;
  socket.drain();
  const texts = socket.received.filter((data) => typeof data === "string");
  expect(texts).toEqual(Array.from({ length: 50 }, (_, i) => `event ${i}`));
});

test("more than 1,024 waiting messages close the connection with the reason", () => {
  const { client, socket, frame } = connection();
  socket.reading = false;
  frame(1, 300_000);
  for (let i = 0; i < 1024; i++) client.send("x");
  expect(socket.closed).toBeUndefined();
  client.send("x");
  expect(socket.closed).toEqual([4431, "1025 messages were left unread"]);
});

test("many bytes of waiting messages close it too, but not one large state", () => {
  const { client, socket, frame } = connection();
  socket.reading = false;
  frame(1, 300_000);
  for (let i = 0; i < 3; i++) client.send("m".repeat(3_000_000), "model");
  expect(socket.closed).toBeUndefined();
  client.send("e".repeat(600_000));
  expect(socket.closed?.[0]).toBe(4431);
});

test("a state that was not yet sent is replaced by a newer one of its key", () => {
  const { client, socket, frame } = connection();
  socket.reading = false;
  frame(1, 300_000);
  for (const text of ["a1", "b1", "a2"]) client.send(text, text[0]);
  socket.reading = true;
  socket.drain();
  expect(socket.received.slice(1)).toEqual(["b1", "a2"]);
});

test("frames are paced, and the last one before a pause is not lost", async () => {
  const { client, frame, frames, clock } = connection();
  client.subscribe({ channels: new Set(["poses"]), focusEnv: 0, maxHz: 20 });
  for (let i = 1; i <= 5; i++) {
    frame(i);
    clock.ms += 10;
  }
  expect(frames()).toEqual([1]);
  await expect.poll(frames).toEqual([1, 5]);
});

test("a client that never says what it drew gets fewer frames, then none until it does", () => {
  const { client, clock, frame, frames, socket } = connection();
  let sequence = 0;
  const seconds = (length: number) => {
    const before = frames().length;
    for (let i = 0; i < 50 * length; i++) {
      clock.ms += 20;
      frame(++sequence);
      if (i % 25 === 24) client.tick();
    }
    return (frames().length - before) / length;
  };
  expect(seconds(1)).toBe(50);
  seconds(3);
  expect(seconds(5)).toBeLessThan(6);
  seconds(3);
  expect(seconds(5)).toBe(0);
  client.acknowledge(sequence);
  expect(seconds(1)).toBeGreaterThan(3);
  const rates = socket.received.filter((data) => typeof data === "string");
  expect(rates.map((text) => JSON.parse(text as string).hz)).toEqual([30, 15, 5, 0, 5]);
});

test("messages beyond 120 a second are too many, a burst of 240 is not", () => {
  const { client, clock } = connection();
  for (let i = 0; i < 240; i++) expect(client.spend()).toBe(true);
  expect(client.spend()).toBe(false);
  clock.ms += 1000;
  for (let i = 0; i < 118; i++) expect(client.spend()).toBe(true);
});
