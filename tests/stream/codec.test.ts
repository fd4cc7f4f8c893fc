import fc from "fast-check";
import { expect, test } from "vitest";
import { RewardsmithError } from "../../src/core/errors.js";
import { channelNames } from "../../src/stream/channel.js";
import { packQuaternion, unpackQuaternion } from "../../src/stream/compact-quaternion.js";
import { createFrame, type RolloutFrame, type RolloutShape } from "../../src/stream/frame.js";
import { FramePacker, packContacts, packPoses, packSignals } from "../../src/stream/pack.js";
import { headerBytes, readHeader } from "../../src/stream/packet.js";
import { unpack } from "../../src/stream/unpack.js";

const shape: RolloutShape = {
  numEnvs: 3,
  numBodies: 4,
  numTerms: 2,
  observationDim: 5,
  actionDim: 2,
  numJoints: 3,
  numSignals: 7,
  numParameters: 2,
};

const everything = { channels: new Set(channelNames), focusEnvs: "all" } as const;

const f32 = fc.float({ noNaN: true, noDefaultInfinity: true });
const place = fc.float({ min: -200, max: 200, noNaN: true });
const floats = (array: Float32Array, values: fc.Arbitrary<number> = f32) =>
  fc.array(values, { minLength: array.length, maxLength: array.length });

const rotation = fc
  .tuple(...Array.from({ length: 4 }, () => fc.double({ min: -1, max: 1, noNaN: true })))
  .map((q) => {
    const norm = Math.hypot(...q);
    return norm < 1e-3 ? [1, 0, 0, 0] : q.map((v) => v / norm);
  });

/** Any frame: the random arrays are filled through `fill`. */
const anyFrame = fc
  .record({
    sequence: fc.nat(0xffffffff),
    simTimeSeconds: fc.double({ min: 0, max: 1e7, noNaN: true }),
    paused: fc.boolean(),
    seeds: floats(new Float32Array(40)),
    places: fc.array(place, { minLength: 36, maxLength: 36 }),
    rotations: fc.array(rotation, { minLength: 12, maxLength: 12 }),
    bytes: fc.array(fc.nat(255), { minLength: 3, maxLength: 3 }),
    contacts: fc.nat(48),
  })
  .map((drawn) => {
    const frame = createFrame(shape);
    const fill = (array: { length: number; [i: number]: number }) => {
      for (let i = 0; i < array.length; i++) array[i] = drawn.seeds[(i * 7 + array.length) % 40];
    };
    frame.sequence = drawn.sequence;
    frame.simTimeSeconds = drawn.simTimeSeconds;
    frame.paused = drawn.paused;
    frame.flags.set(drawn.bytes);
    frame.episode.set(drawn.bytes.map((b) => b * 257));
    frame.episodeSteps.set(drawn.bytes.map((b) => b * 70_000));
    for (let body = 0; body < 12; body++) {
      frame.poses.set(drawn.places.slice(3 * body, 3 * body + 3), 7 * body);
      frame.poses.set(drawn.rotations[body], 7 * body + 3);
    }
    const { totals, episodeReturn, terms, observations, actions, signals } = frame;
    const { jointPosition, jointVelocity, jointEffort, origins, contacts } = frame;
    for (const array of [totals, episodeReturn, terms, observations, actions, signals]) fill(array);
    for (const array of [jointPosition, jointVelocity, jointEffort, origins]) fill(array);
    for (const array of [contacts.point, contacts.force]) fill(array);
    frame.parameters.fill(Number.NaN, 0, 1);
    contacts.count = drawn.contacts;
    contacts.env.fill(2);
    contacts.body.fill(3);
    frame.worldVersion = drawn.sequence;
    return frame;
  });

function throughTheWire(frame: RolloutFrame): RolloutFrame {
  const copy = createFrame(frame.shape);
  for (const packet of new FramePacker().pack(frame, everything)) unpack(packet, copy);
  return copy;
}

test("what is not a pose comes back exactly", () => {
  fc.assert(
    fc.property(anyFrame, (frame) => {
      const copy = throughTheWire(frame);
      const { count } = frame.contacts;
      for (const key of ["point", "force"] as const) {
        expect(copy.contacts[key].slice(0, 3 * count)).toEqual(
          frame.contacts[key].slice(0, 3 * count),
        );
      }
      expect(copy.contacts.env.slice(0, count)).toEqual(frame.contacts.env.slice(0, count));
      expect({ ...copy, poses: 0, contacts: count }).toEqual({
        ...frame,
        poses: 0,
        contacts: copy.contacts.count,
      });
    }),
    { numRuns: 50 },
  );
});

test("positions come back within half a cell of their environment, rotations within 0.01°", () => {
  fc.assert(
    fc.property(anyFrame, (frame) => {
      const { poses } = throughTheWire(frame);
      for (let env = 0; env < shape.numEnvs; env++) {
        const first = 28 * env;
        let extent = 0;
        for (let body = 0; body < 4; body++) {
          for (let i = 0; i < 3; i++) {
            const away = frame.poses[first + 7 * body + i] - frame.poses[first + i];
            extent = Math.max(extent, Math.abs(away));
          }
        }
        // Twice the extent may be covered by 2^15 cells; float32 of 200 m adds 1e-5.
        const within = Math.max(2 ** -13, (2 * extent) / 32767) / 2 + 2e-5;
        for (let body = 0; body < 4; body++) {
          const at = first + 7 * body;
          for (let i = 0; i < 3; i++) {
            expect(Math.abs(poses[at + i] - frame.poses[at + i])).toBeLessThanOrEqual(within);
          }
          const q = [...frame.poses.subarray(at + 3, at + 7)];
          const p = [...poses.subarray(at + 3, at + 7)];
          expect(degreesBetween(q, p)).toBeLessThan(0.01);
        }
      }
    }),
    { numRuns: 50 },
  );
});

/** From the distance of the two unit quaternions: exact where the arc cosine is not. */
function degreesBetween(q: number[], p: number[]): number {
  const same = Math.hypot(...q.map((v, i) => v - p[i]));
  const other = Math.hypot(...q.map((v, i) => v + p[i]));
  return (4 * Math.asin(Math.min(1, Math.min(same, other) / 2)) * 180) / Math.PI;
}

test("a body costs 12 bytes a frame; the rest is 24 bytes and 16 per environment", () => {
  expect(packPoses(createFrame(shape)).length).toBe(24 + 3 * 16 + 3 * 4 * 12);
});

test("a quaternion worked out by hand", () => {
  const words = new Uint16Array(3);
  // 90° about z: w = z = 1/√2, the first of equals is left out.
  packQuaternion(Math.SQRT1_2, 0, 0, Math.SQRT1_2, words, 0);
  expect([...words]).toEqual([16383, 16383, 32766]);
  packQuaternion(0, 0, -1, 0, words, 0);
  expect([...words]).toEqual([16383, 16383 | 0x8000, 16383]);
  const out = new Float32Array(4);
  unpackQuaternion(words, 0, out, 0);
  expect([...out]).toEqual([0, 0, 1, 0]);
});

test("what is no rotation becomes the identity, and a body without numbers stays one", () => {
  const frame = createFrame(shape);
  frame.poses.fill(Number.NaN, 0, 7);
  frame.poses[7] = Number.POSITIVE_INFINITY;
  frame.poses[14] = 3;
  const { poses } = throughTheWire(frame);
  expect([...poses.subarray(0, 7)]).toEqual([NaN, NaN, NaN, 1, 0, 0, 0]);
  expect(poses[7]).toBeNaN();
  expect(poses[14]).toBeCloseTo(3, 3);
});

test("bodies light-years apart are packed coarsely, not wrongly", () => {
  const frame = createFrame(shape);
  frame.poses[7] = 3e38;
  frame.poses[14] = -3e38;
  const { poses } = throughTheWire(frame);
  expect(poses[7] / 3e38).toBeCloseTo(1, 3);
  expect(poses[14] / 3e38).toBeCloseTo(-1, 3);
});

test("worlds are packed when they changed, for every model anew", () => {
  const frame = createFrame(shape);
  const packer = new FramePacker();
  const packed = () => packer.pack(frame, { channels: new Set(), focusEnvs: [] }).length;
  expect([packed(), packed()]).toEqual([1, 0]);
  frame.worldVersion++;
  expect([packed(), packed()]).toEqual([1, 0]);
  frame.model++;
  expect([packed(), packed()]).toEqual([1, 0]);
});

test("signals of one environment leave those of the others alone", () => {
  const frame = createFrame(shape);
  frame.observations.fill(5);
  const copy = createFrame(shape);
  expect(unpack(packSignals(frame, 1, 1), copy)).toBe("signals");
  expect([...copy.observations]).toEqual([0, 0, 0, 0, 0, 5, 5, 5, 5, 5, 0, 0, 0, 0, 0]);
});

test("packets of another model or an unknown channel change nothing", () => {
  const frame = createFrame(shape);
  const packet = packPoses({ ...frame, model: 2, sequence: 9 });
  expect(unpack(packet, frame)).toBeUndefined();
  const unknown = packPoses({ ...frame, sequence: 9 });
  unknown[0] = 200;
  expect(unpack(unknown, frame)).toBeUndefined();
  expect(frame.sequence).toBe(0);
});

test("a packet at an odd address is read like any other", () => {
  const frame = createFrame(shape);
  frame.contacts.count = 2;
  frame.contacts.force.fill(7);
  const packet = packContacts(frame);
  const shifted = new Uint8Array(packet.length + 1).subarray(1);
  shifted.set(packet);
  const copy = createFrame(shape);
  unpack(shifted, copy);
  expect([...copy.contacts.force.subarray(0, 7)]).toEqual([7, 7, 7, 7, 7, 7, 0]);
});

test("random and damaged bytes are refused with a stable code, never read beyond", () => {
  const frame = createFrame(shape);
  const packets = new FramePacker().pack(frame, everything);
  const damaged = fc
    .tuple(fc.nat(packets.length - 1), fc.nat(headerBytes - 1), fc.nat(255), fc.nat(400))
    .map(([which, at, value, length]) => {
      const bytes = packets[which].slice(0, length);
      if (at < bytes.length) bytes[at] = value;
      return bytes;
    });
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), damaged), (bytes) => {
      try {
        unpack(bytes, createFrame(shape));
      } catch (error) {
        expect(error).toBeInstanceOf(RewardsmithError);
        expect((error as RewardsmithError).code).toBe("E_STREAM_PACKET");
      }
    }),
    { numRuns: 500 },
  );
});

test("the header survives", () => {
  const frame = createFrame(shape);
  Object.assign(frame, { sequence: 0xfffffffe, simTimeSeconds: 12.5, paused: true, model: 513 });
  expect(readHeader(packSignals(frame, 2, 1))).toEqual({
    opcode: 3,
    version: 1,
    flags: 1,
    sequence: 0xfffffffe,
    simTimeSeconds: 12.5,
    firstEnv: 2,
    numEnvs: 1,
    items: 5 + 2 + 3 * 3 + 7,
    model: 513,
  });
});
