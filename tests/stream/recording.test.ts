import fc from "fast-check";
import { expect, test } from "vitest";
import { createFrame } from "../../src/stream/frame.js";
import { readHeader } from "../../src/stream/packet.js";
import type { ServerMessage } from "../../src/stream/protocol.js";
import { concatenate } from "../../src/stream/recording-chunk.js";
import { bytesSource, openRecording, type Recording } from "../../src/stream/recording-reader.js";
import { RecordingWriter } from "../../src/stream/recording-writer.js";
import { type RolloutModel, shapeOfModel } from "../../src/stream/rollout-model.js";
import { unpack } from "../../src/stream/unpack.js";

const model: RolloutModel = {
  number: 3,
  task: "boxes",
  numEnvs: 2,
  controlDtSeconds: 0.05,
  maxEpisodeSteps: 500,
  robot: {
    name: "box",
    bodies: [{ name: "box", parent: -1, massKg: 1, centerOfMass: [0, 0, 0] }],
    joints: [],
    geoms: [],
  },
  baseBody: 0,
  terrain: null,
  terms: [{ name: "progress", line: null }],
  rewardCode: "",
  signals: [],
  observationNames: ["x"],
  actionNames: ["a"],
  jointNames: [],
  parameters: [],
  commands: [],
  fitnessUnit: "m",
};

const episode: ServerMessage = {
  type: "episode",
  env: 1,
  simTimeSeconds: 2.5,
  steps: 50,
  endedBy: "fell",
  episodeReturn: 12,
  fitness: null,
};

/** The state of step n, so that whatever is read can be checked by its number. */
function frameOf(n: number) {
  const frame = createFrame(shapeOfModel(model));
  frame.model = model.number;
  frame.sequence = n;
  frame.simTimeSeconds = n * model.controlDtSeconds;
  frame.poses.set([n / 8, Math.sin(n), 0, 1, 0, 0, 0]);
  frame.terms.set([n * 0.3, Math.cos(n)]);
  frame.observations[1] = n;
  frame.contacts.count = n % 3;
  frame.contacts.force.fill(n);
  frame.worldVersion = n < 30 ? 0 : 1;
  frame.origins[5] = n < 30 ? 0 : 7;
  return frame;
}

/** 5 s of 20 steps a second, as bytes. */
async function record(steps = 100, change?: (writer: RecordingWriter) => void) {
  const parts: Uint8Array[] = [];
  const writer = new RecordingWriter((bytes) => void parts.push(bytes), {
    title: "boxes",
    program: "test 1",
    createdAt: "2026-01-01T00:00:00.000Z",
  });
  writer.message({ type: "policy", policy: null });
  writer.message({ type: "model", model });
  for (let n = 0; n < steps; n++) {
    writer.frame(frameOf(n));
    if (n === 50) writer.message(episode);
  }
  change?.(writer);
  await writer.end();
  return concatenate(parts);
}

async function stepsOf(recording: Recording): Promise<number[]> {
  const steps: number[] = [];
  for (let i = 0; i < recording.chunks.length; i++) {
    for (const item of await recording.read(i)) {
      if ("packet" in item) {
        const { sequence, opcode } = readHeader(item.packet);
        if (opcode === 1) steps.push(sequence);
      }
    }
  }
  return steps;
}

const upTo = (end: number, from = 0) => Array.from({ length: end - from }, (_, i) => from + i);

test("every step, message and world comes back, bit for bit but for poses", async () => {
  const recording = await openRecording(bytesSource(await record()));
  expect(recording.problems).toEqual([]);
  expect(recording.header).toMatchObject({ title: "boxes", program: "test 1" });
  expect(recording.models).toEqual([model]);
  expect([recording.steps, recording.startSeconds]).toEqual([100, 0]);
  expect(recording.endSeconds).toBeCloseTo(4.95);
  expect(await stepsOf(recording)).toEqual(upTo(100));
  const frame = createFrame(shapeOfModel(model));
  frame.model = 3;
  let messages = 0;
  for (let i = 0; i < recording.chunks.length; i++) {
    for (const item of await recording.read(i)) {
      if ("packet" in item) unpack(item.packet, frame);
      else if (item.message.type === "episode") messages++;
    }
    const expected = frameOf(frame.sequence);
    expect(frame.terms).toEqual(expected.terms);
    expect(frame.observations).toEqual(expected.observations);
    expect(frame.origins).toEqual(expected.origins);
    expect(frame.contacts.count).toBe(expected.contacts.count);
    expect(frame.poses[1]).toBeCloseTo(expected.poses[1], 4);
  }
  expect(messages).toBe(1);
});

test("seeking finds the state of any time, worlds and policy included", async () => {
  const recording = await openRecording(bytesSource(await record()));
  for (const [time, step, origin] of [
    [0, 0, 0],
    [0.026, 0, 0],
    [1.44, 28, 0],
    [3.21, 64, 7],
    [4.951, 99, 7],
    [99, 99, 7],
    [-1, 0, 0],
  ]) {
    const frame = createFrame(shapeOfModel(model));
    frame.model = 3;
    const found = await recording.seek(time);
    for (const item of found) if ("packet" in item) unpack(item.packet, frame);
    expect([frame.observations[1], frame.terms[1], frame.origins[5]]).toEqual([
      step,
      Math.fround(Math.cos(step)),
      origin,
    ]);
    expect(found.some((item) => "message" in item && item.message.type === "policy")).toBe(true);
  }
});

test("one that was cut off is read to where it ends, with a sentence", async () => {
  const bytes = await record();
  const full = await openRecording(bytesSource(bytes));
  const cut = bytes.slice(0, full.chunks[3].offset + 60);
  const recording = await openRecording(bytesSource(cut));
  expect(await stepsOf(recording)).toEqual(upTo(60));
  expect(recording.problems).toEqual([
    "The recording was cut off before its end; what it holds until 3.0 s is shown.",
  ]);
});

test("a damaged second is left out, the rest is shown, with a sentence", async () => {
  const bytes = await record();
  const { chunks } = await openRecording(bytesSource(bytes));
  bytes[chunks[2].offset + 100] ^= 0xff;
  const recording = await openRecording(bytesSource(bytes));
  expect(await stepsOf(recording)).toEqual([...upTo(40), ...upTo(100, 60)]);
  expect(recording.problems).toEqual([
    "The recording is damaged between 2.0 and 3.0 s; that part is left out.",
  ]);
});

test("without an index and with a damaged block header the next block is found", async () => {
  const bytes = await record();
  const { chunks } = await openRecording(bytesSource(bytes));
  bytes[chunks[2].offset + 10] ^= 0xff;
  const recording = await openRecording(bytesSource(bytes.slice(0, -20)));
  expect(await stepsOf(recording)).toEqual([...upTo(40), ...upTo(100, 60)]);
  expect(recording.problems.join(" ")).toContain("1 damaged parts");
});

test("a newer format is said and shown as far as it is known", async () => {
  const parts: Uint8Array[] = [];
  const newer = new RecordingWriter((bytes) => void parts.push(bytes), {
    ...{ title: "t", program: "rewardsmith 9", createdAt: "", format: 7 },
  });
  newer.message({ type: "model", model: { ...model, somethingNew: 1 } as RolloutModel });
  newer.frame(frameOf(0));
  const packet = new Uint8Array(40);
  packet[0] = 99;
  newer.packets([packet]);
  await newer.end();
  const recording = await openRecording(bytesSource(concatenate(parts)));
  expect(recording.problems[0]).toContain("newer program (rewardsmith 9, format 7; this one reads");
  expect(await stepsOf(recording)).toEqual([0]);
});

test("two models in one recording are told apart by their number", async () => {
  const bytes = await record(10, (writer) => {
    writer.message({ type: "model", model: { ...model, number: 4 } });
    writer.frame({ ...frameOf(10), model: 4 });
  });
  const recording = await openRecording(bytesSource(bytes));
  expect(recording.models.map(({ number }) => number)).toEqual([3, 4]);
  expect(recording.chunks.length).toBe(2);
});

test("what is no recording, or an empty one, is refused by name", async () => {
  const code = (bytes: Uint8Array<ArrayBuffer>) =>
    openRecording(bytesSource(bytes)).catch((error) => error.code);
  expect(await code(new Uint8Array())).toBe("E_RECORDING_FORMAT");
  expect(await code(new TextEncoder().encode("not a recording at all"))).toBe("E_RECORDING_FORMAT");
  expect(await code((await record()).slice(0, 300))).toBe("E_RECORDING_EMPTY");
});

test("damage anywhere is never more than a stable error or a part left out", async () => {
  const bytes = await record(50);
  await fc.assert(
    fc.asyncProperty(
      fc.nat(bytes.length - 1),
      fc.nat(bytes.length),
      fc.integer({ min: 1, max: 255 }),
      async (at, length, flip) => {
        const broken = bytes.slice(0, Math.max(at + 1, length));
        broken[at] ^= flip;
        try {
          const recording = await openRecording(bytesSource(broken));
          const steps = await stepsOf(recording);
          expect(steps.every((step) => step < 50)).toBe(true);
          if (steps.length < 50) expect(recording.problems).not.toEqual([]);
        } catch (error) {
          expect((error as { code?: string }).code).toMatch(/^E_RECORDING_/);
        }
      },
    ),
    { numRuns: 60 },
  );
});
