import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Channel } from "../../src/stream/channel.js";
import { RolloutHub } from "../../src/view/rollout-hub.js";
import type { RolloutDemand } from "../../src/view/rollout-source.js";
import { ViewClient } from "../../src/view/view-client.js";

let demands: RolloutDemand[];
let hub: RolloutHub;

beforeEach(() => {
  vi.useFakeTimers();
  demands = [];
  hub = new RolloutHub({
    capabilities: [],
    start: () => {},
    demand: (demand) => demands.push(demand),
    control: () => {},
    stop: async () => {},
  });
});
afterEach(() => vi.useRealTimers());

function join(...channels: Channel[]): ViewClient {
  const socket = { bufferedAmount: 0, send: () => {}, close: () => {}, terminate: () => {} };
  const client = new ViewClient(socket, { role: "control", untilMs: null }, () => Date.now());
  hub.join(client);
  watch(client, ...channels);
  return client;
}

const watch = (client: ViewClient, ...channels: Channel[]) =>
  hub.subscribe(client, { channels: new Set(channels), focusEnv: 0, maxHz: 60 });
const watchers = () => demands.map(({ clients }) => clients);

test("who takes no channel does not count: nothing is rolled out for a page that looks elsewhere", () => {
  join();
  expect(demands.at(-1)).toMatchObject({ clients: 0, connected: 1 });
  const second = join("poses");
  expect(demands.at(-1)).toMatchObject({ clients: 1, connected: 2 });
  watch(second);
  vi.advanceTimersByTime(60_000);
  expect(demands.at(-1)).toMatchObject({ clients: 0, connected: 2 });
  expect(demands.at(-1)?.channels.size).toBe(0);
});

test("the source makes as many frames as the fastest page takes, which changes while one draws late", () => {
  const late = join("poses");
  const second = join("poses");
  hub.subscribe(second, { channels: new Set(["poses"]), focusEnv: 0, maxHz: 20 });
  expect(demands.at(-1)?.hz).toBe(60);
  late.offer("poses", new Uint8Array(32), 1);
  late.pump();
  vi.advanceTimersByTime(2000);
  late.tick();
  expect(demands.at(-1)?.hz).toBe(30);
  late.tick();
  expect(demands.at(-1)?.hz).toBe(20);
});

test("the last one who looks away is waited for a little", () => {
  const client = join("poses", "terms");
  watch(client);
  vi.advanceTimersByTime(1000);
  watch(client, "poses", "terms");
  vi.advanceTimersByTime(60_000);
  expect(watchers()).toEqual([0, 1]);
  hub.leave(client);
  vi.advanceTimersByTime(1000);
  expect(watchers()).toEqual([0, 1]);
  vi.advanceTimersByTime(10_000);
  expect(demands.at(-1)).toMatchObject({ clients: 0, connected: 0 });
});

test("a hub that was stopped asks for nothing any more, though connections close after it", async () => {
  const [first, second] = [join("poses"), join("poses")];
  hub.leave(first);
  await hub.stop();
  demands = [];
  hub.leave(second);
  vi.advanceTimersByTime(60_000);
  expect(demands).toEqual([]);
});
