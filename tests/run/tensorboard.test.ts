import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { TensorBoardFile } from "../../src/run/tensorboard.js";
import { python, pythonHas } from "../python.js";
import { fakeEvaluation, fakeRow } from "./fake-training.js";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rewardsmith-tensorboard-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const start = new Date(1_764_000_000_000);

// A decoder of its own: bit-wise CRC, and protocol buffers by wire type alone.

function crcBitwise(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let i = 0; i < 8; i++) crc = (crc >>> 1) ^ (0x82f63b78 & -(crc & 1));
  }
  const value = BigInt(~crc >>> 0);
  return Number((((value >> 15n) | (value << 17n)) + 0xa282ead8n) & 0xffffffffn);
}

test("the check sum is CRC-32C: the published value for 32 zero bytes (RFC 3720 B.4)", () => {
  const unmasked = 0x8a9136aan;
  const masked = Number((((unmasked >> 15n) | (unmasked << 17n)) + 0xa282ead8n) & 0xffffffffn);
  expect(crcBitwise(new Uint8Array(32))).toBe(masked);
});

type Field = { number: number; value: number | Uint8Array };

function decode(bytes: Uint8Array): Field[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fields: Field[] = [];
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++];
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return Number(value);
    }
  };
  while (at < bytes.length) {
    const key = varint();
    const wire = key & 7;
    const size = wire === 2 ? varint() : { 0: 0, 1: 8, 5: 4 }[wire];
    if (size === undefined) throw new Error(`wire type ${wire}`);
    const value = {
      0: varint,
      1: () => view.getFloat64(at, true),
      2: () => bytes.subarray(at, at + size),
      5: () => view.getFloat32(at, true),
    }[wire as 0 | 1 | 2 | 5]();
    fields.push({ number: key >> 3, value });
    at += size;
  }
  return fields;
}

const get = (fields: Field[], number: number) => fields.find((f) => f.number === number)?.value;
const sub = (fields: Field[], number: number) => decode(get(fields, number) as Uint8Array);
const str = (value: unknown) => new TextDecoder().decode(value as Uint8Array);

function events(path: string): Field[][] {
  const bytes = readFileSync(path);
  const list: Field[][] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = Number(bytes.readBigUInt64LE(at));
    expect(bytes.readUInt32LE(at + 8)).toBe(crcBitwise(bytes.subarray(at, at + 8)));
    const data = bytes.subarray(at + 12, at + 12 + length);
    expect(bytes.readUInt32LE(at + 12 + length)).toBe(crcBitwise(data));
    list.push(decode(data));
    at += 16 + length;
  }
  return list;
}

function scalars(event: Field[]): Record<string, number> {
  const values = decode((get(event, 5) as Uint8Array) ?? new Uint8Array());
  return Object.fromEntries(
    values.map((field) => {
      const value = decode(field.value as Uint8Array);
      return [str(get(value, 1)), get(value, 2) as number];
    }),
  );
}

function writeSample(): TensorBoardFile {
  const file = new TensorBoardFile(folder, start);
  file.addText("reward", "```ts\nexport …\n```");
  file.addRow({ ...fakeRow(1, 5_000_000_000), wallSeconds: 2.5 });
  file.addRow({ ...fakeRow(2, 5_000_001_000), wallSeconds: 3, fitness: 0.75 });
  file.addEvaluation(fakeEvaluation({ totalSteps: 5_000_001_000, fitness: 0.9 }));
  return file;
}

test("an independent decoder finds every value at its step and time", () => {
  const [header, reward, first, second, evaluated, ...rest] = events(writeSample().path);
  expect(rest).toEqual([]);
  expect(str(get(header, 3))).toBe("brain.Event:2");

  const value = sub(sub(reward, 5), 1);
  const tensor = sub(value, 8);
  expect(str(get(value, 1))).toBe("reward");
  expect([get(tensor, 1), get(sub(sub(tensor, 2), 2), 1)]).toEqual([7, 1]);
  expect(str(get(tensor, 8))).toContain("export …");
  expect(str(get(sub(sub(value, 9), 1), 1))).toBe("text");

  expect(get(first, 1)).toBe(1_764_000_002.5);
  expect(get(first, 2)).toBe(5_000_000_000);
  expect(scalars(first)).toMatchObject({
    "Episode/rew_upright": 3,
    "Episode/rew_effort": -1,
    "Episode_Termination/timeOut": 0.5,
    "losses/value_loss": Math.fround(0.2),
    "losses/explained_variance": Math.fround(0.9),
    "charts/learning_rate": Math.fround(1e-3),
    "charts/SPS": 2e9,
  });
  expect(scalars(first)).not.toHaveProperty("Train/fitness");
  expect(scalars(second)).toMatchObject({ "Train/fitness": 0.75, "charts/SPS": 2000 });
  expect(scalars(evaluated)).toMatchObject({ "Eval/fitness_select_reference": Math.fround(0.9) });
});

test("writing a folder again replaces what an earlier attempt left", () => {
  writeSample();
  new TensorBoardFile(folder, new Date(start.getTime() + 60_000));
  const files = readdirSync(folder);
  expect(files).toHaveLength(1);
  expect(files[0]).toMatch(/^events\.out\.tfevents\.1764000060\./);
});

test("TensorBoard itself reads the file (needs its Python package)", (context) => {
  if (!pythonHas("tensorboard")) context.skip("tensorboard is not installed");
  writeSample();
  const program = `
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
a = EventAccumulator(sys.argv[1]); a.Reload()
tags = a.Tags()
print(json.dumps({"tensors": tags["tensors"], "fitness": [[e.step, e.wall_time, e.value] for e in a.Scalars("Train/fitness")]}))
`;
  const read = JSON.parse(execFileSync(python, ["-c", program, folder], { encoding: "utf8" }));
  expect(read.tensors).toEqual(["reward"]);
  expect(read.fitness).toEqual([[5_000_001_000, 1_764_000_003, 0.75]]);
});
