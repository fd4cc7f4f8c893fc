/**
 * The server's end of one connection. Two ways out: a queue of control messages, in order and never
 * dropped, and one slot per channel of frames, where a newer frame takes the place of one that was
 * not yet sent. Nothing is handed to the socket while too much waits there, so a client that stops
 * reading costs what its slots and its queue hold, and nobody waits for it.
 */
import type { Channel } from "../stream/channel.js";
import { closeCode } from "../stream/protocol.js";
import type { Grant } from "./access.js";
import type { ClientSocket } from "./client-socket.js";
import { FrameRate } from "./frame-rate.js";

/** Bytes that may wait in a socket: two frames or this, whichever is more. */
const maxWaitingBytes = 256 * 1024;
const maxWaitingMessages = 1024;
const maxQueuedBytes = 512 * 1024;
/** Control messages a second that a client may send, and how many at once. */
const messagesPerSecond = 120;
const messageBurst = 240;
/** Timers come up to this early or late. */
const timerSlackMs = 2;
const terminateAfterMs = 1000;

/** Sending order within a frame: a pose after a reset needs its origin first. */
const order: readonly Channel[] = ["worlds", "poses", "terms", "contacts", "signals"];

export interface Subscription {
  readonly channels: ReadonlySet<Channel>;
  readonly focusEnv: number;
  readonly maxHz: number;
}

const nothing: Subscription = { channels: new Set(), focusEnv: 0, maxHz: 60 };

interface QueuedMessage {
  readonly text: string;
  /** A later message of the same key says all that this one said. */
  readonly key: string | undefined;
}

export class ViewClient {
  readonly grant: Grant;
  /** Said hello in our version. */
  greeted = false;
  /** Answered since the last heartbeat. */
  alive = true;
  subscription: Subscription = nothing;
  /** Told when frames come faster or slower. */
  onRate: () => void = () => {};

  private readonly socket: ClientSocket;
  private readonly now: () => number;
  private readonly queue: QueuedMessage[] = [];
  /** Of messages without a key: those with one are shared between clients. */
  private queuedBytes = 0;
  private readonly slots = new Map<Channel, { packet: Uint8Array; sequence: number }>();
  private readonly rate = new FrameRate();
  private nextFrameMs = 0;
  private timer: NodeJS.Timeout | undefined;
  private allowance = messageBurst;
  private allowanceAtMs: number;
  private open = true;
  private readonly onSent = () => this.pump();

  constructor(socket: ClientSocket, grant: Grant, now: () => number) {
    this.socket = socket;
    this.grant = grant;
    this.now = now;
    this.allowanceAtMs = now();
  }

  /** Frames a second that it takes now. */
  get hz(): number {
    return Math.min(this.rate.hz, this.subscription.maxHz);
  }

  /** Queues a control message. With a key it takes the place of an unsent one of the same key. */
  send(text: string, key?: string): void {
    if (!this.open) return;
    if (key !== undefined) {
      const before = this.queue.findIndex((queued) => queued.key === key);
      if (before >= 0) this.queue.splice(before, 1);
    } else {
      this.queuedBytes += text.length;
    }
    this.queue.push({ text, key });
    this.pump();
    if (this.queue.length > maxWaitingMessages || this.queuedBytes > maxQueuedBytes) {
      this.close(closeCode.controlOverflow, `${this.queue.length} messages were left unread`);
    }
  }

  /** Puts a packet into its slot; `pump` sends it when it is time. */
  offer(channel: Channel, packet: Uint8Array, sequence: number): void {
    if (this.open) this.slots.set(channel, { packet, sequence });
  }

  /** Sends what the socket has room for. */
  pump(): void {
    while (this.open && this.queue.length > 0 && this.hasRoom(0)) {
      const { text, key } = this.queue.shift() as QueuedMessage;
      if (key === undefined) this.queuedBytes -= text.length;
      this.socket.send(text, this.onSent);
    }
    if (!this.open || this.queue.length > 0 || this.slots.size === 0 || this.rate.suspended) return;
    const now = this.now();
    if (now < this.nextFrameMs - timerSlackMs) {
      this.timer ??= setTimeout(() => {
        this.timer = undefined;
        this.pump();
      }, this.nextFrameMs - now);
      return;
    }
    let sent = false;
    for (const channel of order) {
      const slot = this.slots.get(channel);
      if (slot === undefined || !this.hasRoom(slot.packet.length)) continue;
      this.slots.delete(channel);
      this.socket.send(slot.packet, this.onSent);
      // Not every channel is drawn, so only those that move the picture are waited for.
      if (channel !== "worlds") this.rate.sent(slot.sequence, now);
      sent = true;
    }
    const interval = 1000 / this.hz;
    if (sent) this.nextFrameMs = Math.max(this.nextFrameMs, now - interval) + interval;
  }

  /** The pending packet counts: without it every check would overshoot by one. */
  private hasRoom(bytes: number): boolean {
    const waiting = this.socket.bufferedAmount;
    return waiting === 0 || waiting + bytes <= Math.max(maxWaitingBytes, 2 * bytes);
  }

  subscribe(subscription: Subscription): void {
    this.subscription = subscription;
    // What was on its way will not be drawn, which says nothing about how fast this client is.
    if (subscription.channels.size === 0) this.rate.forget();
    for (const channel of this.slots.keys()) {
      // Signals that wait may be those of another environment.
      if (channel === "signals" || !subscription.channels.has(channel)) this.slots.delete(channel);
    }
  }

  /** Frames of the last model mean nothing any more. */
  forgetFrames(): void {
    this.slots.clear();
    this.rate.forget();
  }

  acknowledge(sequence: number): void {
    if (this.rate.acknowledged(sequence, this.now())) this.tellRate();
    this.pump();
  }

  /** Twice a second. */
  tick(): void {
    if (this.rate.tick(this.now())) this.tellRate();
    this.pump();
  }

  private tellRate(): void {
    const { suspended, hz } = this.rate;
    const reason = suspended
      ? "frames wait until this page says what it drew"
      : hz === 60
        ? "this page keeps up"
        : "this page draws late";
    this.send(JSON.stringify({ type: "rate", hz: suspended ? 0 : hz, reason }), "rate");
    this.onRate();
  }

  /** Counts a message that the client sent; false when it sends too many. */
  spend(): boolean {
    const now = this.now();
    const earned = ((now - this.allowanceAtMs) / 1000) * messagesPerSecond;
    this.allowance = Math.min(messageBurst, this.allowance + earned) - 1;
    this.allowanceAtMs = now;
    return this.allowance >= 0;
  }

  close(code: number, reason: string): void {
    if (!this.open) return;
    this.gone();
    // A close frame holds 123 bytes of reason.
    this.socket.close(code, Buffer.from(reason).subarray(0, 120).toString());
    // Who does not read does not answer a close either.
    setTimeout(() => this.socket.terminate(), terminateAfterMs).unref();
  }

  terminate(): void {
    this.gone();
    this.socket.terminate();
  }

  /** Lets go of all that waits. */
  gone(): void {
    this.open = false;
    this.queue.length = 0;
    this.slots.clear();
    clearTimeout(this.timer);
  }
}
