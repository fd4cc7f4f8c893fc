/** A server with a roll-out that tests drive by hand, and clients that remember what they got. */
import { writeFileSync } from "node:fs";
import path from "node:path";
import { onTestFinished } from "vitest";
import { type ClientOptions, WebSocket } from "ws";
import { createFrame, type RolloutFrame } from "../../../src/stream/frame.js";
import { protocolVersion, type ServerMessage } from "../../../src/stream/protocol.js";
import { type RolloutModel, shapeOfModel } from "../../../src/stream/rollout-model.js";
import type {
  RolloutDemand,
  RolloutSink,
  RolloutSource,
} from "../../../src/view/rollout-source.js";
import { startViewServer } from "../../../src/view/server.js";
import type { ViewServerOptions } from "../../../src/view/server-options.js";
import { temporaryFolder } from "../../temporary-folder.js";

/** A robot of boxes, four environments. */
export function boxes(number: number, numBodies = 3): RolloutModel {
  return {
    number,
    task: "boxes",
    numEnvs: 4,
    controlDtSeconds: 0.02,
    maxEpisodeSteps: 500,
    robot: {
      name: "boxes",
      bodies: Array.from({ length: numBodies }, (_, i) => ({
        name: `body ${i}`,
        parent: i - 1,
        massKg: 1,
        centerOfMass: [0, 0, 0],
      })),
      joints: [],
      geoms: [],
    },
    baseBody: 0,
    terrain: null,
    terms: [{ name: "progress", line: 1 }],
    rewardCode: "",
    signals: [],
    observationNames: ["a", "b"],
    actionNames: ["c"],
    jointNames: [],
    parameters: [],
    commands: [],
    fitnessUnit: "m",
  };
}

export class HandDriven implements RolloutSource {
  readonly capabilities = ["playback", "push"] as const;
  readonly demands: RolloutDemand[] = [];
  readonly controls: unknown[] = [];
  sink!: RolloutSink;
  frame: RolloutFrame;
  stopped = false;

  readonly model: RolloutModel;

  constructor(model = boxes(1)) {
    this.model = model;
    this.frame = createFrame(shapeOfModel(model));
    this.frame.model = model.number;
  }

  start(sink: RolloutSink): void {
    this.sink = sink;
    sink.message({ type: "model", model: this.model });
  }

  demand(demand: RolloutDemand): void {
    this.demands.push(demand);
  }

  control(message: { type: string }): void {
    this.controls.push(message);
    if (message.type === "noise") throw new Error("no noise here");
  }

  async stop(): Promise<void> {
    this.stopped = true;
  }

  /** One control step. */
  step(): void {
    this.frame.sequence++;
    this.frame.simTimeSeconds += 0.02;
    this.sink.frame(this.frame);
  }
}

export async function startServer(
  given: Partial<ViewServerOptions> & { source?: HandDriven } = {},
) {
  const { source = new HandDriven(), ...options } = given;
  const log: string[] = [];
  const pagesFolder = temporaryFolder("pages");
  writeFileSync(path.join(pagesFolder, "index.html"), "<!doctype html>page");
  const server = await startViewServer({
    pagesFolder,
    openSource: (name) => (name === "live" ? source : undefined),
    version: "0.0.0",
    log: (line) => log.push(line),
    ...options,
  });
  onTestFinished(() => server.stop());
  const at = (place: string, role: "control" | "read" = "control") => {
    const token = new URL(role === "control" ? server.url : server.readOnlyUrl).searchParams;
    return `http://127.0.0.1:${server.port}${place}${place.includes("?") ? "&" : "?"}${token}`;
  };
  return { server, source, log, at, pagesFolder };
}

export type StartedServer = Awaited<ReturnType<typeof startServer>>;

export class TestClient {
  readonly messages: ServerMessage[] = [];
  readonly packets: Uint8Array[] = [];
  closed: { code: number; reason: string } | undefined;
  readonly socket: WebSocket;

  constructor(address: string, options: ClientOptions = {}) {
    this.socket = new WebSocket(address.replace(/^http/, "ws"), options);
    this.socket.on("message", (data, isBinary) => {
      if (isBinary) this.packets.push(new Uint8Array(data as Buffer));
      else this.messages.push(JSON.parse(String(data)));
    });
    this.socket.on("error", () => {});
    this.socket.on("close", (code, reason) => {
      this.closed = { code, reason: String(reason) };
    });
  }

  async opened(): Promise<this> {
    if (this.socket.readyState === WebSocket.CONNECTING) {
      await new Promise((resolve, reject) => {
        this.socket.once("open", resolve);
        this.socket.once("error", reject);
      });
    }
    return this;
  }

  say(message: object): void {
    this.socket.send(JSON.stringify(message));
  }

  of<T extends ServerMessage["type"]>(type: T): Extract<ServerMessage, { type: T }>[] {
    return this.messages.filter((m): m is Extract<ServerMessage, { type: T }> => m.type === type);
  }
}

/** Connected, greeted and, with channels, subscribed. */
export async function connect(
  started: StartedServer,
  options: { role?: "control" | "read"; channels?: readonly string[]; focusEnv?: number } = {},
): Promise<TestClient> {
  const client = await new TestClient(started.at("/stream", options.role)).opened();
  client.say({ type: "hello", version: protocolVersion });
  if (options.channels) {
    client.say({ type: "subscribe", channels: options.channels, focusEnv: options.focusEnv ?? 0 });
  }
  return client;
}
