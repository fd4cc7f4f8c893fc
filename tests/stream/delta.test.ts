import fc from "fast-check";
import { expect, test } from "vitest";
import { crc32 } from "../../src/stream/crc32.js";
import { decodeDeltas, encodeDeltas } from "../../src/stream/delta.js";

test("any packets come back, by any word length and order", () => {
  const packets = fc
    .record({ count: fc.integer({ min: 1, max: 6 }), words: fc.integer({ min: 1, max: 9 }) })
    .chain(({ count, words }) =>
      fc.array(fc.uint8Array({ minLength: 4 * words, maxLength: 4 * words }), {
        minLength: count,
        maxLength: count,
      }),
    );
  fc.assert(
    fc.property(
      packets,
      fc.constantFrom(1, 2, 4),
      fc.constantFrom(1, 2),
      (given, wordBytes, order) => {
        const kind = { wordBytes, order } as Parameters<typeof encodeDeltas>[2];
        const { length } = given[0];
        const coded = encodeDeltas(given, length, kind);
        expect(coded.length).toBe(given.length * length);
        expect(decodeDeltas(coded, given.length, length, kind)).toEqual(given);
      },
    ),
  );
});

test("what moves evenly becomes zeros, low bytes apart from high ones", () => {
  const packets = [1000, 1005, 1010, 1015].map((v) => new Uint8Array(Uint16Array.of(v).buffer));
  // Differences 1000, 5, 0, 0, doubled because of their sign bit.
  expect([...encodeDeltas(packets, 2, { wordBytes: 2, order: 2 })]).toEqual([
    2000 & 255,
    10,
    0,
    0,
    2000 >> 8,
    0,
    0,
    0,
  ]);
});

test("the checksum is that of zip", () => {
  expect(crc32(new TextEncoder().encode("123456789"))).toBe(0xcbf43926);
});
