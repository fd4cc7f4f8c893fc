/**
 * About a second of a recording as bytes: its packets in groups of one kind and length, delta-coded,
 * and a table that puts them and the messages between them back in order. A chunk needs no other.
 */
import { z } from "zod";
import { channelOf } from "./channel.js";
import { type DeltaKind, decodeDeltas, encodeDeltas } from "./delta.js";
import { readHeader } from "./packet.js";
import type { ServerMessage } from "./protocol.js";

/** What a recording holds, in the order it came. */
export type RecordedItem = { readonly packet: Uint8Array } | { readonly message: ServerMessage };

/** A group number for each packet; whatever is an object is a message. */
const tableSchema = z.object({
  groups: z.array(
    z.object({
      count: z.int().min(1),
      length: z.int().min(1),
      wordBytes: z.union([z.literal(1), z.literal(2), z.literal(4)]),
      order: z.union([z.literal(1), z.literal(2)]),
    }),
  ),
  items: z.array(z.union([z.int().min(0), z.looseObject({ type: z.string() })])),
});

/** Poses move smoothly in 16-bit steps; everything else is floats, which jump. */
function kindOf(packet: Uint8Array): DeltaKind {
  if (packet.length % 4 !== 0) return { wordBytes: 1, order: 1 };
  const isPoses = channelOf(packet[0]) === "poses";
  return isPoses ? { wordBytes: 2, order: 2 } : { wordBytes: 4, order: 1 };
}

export function encodeChunk(items: readonly RecordedItem[]): Uint8Array<ArrayBuffer> {
  const groups = new Map<string, { number: number; kind: DeltaKind; packets: Uint8Array[] }>();
  const order = items.map((item) => {
    if ("message" in item) return item.message;
    const { packet } = item;
    const { opcode, firstEnv } = readHeader(packet);
    const key = `${opcode} ${firstEnv} ${packet.length}`;
    let group = groups.get(key);
    if (!group) {
      group = { number: groups.size, kind: kindOf(packet), packets: [] };
      groups.set(key, group);
    }
    group.packets.push(packet);
    return group.number;
  });
  const all = [...groups.values()];
  const table = new TextEncoder().encode(
    JSON.stringify({
      groups: all.map(({ kind, packets }) => ({
        count: packets.length,
        length: packets[0].length,
        ...kind,
      })),
      items: order,
    }),
  );
  const parts = all.map(({ packets, kind }) => encodeDeltas(packets, packets[0].length, kind));
  const size = Uint8Array.of(0, 0, 0, 0);
  new DataView(size.buffer).setUint32(0, table.length, true);
  return concatenate([size, table, ...parts]);
}

/** Undefined where the bytes make no sense. */
export function decodeChunk(bytes: Uint8Array): RecordedItem[] | undefined {
  if (bytes.length < 4) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const start = 4 + view.getUint32(0, true);
  if (start > bytes.length) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes.subarray(4, start)));
  } catch {
    return undefined;
  }
  const table = tableSchema.safeParse(json);
  if (!table.success) return undefined;
  const { groups, items } = table.data;
  const sizes = groups.map(({ count, length }) => count * length);
  if (start + sizes.reduce((a, b) => a + b, 0) !== bytes.length) return undefined;
  let at = start;
  const packets = groups.map((group, i) => {
    const from = at;
    at += sizes[i];
    const { count, length } = group;
    if (length % group.wordBytes !== 0) return [];
    return decodeDeltas(bytes.subarray(from, at), count, length, group);
  });
  const next = groups.map(() => 0);
  return items.flatMap((item): RecordedItem[] => {
    if (typeof item !== "number") return [{ message: item as ServerMessage }];
    const packet = packets[item]?.[next[item]++];
    return packet ? [{ packet }] : [];
  });
}

export function concatenate(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
