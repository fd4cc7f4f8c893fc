/**
 * The connection to the server: what it said last, the minute of steps it sent, and how it fares.
 * When the server goes, all of this stays and the page keeps trying; a server that was started anew
 * (another session id) begins afresh. Unpacking a thousand bodies takes a tenth of a millisecond, so
 * it happens here and not in a worker.
 */
import { batch, computed, signal } from "@preact/signals";
import { channelNames } from "../../../src/stream/channel.js";
import {
  type Capability,
  type ClientMessage,
  closeCode,
  protocolVersion,
  type Role,
  type ServerMessage,
  type ServerMessageOf,
  serverMessageSchema,
  type WatchedPolicy,
} from "../../../src/stream/protocol.js";
import type { RolloutModel } from "../../../src/stream/rollout-model.js";
import { Player } from "../timeline/player.js";
import { Timeline } from "../timeline/timeline.js";
import { token } from "./api.js";

export type LinkState = "connecting" | "live" | "lagging" | "offline" | "refused";

export interface Status {
  readonly id: string;
  readonly level: "info" | "warning" | "error";
  readonly message: string;
  readonly hint?: string | undefined;
}

type Pushed = ServerMessageOf<"pushed">;

/** Of history, s. */
export const keptSeconds = 60;
/** Pushes that are remembered. */
const keptPushes = 100;
const ackMs = 250;
/** Half a second at most: a server that is started anew is to be seen at once. */
const retryMs = [100, 200, 300, 500];
/** Without a frame for so long, a roll-out that should run is late, ms. */
const lateMs = 1500;

export class LiveSession {
  readonly player = new Player();
  readonly link = signal<LinkState>("connecting");
  /** Why the server refused, or what it said when it closed. */
  readonly reason = signal("");
  readonly role = signal<Role>("read");
  /** When this page's link ends, ms since 1970. */
  readonly untilMs = signal<number | null>(null);
  readonly serverVersion = signal("");
  readonly sessionId = signal("");
  readonly capabilities = signal<ReadonlySet<string>>(new Set());
  readonly model = signal<RolloutModel | null>(null);
  readonly policy = signal<WatchedPolicy | null>(null);
  readonly policies = signal<readonly WatchedPolicy[]>([]);
  readonly controls = signal<ServerMessageOf<"controls"> | null>(null);
  readonly stress = signal<ServerMessageOf<"stress"> | null>(null);
  readonly load = signal<ServerMessageOf<"load"> | null>(null);
  readonly statuses = signal<readonly Status[]>([]);
  readonly pushes = signal<readonly Pushed[]>([]);
  readonly rate = signal<ServerMessageOf<"rate"> | null>(null);
  /** Last refusal of something this page asked for. */
  readonly refusal = signal<ServerMessageOf<"error"> | null>(null);
  readonly bytesPerSecond = signal(0);
  readonly framesPerSecond = signal(0);
  readonly focusEnv = signal(0);
  readonly mayControl = computed(
    () => this.role.value === "control" && this.link.value !== "offline",
  );
  private readonly eventListeners = new Set<(message: ServerMessageOf<"event">) => void>();
  private socket: WebSocket | null = null;
  private tries = 0;
  private watched = true;
  private bytes = 0;
  private frames = 0;
  private lastSequence = -1;
  private lastFrameAt = 0;
  private countedAt = 0;
  private timer = 0;
  /** Empty while stopped. */
  private url = "";

  start(url: string): void {
    if (this.url !== "") return;
    this.url = url;
    this.timer = window.setInterval(() => this.beat(), ackMs);
    document.addEventListener("visibilitychange", this.onVisible);
    this.connect();
  }

  /** Closes the connection; what was received stays. */
  stop(): void {
    this.url = "";
    clearInterval(this.timer);
    document.removeEventListener("visibilitychange", this.onVisible);
    this.socket?.close();
  }

  private readonly onVisible = () => {
    this.lastFrameAt = performance.now();
    this.subscribe();
    if (document.visibilityState !== "visible" || this.link.peek() !== "offline") return;
    this.tries = 0;
    this.connect();
  };

  private connect(): void {
    const { url } = this;
    if (this.socket !== null || url === "") return;
    const socket = new WebSocket(url);
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    socket.onopen = () => this.send({ type: "hello", version: protocolVersion });
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (typeof data === "string") {
        this.bytes += data.length;
        this.takeText(data);
      } else {
        this.bytes += data.byteLength;
        this.takePacket(new Uint8Array(data));
      }
    };
    socket.onclose = ({ code, reason }) => {
      this.socket = null;
      const final =
        code === closeCode.badToken ||
        code === closeCode.versionMismatch ||
        code === closeCode.badMessage;
      this.reason.value = reason;
      this.link.value = final ? "refused" : "offline";
      if (final) return;
      const wait = retryMs[Math.min(this.tries++, retryMs.length - 1)];
      // A hidden page must not hammer a tunnel; it tries at once when it is seen again.
      if (document.visibilityState === "visible") setTimeout(() => this.connect(), wait);
    };
  }

  send(message: ClientMessage): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  can(capability: Capability): boolean {
    return this.mayControl.value && this.capabilities.value.has(capability);
  }

  /** Run events as they are written; returns how to stop listening. */
  onEvent(listener: (message: ServerMessageOf<"event">) => void): () => void {
    this.eventListeners.add(listener);
    return () => this.eventListeners.delete(listener);
  }

  focus(env: number): void {
    const numEnvs = this.model.peek()?.numEnvs ?? 1;
    this.focusEnv.value = ((env % numEnvs) + numEnvs) % numEnvs;
    this.subscribe();
  }

  /** Whether its frames are looked at now; what came before stays. */
  watch(watched: boolean): void {
    if (this.watched === watched) return;
    this.watched = watched;
    this.lastFrameAt = performance.now();
    this.subscribe();
  }

  private get takesFrames(): boolean {
    return this.watched && document.visibilityState === "visible";
  }

  private subscribe(): void {
    this.send({
      type: "subscribe",
      channels: this.takesFrames ? [...channelNames] : [],
      focusEnv: this.focusEnv.peek(),
      maxHz: 60,
    });
  }

  /** One binary message, as it came. */
  takePacket(packet: Uint8Array): void {
    const timeline = this.player.timeline.peek();
    if (timeline === null) return;
    try {
      timeline.append(packet);
    } catch (error) {
      this.setStatus({
        id: "packet",
        level: "error",
        message: error instanceof Error ? error.message : "a frame could not be read",
      });
    }
    if (timeline.lastSequence !== this.lastSequence) {
      this.lastSequence = timeline.lastSequence;
      this.lastFrameAt = performance.now();
      this.frames++;
    }
  }

  private takeText(text: string): void {
    const parsed = serverMessageSchema.safeParse(JSON.parse(text));
    // A message of a newer server's: what it needs of us it may not be vital to know.
    if (parsed.success) batch(() => this.take(parsed.data));
  }

  private take(message: ServerMessage): void {
    switch (message.type) {
      case "welcome":
        if (this.sessionId.peek() !== message.sessionId) this.forget();
        this.tries = 0;
        this.sessionId.value = message.sessionId;
        this.role.value = message.role;
        this.untilMs.value = message.untilMs;
        this.serverVersion.value = message.serverVersion;
        this.capabilities.value = new Set(message.capabilities);
        this.link.value = "live";
        this.reason.value = "";
        this.lastFrameAt = performance.now();
        this.subscribe();
        break;
      case "model":
        this.openModel(message.model);
        break;
      case "policy":
        this.policy.value = message.policy;
        break;
      case "policies":
        this.policies.value = message.policies;
        break;
      case "controls":
        this.controls.value = message;
        this.player.speed.value = message.speed;
        break;
      case "load":
        this.load.value = message;
        break;
      case "stress":
        this.stress.value = message.grid === null ? null : message;
        break;
      case "status":
        this.setStatus(message);
        break;
      case "pushed":
        this.pushes.value = [...this.pushes.peek().slice(1 - keptPushes), message];
        break;
      case "event":
        for (const listener of this.eventListeners) listener(message);
        break;
      case "error":
        this.refusal.value = message;
        break;
      case "rate":
        this.rate.value = message;
        break;
    }
  }

  private openModel(model: RolloutModel): void {
    const known = this.model.peek();
    // A late joiner or a reconnection gets the same model again: what was kept stays.
    if (known?.number === model.number && this.player.timeline.peek() !== null) return;
    const steps = Math.ceil(keptSeconds / model.controlDtSeconds);
    this.model.value = model;
    this.pushes.value = [];
    this.lastSequence = -1;
    if (this.focusEnv.peek() >= model.numEnvs) this.focusEnv.value = 0;
    this.player.open(new Timeline(model, Math.min(steps, 6000)), true);
  }

  private forget(): void {
    this.model.value = null;
    this.policy.value = null;
    this.policies.value = [];
    this.controls.value = null;
    this.statuses.value = [];
    this.stress.value = null;
    this.load.value = null;
    this.rate.value = null;
    this.refusal.value = null;
    this.player.open(null, true);
  }

  private setStatus(status: Status): void {
    const others = this.statuses.peek().filter(({ id }) => id !== status.id);
    this.statuses.value = status.message === "" ? others : [...others, status];
  }

  private beat(): void {
    const now = performance.now();
    const shown = this.player.shown;
    if (shown !== null && this.link.peek() !== "offline") {
      this.send({ type: "ack", sequence: shown.sequence });
    }
    if (this.link.peek() === "live" || this.link.peek() === "lagging") {
      const runs =
        this.takesFrames && this.policy.peek() !== null && this.controls.peek()?.paused === false;
      this.link.value = runs && now - this.lastFrameAt > lateMs ? "lagging" : "live";
    }
    if (now - this.countedAt < 1000) return;
    const seconds = (now - this.countedAt) / 1000;
    this.countedAt = now;
    this.bytesPerSecond.value = this.bytes / seconds;
    this.framesPerSecond.value = this.frames / seconds;
    this.bytes = 0;
    this.frames = 0;
  }
}

/** The one session of this page. */
export const live = new LiveSession();

/** Where the server that served this page streams; each named source is a roll-out of its own. */
export function streamUrl(source = "live"): string {
  const { protocol, host } = location;
  const query = new URLSearchParams({ token, source });
  return `${protocol === "https:" ? "wss:" : "ws:"}//${host}/stream?${query}`;
}
