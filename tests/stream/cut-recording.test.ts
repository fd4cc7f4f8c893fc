import { expect, test } from "vitest";
import { cutRecording, joined } from "../../src/stream/cut-recording.js";
import { readHeader } from "../../src/stream/packet.js";
import { bytesSource, openRecording } from "../../src/stream/recording-reader.js";
import { RecordingWriter } from "../../src/stream/recording-writer.js";
import { Walker, walkerModel } from "../browser/walker.js";

/** Steps of 0.02 s, the first at 0.02 s. */
async function record(steps: number): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  const writer = new RecordingWriter((bytes) => void parts.push(bytes.slice()), {
    title: "walk",
    program: "test",
    createdAt: "",
  });
  const model = walkerModel(2);
  writer.message({ type: "model", model });
  const walker = new Walker(model);
  for (let i = 0; i < steps; i++) {
    walker.step();
    writer.frame(walker.frame);
  }
  await writer.end();
  return joined(parts);
}

async function packetsUntil(bytes: Uint8Array<ArrayBuffer>, seconds: number) {
  const recording = await openRecording(bytesSource(bytes));
  const packets: string[] = [];
  for (let chunk = 0; chunk < recording.chunks.length; chunk++) {
    for (const item of await recording.read(chunk)) {
      if (!("packet" in item) || readHeader(item.packet).simTimeSeconds > seconds) continue;
      const text = Buffer.from(item.packet).toString("hex");
      // Each chunk repeats the newest world.
      if (!packets.includes(text)) packets.push(text);
    }
  }
  return packets;
}

test("the first seconds are the same packets, in a recording of their own", async () => {
  const whole = await record(200);
  const cut = await cutRecording(bytesSource(whole), 2);
  expect(cut.seconds).toBeCloseTo(2, 6);
  expect(cut.title).toBe("walk");
  const recording = await openRecording(bytesSource(cut.bytes));
  expect(recording.problems).toEqual([]);
  // 0.02 s and 2 s more.
  expect(recording.steps).toBe(101);
  expect(await packetsUntil(cut.bytes, 10)).toEqual(await packetsUntil(whole, 2.021));
});

test("a recording shorter than asked for stays whole; a broken one is cut to what can be read", async () => {
  const whole = await record(120);
  const all = await cutRecording(bytesSource(whole), 100);
  expect((await openRecording(bytesSource(all.bytes))).steps).toBe(120);
  expect(all.problems).toEqual([]);
  const half = whole.slice(0, Math.floor(whole.length * 0.7));
  const rest = await cutRecording(bytesSource(half), 100);
  expect(rest.problems.join()).toContain("cut off");
  expect((await openRecording(bytesSource(rest.bytes))).problems).toEqual([]);
  expect(rest.seconds).toBeGreaterThan(0.5);
});
