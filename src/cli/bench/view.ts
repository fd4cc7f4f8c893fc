/** What the viewer costs: packing, bytes, the way over loopback, a client that stops reading, seeking. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { WebSocket } from "ws";
import { median, quantile } from "../../core/statistics.js";
import { createFrame, type RolloutFrame, type RolloutShape } from "../../stream/frame.js";
import { packPoses } from "../../stream/pack.js";
import { protocolVersion } from "../../stream/protocol.js";
import { concatenate } from "../../stream/recording-chunk.js";
import { bytesSource, openRecording } from "../../stream/recording-reader.js";
import { RecordingWriter } from "../../stream/recording-writer.js";
import { type RolloutModel, shapeOfModel } from "../../stream/rollout-model.js";
import { unpack } from "../../stream/unpack.js";
import type { RolloutSink, RolloutSource } from "../../view/rollout-source.js";
import { startViewServer } from "../../view/server.js";
import type { Benchmark } from "./benchmark.js";

const hz = 60;
const packRounds = 200;
const latencyFrames = 240;
/** 8,000 bodies a frame: 29 MB, far more than sockets hold. */
const stalledFrames = 300;
const recordedSeconds = 60;
const seeks = 100;

export const benchView: Benchmark = async (progress) => {
  const rows = [["quantity", "measured", "wanted"]];
  progress("packing 1,000 bodies");
  const thousand = movingFrame(shapeOfModel(chain(50, 20)));
  const packed = packPoses(thousand);
  const packMs = times(packRounds, () => void packPoses(thousand));
  const unpackMs = times(packRounds, () => void unpack(packed, thousand));
  rows.push(
    ["pack 1,000 bodies", ms(median(packMs)), "≤ 0.5 ms"],
    ["unpack 1,000 bodies, in the page", ms(median(unpackMs)), "—"],
    ["bytes a body and frame", `${(packed.length - 24 - 50 * 16) / 1000}`, "12"],
  );
  progress("frames over loopback");
  const latency = await loopback();
  rows.push([
    "1,000 bodies over loopback, median and 99 %",
    `${ms(quantile(latency, 0.5))}, ${ms(quantile(latency, 0.99))}`,
    "≤ 50 ms",
  ]);
  progress("a client that stops reading");
  const { bytes, lost } = await stalled();
  rows.push(
    ["memory for a client that stopped reading", `${(bytes / 1e6).toFixed(2)} MB`, "≤ 1 MB"],
    ["frames that another client then lost", `${lost} of ${stalledFrames}`, "0"],
  );
  progress("seeking in a minute");
  const recorded = await recording();
  rows.push(
    ["bytes a body and frame, recorded", recorded.bytesPerBody.toFixed(1), "≤ 12"],
    [
      "seek in a 60 s recording, median and longest",
      `${ms(median(recorded.seekMs))}, ${ms(Math.max(...recorded.seekMs))}`,
      "≤ 50 ms",
    ],
  );
  return {
    title: "Viewer: packing, streaming, recording",
    rows,
    notes: [
      `packing: medians of ${packRounds} frames of 50 environments with 20 bodies`,
      `loopback: ${latencyFrames} frames at ${hz} Hz, from before packing until the client has the bytes`,
      `stopped client: ${stalledFrames} frames of 8,000 bodies; memory after garbage collection, less that before`,
      `recording: 16 environments with 13 bodies and all channels at ${hz} Hz; ${seeks} random places, each decoded anew`,
    ],
  };
};

/** Environments with chains of bodies, as many signals as a walking robot has. */
function chain(numEnvs: number, numBodies: number): RolloutModel {
  const names = (count: number) => Array.from({ length: count }, (_, i) => `${i}`);
  return {
    number: 0,
    task: "bench",
    numEnvs,
    controlDtSeconds: 1 / hz,
    maxEpisodeSteps: 1000,
    robot: {
      name: "chain",
      bodies: names(numBodies).map((name, i) => ({
        name,
        parent: i - 1,
        massKg: 1,
        centerOfMass: [0, 0, 0],
      })),
      joints: [],
      geoms: [],
    },
    baseBody: 0,
    terrain: null,
    terms: names(8).map((name) => ({ name, line: null })),
    rewardCode: "",
    signals: [],
    observationNames: names(48),
    actionNames: names(12),
    jointNames: names(12),
    parameters: [],
    commands: [],
    fitnessUnit: "",
  };
}

function movingFrame(shape: RolloutShape): RolloutFrame {
  const frame = createFrame(shape);
  move(frame, 0);
  return frame;
}

/** Walks on at 1 m/s, every body swinging at its own pace. */
function move(frame: RolloutFrame, sequence: number): void {
  const time = sequence / hz;
  frame.sequence = sequence;
  frame.simTimeSeconds = time;
  const { poses, shape, terms, observations } = frame;
  for (let i = 0, at = 0; i < shape.numEnvs * shape.numBodies; i++, at += 7) {
    const phase = 7 * time + i;
    const angle = 0.6 * Math.sin(phase);
    poses[at] = time + 0.3 * Math.sin(i) + 0.1 * Math.sin(phase);
    poses[at + 1] = 0.2 * Math.cos(i);
    poses[at + 2] = 0.4 + 0.1 * Math.cos(phase);
    poses[at + 3] = Math.cos(angle / 2);
    poses[at + 4 + (i % 3)] = Math.sin(angle / 2);
  }
  for (let i = 0; i < terms.length; i++) terms[i] = Math.sin(time + i);
  for (let i = 0; i < observations.length; i++) observations[i] = Math.sin(3 * time + i);
}

/** Ends with the server; its frames are published by hand. */
class BenchSource implements RolloutSource {
  readonly capabilities = [];
  readonly model: RolloutModel;
  sink!: RolloutSink;

  constructor(model: RolloutModel) {
    this.model = model;
  }

  start(sink: RolloutSink): void {
    this.sink = sink;
    sink.message({ type: "model", model: this.model });
  }

  demand(): void {}
  control(): void {}
  async stop(): Promise<void> {}
}

async function serve(model: RolloutModel) {
  const source = new BenchSource(model);
  const server = await startViewServer({
    pagesFolder: "",
    openSource: () => source,
    version: "",
  });
  const address = server.url.replace("http", "ws").replace("/?", "/stream?");
  return { source, server, address };
}

/** A client that subscribed to poses and says what it got, as a page does. */
async function watch(address: string, onFrame: (packet: Buffer) => void): Promise<WebSocket> {
  const socket = new WebSocket(address);
  await once(socket, "open");
  socket.send(JSON.stringify({ type: "hello", version: protocolVersion }));
  socket.send(JSON.stringify({ type: "subscribe", channels: ["poses"] }));
  socket.on("message", (data: Buffer, isBinary: boolean) => {
    if (!isBinary) return;
    onFrame(data);
    const sequence = data.readUInt32LE(4);
    if (sequence % 15 === 0) socket.send(JSON.stringify({ type: "ack", sequence }));
  });
  await pause(200);
  return socket;
}

async function loopback(): Promise<number[]> {
  const { source, server, address } = await serve(chain(50, 20));
  const frame = movingFrame(shapeOfModel(source.model));
  const latency: number[] = [];
  // The frame's clock is ours here, so that its header says when it set out.
  const socket = await watch(address, (packet) => {
    latency.push(performance.now() - 1000 * packet.readDoubleLE(8));
  });
  for (let n = 1; n <= latencyFrames; n++) {
    move(frame, n);
    frame.simTimeSeconds = performance.now() / 1000;
    source.sink.frame(frame);
    await pause(1000 / hz);
  }
  socket.terminate();
  await server.stop();
  return latency;
}

async function stalled(): Promise<{ bytes: number; lost: number }> {
  const { source, server, address } = await serve(chain(400, 20));
  const frame = movingFrame(shapeOfModel(source.model));
  let got = 0;
  const reader = await watch(address, () => got++);
  const play = async (from: number) => {
    for (let n = from; n < from + stalledFrames; n++) {
      move(frame, n);
      source.sink.frame(frame);
      await pause(1000 / hz + 1);
    }
    await pause(200);
    return usedBytes();
  };
  const before = await play(1);
  const reading = got;
  const sleeper = await fallAsleep(address);
  const after = await play(1 + stalledFrames);
  const lost = stalledFrames - (got - reading);
  sleeper.destroy();
  reader.terminate();
  await server.stop();
  return { bytes: after - before, lost };
}

/** A WebSocket by hand that subscribes and then reads nothing. */
async function fallAsleep(address: string): Promise<Socket> {
  const { port, pathname, search, host } = new URL(address);
  const socket = connect(Number(port), "127.0.0.1");
  socket.on("error", () => {});
  socket.write(
    `GET ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`,
  );
  await once(socket, "data");
  for (const message of [
    { type: "hello", version: protocolVersion },
    { type: "subscribe", channels: ["poses"] },
  ]) {
    const data = Buffer.from(JSON.stringify(message));
    socket.write(Buffer.concat([Buffer.from([0x81, 0x80 | data.length, 0, 0, 0, 0]), data]));
  }
  socket.pause();
  return socket;
}

async function recording(): Promise<{ bytesPerBody: number; seekMs: number[] }> {
  const model = chain(16, 13);
  const frame = movingFrame(shapeOfModel(model));
  const parts: Uint8Array[] = [];
  const poses: Uint8Array[] = [];
  const about = { title: "bench", program: "bench", createdAt: "" };
  const writer = new RecordingWriter((bytes) => void parts.push(bytes), about);
  const posesOnly = new RecordingWriter((bytes) => void poses.push(bytes), about);
  for (const each of [writer, posesOnly]) each.message({ type: "model", model });
  const steps = recordedSeconds * hz;
  for (let n = 0; n < steps; n++) {
    move(frame, n);
    writer.frame(frame);
    posesOnly.packets([packPoses(frame)]);
  }
  await Promise.all([writer.end(), posesOnly.end()]);
  const file = concatenate(parts);
  const seekMs: number[] = [];
  for (let i = 0; i < seeks; i++) {
    const opened = await openRecording(bytesSource(file));
    const place = ((i * 0.618034) % 1) * recordedSeconds;
    const start = performance.now();
    for (const item of await opened.seek(place)) {
      if ("packet" in item) unpack(item.packet, frame);
    }
    seekMs.push(performance.now() - start);
  }
  const bodies = 16 * 13 * steps;
  return { bytesPerBody: poses.reduce((sum, { length }) => sum + length, 0) / bodies, seekMs };
}

async function usedBytes(): Promise<number> {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  await pause(50);
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function times(rounds: number, work: () => void): number[] {
  for (let i = 0; i < rounds; i++) work();
  return Array.from({ length: rounds }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  });
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function ms(value: number): string {
  return `${value.toFixed(value < 1 ? 2 : 1)} ms`;
}
