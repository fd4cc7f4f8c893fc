/**
 * One roll-out and everybody who watches it: packs frames once for all, keeps the newest of
 * everything for who comes late, and tells the source what is wanted.
 */
import { type Channel, channelOf } from "../stream/channel.js";
import type { RolloutFrame } from "../stream/frame.js";
import { FramePacker } from "../stream/pack.js";
import { type PacketHeader, readHeader } from "../stream/packet.js";
import { maxBytesOut, type RolloutControl, type ServerMessage } from "../stream/protocol.js";
import {
  nobody,
  type RolloutDemand,
  type RolloutMessage,
  type RolloutSink,
  type RolloutSource,
} from "./rollout-source.js";
import type { Subscription, ViewClient } from "./view-client.js";

/** Who opens another page or loads this one again is back before so long: the roll-out goes on. */
const graceMs = 3000;
/** In this order a late joiner is told. */
const keptTypes = ["model", "policy", "policies", "controls", "stress", "load"] as const;

interface KeptPacket {
  readonly packet: Uint8Array;
  readonly header: PacketHeader;
}

export class RolloutHub implements RolloutSink {
  readonly source: RolloutSource;
  private readonly clients = new Set<ViewClient>();
  /** Newest message by key, as text. */
  private readonly kept = new Map<string, string>();
  /** Newest packet of each channel; of signals, that of each focused environment. */
  private readonly newest = new Map<string, KeptPacket>();
  private readonly packer = new FramePacker();
  private wanted = nobody;
  private lastDemand = "";
  private leaving: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(source: RolloutSource) {
    this.source = source;
    source.start(this);
  }

  frame(frame: RolloutFrame): void {
    this.packets(this.packer.pack(frame, this.wanted));
  }

  packets(packets: readonly Uint8Array[]): void {
    for (const packet of packets) {
      const header = readHeader(packet);
      const channel = channelOf(header.opcode);
      if (channel === undefined || packet.length > maxBytesOut) continue;
      this.newest.set(slotOf(channel, header.firstEnv), { packet, header });
      for (const client of this.clients) {
        if (wants(client.subscription, channel, header)) {
          client.offer(channel, packet, header.sequence);
        }
      }
    }
    for (const client of this.clients) client.pump();
  }

  message(message: RolloutMessage): void {
    const text = JSON.stringify(message);
    if (text.length > maxBytesOut) {
      this.message({
        type: "status",
        id: `too-large-${message.type}`,
        level: "error",
        message: `"${message.type}" has ${text.length} bytes, clients take ${maxBytesOut}`,
        hint: "a robot with smaller meshes, or fewer environments",
      });
      return;
    }
    const key = keyOf(message);
    if (message.type === "model") {
      this.newest.clear();
      for (const client of this.clients) client.forgetFrames();
    }
    if (message.type === "status" && message.message === "") this.kept.delete(key as string);
    else if (key !== undefined) this.kept.set(key, text);
    for (const client of this.clients) client.send(text, key);
  }

  /** Everything that is known now, to a client that was just greeted. */
  join(client: ViewClient): void {
    for (const type of keptTypes) {
      const text = this.kept.get(type);
      if (text !== undefined) client.send(text, type);
    }
    for (const [key, text] of this.kept) if (key.startsWith("status:")) client.send(text, key);
    this.clients.add(client);
    // A page that draws late costs the source no frames that it would not get.
    client.onRate = () => this.demand();
    this.demand();
  }

  subscribe(client: ViewClient, subscription: Subscription): void {
    client.subscribe(subscription);
    for (const { packet, header } of this.newest.values()) {
      const channel = channelOf(header.opcode) as Channel;
      if (wants(subscription, channel, header)) client.offer(channel, packet, header.sequence);
    }
    client.pump();
    this.demand();
  }

  leave(client: ViewClient): void {
    if (this.clients.delete(client)) this.demand();
  }

  async control(message: RolloutControl): Promise<void> {
    await this.source.control(message);
  }

  /** Tells all; not kept. */
  broadcast(text: string): void {
    for (const client of this.clients) client.send(text);
  }

  async stop(): Promise<void> {
    clearTimeout(this.leaving);
    this.stopped = true;
    await this.source.stop();
  }

  private demand(): void {
    clearTimeout(this.leaving);
    if (this.stopped) return;
    const wanted = this.demandNow();
    if (wanted.clients > 0 || this.wanted.clients === 0) this.want(wanted);
    else this.leaving = setTimeout(() => this.want(this.demandNow()), graceMs).unref();
  }

  private demandNow(): RolloutDemand {
    const channels = new Set<Channel>();
    const focusEnvs = new Set<number>();
    let [clients, fastest] = [0, 0];
    for (const { subscription, hz } of this.clients) {
      if (subscription.channels.size > 0) {
        clients++;
        fastest = Math.max(fastest, hz);
      }
      for (const channel of subscription.channels) channels.add(channel);
      if (subscription.channels.has("signals")) focusEnvs.add(subscription.focusEnv);
    }
    const connected = this.clients.size;
    return { clients, connected, channels, focusEnvs: [...focusEnvs].sort(), hz: fastest };
  }

  private want(wanted: RolloutDemand): void {
    this.wanted = wanted;
    const { clients, connected, channels, focusEnvs, hz } = wanted;
    const summary = JSON.stringify([clients, connected, [...channels], focusEnvs, hz]);
    if (summary === this.lastDemand) return;
    this.lastDemand = summary;
    for (const [slot, { header }] of this.newest) {
      const env = header.firstEnv;
      if (slot.startsWith("signals:") && !focusEnvs.includes(env)) this.newest.delete(slot);
    }
    this.source.demand(this.wanted);
  }
}

function slotOf(channel: Channel, firstEnv: number): string {
  return channel === "signals" ? `signals:${firstEnv}` : channel;
}

function wants(subscription: Subscription, channel: Channel, header: PacketHeader): boolean {
  const { channels, focusEnv } = subscription;
  if (!channels.has(channel)) return false;
  const { firstEnv, numEnvs } = header;
  return channel !== "signals" || (firstEnv <= focusEnv && focusEnv < firstEnv + numEnvs);
}

/** Messages that say what is, not what happened: a newer one takes the place of an older one. */
function keyOf(message: ServerMessage): string | undefined {
  if (message.type === "status") return `status:${message.id}`;
  return (keptTypes as readonly string[]).includes(message.type) ? message.type : undefined;
}
