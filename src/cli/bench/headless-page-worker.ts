/**
 * A page without a page, in a process of its own: takes every channel while it is asked to, says what
 * it drew four times a second, and tells the benchmark what it got.
 */
import process from "node:process";
import { WebSocket } from "ws";
import { channelNames } from "../../stream/channel.js";
import { protocolVersion, type ServerMessage } from "../../stream/protocol.js";

/** The first one opens the page. */
export type PageRequest = { readonly address: string } | { readonly watching: boolean };

/** What the benchmark is told, of all frames so far. */
export interface PageReport {
  readonly frames: number;
  /** Share of a core that the evaluation takes, by its newest word. */
  readonly share: number | null;
}

const tellMs = 250;

let [frames, last, told] = [0, -1, -1];
let share: number | null = null;
let say = (_message: object) => {};

function open(address: string): void {
  const socket = new WebSocket(address);
  say = (message) => socket.send(JSON.stringify(message));
  socket.on("open", () => say({ type: "hello", version: protocolVersion }));
  socket.on("message", (data: Buffer, isBinary: boolean) => {
    if (isBinary) hearFrame(data.readUInt32LE(4));
    else hear(JSON.parse(String(data)) as ServerMessage);
  });
}

function hear(message: ServerMessage): void {
  if (message.type === "welcome") report();
  if (message.type === "load" && message.realTimeFactor > 0) share = message.cpuShare;
}

/** Each of a frame's channels comes with its number. */
function hearFrame(sequence: number): void {
  if (sequence !== last) frames++;
  last = sequence;
}

function report(): void {
  process.send?.({ frames, share } satisfies PageReport);
}

setInterval(() => {
  if (last === told) return;
  told = last;
  say({ type: "ack", sequence: last });
  report();
}, tellMs);

process.on("message", (request: PageRequest) => {
  if ("address" in request) open(request.address);
  else say({ type: "subscribe", channels: request.watching ? channelNames : [] });
});
process.once("disconnect", () => process.exit(0));
