import { describe, expect, test } from "vitest";
import { hashJson, sha256 } from "../../src/core/node/hash.js";

describe("hash", () => {
  test("sha256 of the empty text is the published value", () => {
    expect(sha256("")).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  });

  test("key order and undefined members do not matter, values and array order do", () => {
    expect(hashJson({ a: 1, b: [1, 2] })).toBe(hashJson({ b: [1, 2], a: 1, c: undefined }));
    expect(hashJson({ a: [1, 2] })).not.toBe(hashJson({ a: [2, 1] }));
    expect(hashJson({ a: 1 })).not.toBe(hashJson({ a: "1" }));
  });
});
