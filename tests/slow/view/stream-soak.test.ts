import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { Rng } from "../../../src/core/rng.js";
import { readHeader } from "../../../src/stream/packet.js";
import { clientMessageSchema, protocolVersion } from "../../../src/stream/protocol.js";
import {
  boxes,
  connect,
  HandDriven,
  startServer,
  TestClient,
} from "../../integration/view/viewer.js";

const until = { timeout: 60_000, interval: 5 };
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function usedBytes(): Promise<number> {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  await pause(50);
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

test("25 s at 60 Hz among coming, going and hostile clients: nothing lost, memory flat", async () => {
  const source = new HandDriven(boxes(1, 100));
  const started = await startServer({ source });
  const rng = new Rng(5);
  const reader = await connect(started, { channels: ["poses", "terms", "contacts"] });
  await expect.poll(() => source.demands.at(-1)?.channels.size, until).toBe(3);
  let told = 0;
  let visitors: TestClient[] = [];
  const live = async (seconds: number) => {
    const end = performance.now() + 1000 * seconds;
    for (let n = 0; performance.now() < end; n++) {
      source.step();
      if (n % 7 === 0) {
        const episode = { env: 0, simTimeSeconds: 0, endedBy: "fell", episodeReturn: 0 } as const;
        source.sink.message({ type: "episode", ...episode, steps: told++, fitness: null });
      }
      if (n % 15 === 0) {
        reader.say({ type: "ack", sequence: source.frame.sequence });
        const visitor = new TestClient(started.at("/stream"));
        visitors.push(visitor);
        visitor.socket.on("open", () => {
          visitor.say({ type: "hello", version: rng.uniform() < 0.8 ? protocolVersion : 9 });
          if (rng.uniform() < 0.3) visitor.socket.pause();
          else visitor.say({ type: "subscribe", channels: ["poses", "signals"], focusEnv: n % 5 });
          if (rng.uniform() < 0.3) visitor.socket.send(Buffer.alloc(100, n));
        });
      }
      while (visitors.length > 10) visitors.shift()?.socket.terminate();
      await pause(16);
    }
    for (const { socket } of visitors) socket.terminate();
    visitors = [];
    await expect.poll(() => started.server.clients, until).toBe(1);
    // What the reader remembers for this test is not the server's.
    reader.packets.length = 0;
    return usedBytes();
  };
  await live(5);
  const before = await live(5);
  const after = await live(15);
  expect(after - before).toBeLessThan(1 << 20);
  await expect.poll(() => reader.of("episode").length, until).toBe(told);
  expect(reader.of("episode").map(({ steps }) => steps)).toEqual(
    Array.from({ length: told }, (_, i) => i),
  );
  source.step();
  const newest = () => Math.max(...reader.packets.map((packet) => readHeader(packet).sequence));
  await expect.poll(newest, until).toBe(source.frame.sequence);
  expect(reader.closed).toBeUndefined();
});

test("any JSON that looks a little like a message is answered or refused, and the server goes on", async () => {
  const started = await startServer();
  const bystander = await connect(started, { channels: ["poses"] });
  await expect.poll(() => bystander.of("welcome").length, until).toBe(1);
  const types = clientMessageSchema.options.map((option) => option.shape.type.value);
  const almost = fc.record(
    {
      type: fc.oneof(fc.constantFrom(...types), fc.string()),
      version: fc.oneof(fc.constant(protocolVersion), fc.jsonValue()),
      channels: fc.oneof(fc.array(fc.constantFrom("poses", "signals", "x")), fc.jsonValue()),
      focusEnv: fc.jsonValue(),
      sequence: fc.oneof(fc.nat(), fc.double()),
      env: fc.oneof(fc.nat(), fc.integer()),
      impulse: fc.array(fc.double()),
      values: fc.oneof(fc.array(fc.double()), fc.constant(null)),
      policy: fc.jsonValue(),
    },
    { requiredKeys: ["type"] },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(almost, { maxLength: 12 }), async (messages) => {
      const client = await connect(started);
      for (const message of messages) {
        if (client.socket.readyState === WebSocket.OPEN) client.say(message);
      }
      client.say({ type: "noise", on: true });
      const answered = () =>
        client.closed !== undefined || client.of("error").some(({ about }) => about === "noise");
      await expect.poll(answered, until).toBe(true);
      client.socket.terminate();
    }),
    { numRuns: 60, endOnFailure: true },
  );
  const before = bystander.packets.length;
  started.source.step();
  await expect.poll(() => bystander.packets.length, until).toBe(before + 1);
  expect(bystander.closed).toBeUndefined();
});
