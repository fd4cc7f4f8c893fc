import fc from "fast-check";
import { expect, test } from "vitest";
import { fromBase64, toBase64 } from "../../src/core/base64.js";

test("is what Node writes, and comes back", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString("base64"));
      expect(fromBase64(toBase64(bytes))).toEqual(new Uint8Array(bytes));
    }),
  );
});

test("more bytes than a call takes arguments are whole", () => {
  const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => i * 7);
  expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString("base64"));
});

test("of a part of an array only that part is written", () => {
  const part = Float32Array.of(1, 2, 3).subarray(1, 2);
  expect(new Float32Array(fromBase64(toBase64(part)).buffer)).toEqual(Float32Array.of(2));
});
