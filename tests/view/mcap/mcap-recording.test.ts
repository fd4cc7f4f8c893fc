import { expect, test } from "vitest";
import { crc32 } from "../../../src/stream/crc32.js";
import { createFrame } from "../../../src/stream/frame.js";
import { concatenate } from "../../../src/stream/recording-chunk.js";
import { type RolloutModel, shapeOfModel } from "../../../src/stream/rollout-model.js";
import { McapRecording } from "../../../src/view/mcap/mcap-recording.js";
import { boxes } from "../../integration/view/viewer.js";

interface Entry {
  readonly opcode: number;
  readonly offset: number;
  readonly data: DataView;
}

function records(bytes: Uint8Array, from: number, to: number): Entry[] {
  const found: Entry[] = [];
  for (let offset = from; offset < to; ) {
    const view = new DataView(bytes.buffer, bytes.byteOffset + offset);
    const length = Number(view.getBigUint64(1, true));
    const data = new DataView(bytes.buffer, bytes.byteOffset + offset + 9, length);
    found.push({ opcode: view.getUint8(0), offset, data });
    offset += 9 + length;
  }
  return found;
}

const text = (view: DataView, at: number, length = view.byteLength - at) =>
  new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + at, length));

function record(steps: number, terrain: RolloutModel["terrain"] = null): Uint8Array {
  const parts: Uint8Array[] = [];
  const recording = new McapRecording((bytes) => void parts.push(bytes), "test");
  const model: RolloutModel = { ...boxes(1), terrain };
  model.robot.geoms.push({
    name: "g",
    body: 1,
    shape: "box",
    size: [1, 2, 3],
    position: [0, 0, 0],
    orientation: [1, 0, 0, 0],
    contype: 1,
    conaffinity: 1,
    rgba: [1, 0, 0, 1],
  });
  recording.message({ type: "model", model });
  const frame = createFrame(shapeOfModel(model));
  for (let n = 0; n < steps; n++) {
    frame.sequence = n;
    frame.simTimeSeconds = 0.02 * n;
    frame.poses[7] = 0.5;
    frame.poses[10] = 1;
    frame.terms[2] = n;
    frame.contacts.count = n === 1 ? 1 : 0;
    frame.contacts.env[0] = 2;
    frame.contacts.point.set([1, 2, 0]);
    frame.contacts.force.set([0, 0, 9.81]);
    recording.frame(frame);
  }
  recording.message({
    ...{ type: "episode", env: 1, simTimeSeconds: 0.5, steps: 9 },
    ...{ endedBy: "fell", episodeReturn: 3, fitness: null },
  });
  void recording.end();
  return concatenate(parts);
}

function messagesOf(file: Uint8Array) {
  return records(file, 8, file.length - 8)
    .filter(({ opcode }) => opcode === 6)
    .flatMap(({ data }) => {
      const inner = new Uint8Array(data.buffer, data.byteOffset + 40, data.byteLength - 40);
      return records(inner, 0, inner.length).filter(({ opcode }) => opcode === 5);
    })
    .map(({ data }) => ({ channel: data.getUint16(0, true), json: JSON.parse(text(data, 22)) }));
}

test("every message can be found through the index, and the checksums hold", () => {
  const file = record(600);
  const all = records(file, 8, file.length - 8);
  expect([...file.subarray(-8)]).toEqual([...file.subarray(0, 8)]);
  const footer = all[all.length - 1];
  expect(footer.opcode).toBe(2);
  const summaryStart = Number(footer.data.getBigUint64(0, true));
  const summary = records(file, summaryStart, footer.offset);
  const chunkIndices = summary.filter(({ opcode }) => opcode === 8);
  expect(chunkIndices.length).toBeGreaterThan(1);
  const topics = new Map<number, number>();
  for (const { data } of chunkIndices) {
    const start = Number(data.getBigUint64(16, true));
    const [chunk] = records(file, start, start + 1);
    expect(chunk.opcode).toBe(6);
    const size = Number(chunk.data.getBigUint64(16, true));
    const inner = new Uint8Array(chunk.data.buffer, chunk.data.byteOffset + 40, size);
    expect(crc32(inner)).toBe(chunk.data.getUint32(24, true));
    for (let at = 0; at < data.getUint32(32, true); at += 10) {
      const channel = data.getUint16(36 + at, true);
      const indexAt = Number(data.getBigUint64(38 + at, true));
      const [index] = records(file, indexAt, indexAt + 1);
      expect([index.opcode, index.data.getUint16(0, true)]).toEqual([7, channel]);
      for (let pair = 6; pair < index.data.byteLength; pair += 16) {
        const offset = Number(index.data.getBigUint64(pair + 8, true));
        const [message] = records(inner, offset, offset + 1);
        expect([message.opcode, message.data.getUint16(0, true)]).toEqual([5, channel]);
        topics.set(channel, (topics.get(channel) ?? 0) + 1);
      }
    }
  }
  // Transforms, scene, reward, state, log, contacts.
  expect([...topics].sort()).toEqual([
    [1, 600],
    [2, 1],
    [3, 600],
    [4, 600],
    [5, 1],
    [6, 600],
  ]);
  const statistics = summary.find(({ opcode }) => opcode === 11)?.data as DataView;
  expect(Number(statistics.getBigUint64(0, true))).toBe(2402);
  expect(Number(statistics.getBigUint64(34, true))).toBe(599 * 20_000_000);
});

test("contacts are lines along their forces, gone where nothing touches; terrain is in the scene", () => {
  const kinds = [{ kind: "slope", degrees: [10, 10] }];
  const messages = messagesOf(record(3, { kinds, levels: 1, tileMeters: 8 }));
  const contacts = messages.filter(({ channel }) => channel === 6).map(({ json }) => json.entities);
  expect(contacts.map((entities) => entities[2].lines.length)).toEqual([0, 1, 0]);
  const [line] = contacts[1][2].lines;
  expect(contacts[1][2]).toMatchObject({ frame_id: "env2", id: "env2/contacts" });
  expect(line.points[0]).toEqual({ x: 1, y: 2, z: 0 });
  expect(line.points[1].z).toBeGreaterThan(0);
  const [scene] = messages.filter(({ channel }) => channel === 2).map(({ json }) => json.entities);
  expect(scene[0]).toMatchObject({ frame_id: "world", id: "terrain" });
  const heights = scene[0].triangles[0].points.map(({ z }: { z: number }) => z);
  expect(Math.max(...heights) - Math.min(...heights)).toBeGreaterThan(0.3);
});

test("bodies hang below their environment, rewards carry the names of their terms", () => {
  const file = record(3);
  const messages = messagesOf(file);
  const of = (channel: number) => messages.filter((m) => m.channel === channel).map((m) => m.json);
  const [transforms] = of(1);
  expect(transforms.transforms.length).toBe(4 * (1 + 3));
  expect(transforms.transforms[2]).toMatchObject({
    parent_frame_id: "env0",
    child_frame_id: "env0/body 1",
    translation: { x: 0.5, y: 0, z: 0 },
    rotation: { w: 1, x: 0, y: 0, z: 0 },
  });
  const [scene] = of(2);
  expect(scene.entities.map((entity: { id: string }) => entity.id)).toEqual(
    [0, 1, 2, 3].map((env) => `env${env}/body 1`),
  );
  expect(scene.entities[0].triangles[0].indices.length).toBe(36);
  expect(of(3)[2].environments[2]).toEqual({ total: 0, episodeReturn: 0, terms: { progress: 2 } });
  expect(of(5)[0].message).toContain("ended by fell after 9 steps");
});
