/** Training while somebody watches, beside the same training while nobody does. */
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { WebSocket } from "ws";
import { RewardsmithError } from "../../core/errors.js";
import { median, quantile } from "../../core/statistics.js";
import { compileTask } from "../../reward/node/compile-task.js";
import { ppoLearner } from "../../run/ppo-learner.js";
import { unwatched } from "../../run/train-job.js";
import { channelNames } from "../../stream/channel.js";
import { protocolVersion, type ServerMessage } from "../../stream/protocol.js";
import { loadTask } from "../../task/node/load.js";
import { demoOffer } from "../../view/live/demo.js";
import { createLiveSource } from "../../view/live/live-source.js";
import { startViewServer } from "../../view/server.js";
import { cpuMilliseconds } from "./bare-engine.js";
import type { Benchmark } from "./benchmark.js";
import { humanJob } from "./train.js";

const usual = ["ant"];
const roundMs = 2000;
/** Each is one round watched and one not, in an order that turns round. */
const pairs = 12;
/** What runs on for a little after the last one looked away must have ended. */
const settleMs = 3500;
const ackEvery = 15;

/** @param tasks others than the usual one; each needs a bundled demo, which is what is watched */
export function benchWatch(tasks: readonly string[]): Benchmark {
  return async (progress, signal) => {
    const rows: string[][] = [];
    for (const name of tasks.length > 0 ? tasks : usual) {
      for (const shards of [1, 2]) {
        const { lost, share, frames } = await watched(name, shards, (pair) => {
          signal.throwIfAborted();
          progress(`watching: ${name} on ${shards} cores, pair ${pair} of ${pairs}`);
        });
        rows.push([
          name,
          `${shards}`,
          middle(lost.wall),
          middle(lost.cpu),
          percent(share),
          frames.toFixed(0),
        ]);
      }
    }
    return {
      title: "Viewer: what a training loses while somebody watches",
      rows: [
        [
          "task",
          "cores it trains on",
          "lost by the clock",
          "lost of its processor time",
          "a core for the evaluation",
          "frames/s",
        ],
        ...rows,
      ],
      notes: [
        `iterations a second, median and middle half of ${pairs} pairs of ${roundMs / 1000} s with and without a client that takes every channel of 16 robots; wanted: ≤ 2 % where a core is free`,
        "the evaluation runs in a process of low priority: with all cores training it gets what they leave",
      ],
    };
  };
}

const percent = (value: number) => `${(100 * value).toFixed(1)} %`;
const middle = (values: readonly number[]) =>
  `${percent(median(values))} (${percent(quantile(values, 0.25))} to ${percent(quantile(values, 0.75))})`;

async function watched(name: string, numShards: number, progress: (pair: number) => void) {
  const offer = demoOffer(name);
  if (!offer) {
    throw new RewardsmithError("E_VIEW_POLICY_UNKNOWN", `${name} has no bundled policy to watch`);
  }
  const job = humanJob(compileTask(await loadTask(name)), numShards);
  const learner = await ppoLearner.start(job, {}, unwatched);
  const source = createLiveSource({ offers: { list: () => [offer], find: () => offer } });
  const server = await startViewServer({ pagesFolder: "", openSource: () => source, version: "" });
  const client = await connect(server.url.replace("http", "ws").replace("/?", "/stream?"));
  const rate = async () => {
    const [started, cpuStarted] = [performance.now(), cpuMilliseconds()];
    let iterations = 0;
    do {
      await learner.iterate();
      iterations++;
    } while (performance.now() - started < roundMs);
    const wall = iterations / (performance.now() - started);
    return { wall, cpu: iterations / (cpuMilliseconds() - cpuStarted) };
  };
  const lost = { wall: [] as number[], cpu: [] as number[] };
  let [frames, seconds] = [0, 0];
  const one = async (watching: boolean) => {
    await client.watch(watching);
    if (!watching) await pause(settleMs);
    const [got, started] = [client.frames, performance.now()];
    const measured = await rate();
    if (watching) {
      frames += client.frames - got;
      seconds += (performance.now() - started) / 1000;
    }
    return measured;
  };
  try {
    // Code warms up, and the process that plays has begun.
    await one(true);
    for (let pair = 1; pair <= pairs; pair++) {
      progress(pair);
      const first = pair % 2 === 0;
      const a = await one(first);
      const b = await one(!first);
      const [on, off] = first ? [a, b] : [b, a];
      lost.wall.push(1 - on.wall / off.wall);
      lost.cpu.push(1 - on.cpu / off.cpu);
    }
  } finally {
    client.close();
    await Promise.all([server.stop(), learner.dispose()]);
  }
  return { lost, share: median(client.shares), frames: frames / seconds };
}

/** A page without a page: takes frames, says what it drew, and remembers what the evaluation costs. */
async function connect(address: string) {
  const socket = new WebSocket(address);
  await once(socket, "open");
  const say = (message: object) => socket.send(JSON.stringify(message));
  say({ type: "hello", version: protocolVersion });
  const client = {
    frames: 0,
    shares: [] as number[],
    /** Resolves once the first frame came, where frames are wanted. */
    async watch(watching: boolean): Promise<void> {
      const before = client.frames;
      say({ type: "subscribe", channels: watching ? channelNames : [] });
      while (watching && client.frames <= before) await pause(20);
    },
    close: () => socket.terminate(),
  };
  let last = -1;
  socket.on("message", (data: Buffer, isBinary: boolean) => {
    if (!isBinary) {
      const message = JSON.parse(String(data)) as ServerMessage;
      if (message.type === "load" && message.realTimeFactor > 0)
        client.shares.push(message.cpuShare);
      return;
    }
    const sequence = data.readUInt32LE(4);
    if (sequence === last) return;
    last = sequence;
    client.frames++;
    if (sequence % ackEvery === 0) say({ type: "ack", sequence });
  });
  return client;
}
