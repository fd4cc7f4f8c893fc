import { describe, expect, it } from "vitest";
import { alone, createSharedGroup, shardBounds } from "../../src/rl/shard-group.js";

describe("shares", () => {
  it("cover everything and differ by one at most", () => {
    expect(shardBounds(128, 2)).toEqual([0, 64, 128]);
    expect(shardBounds(10, 3)).toEqual([0, 3, 6, 10]);
    expect(shardBounds(3, 1)).toEqual([0, 3]);
  });
});

describe("a training in one piece", () => {
  it("meets nobody and keeps its sums", async () => {
    const values = Float64Array.of(1, 2);
    await alone.sum(values);
    await alone.meet();
    expect([...values]).toEqual([1, 2]);
  });
});

it("memory is shared by name and of the size announced", () => {
  const group = createSharedGroup(2, 4, { rewards: 8 });
  expect(group.blocks["rewards"]).toBeInstanceOf(SharedArrayBuffer);
  expect(group.blocks["rewards"].byteLength).toBe(8);
});
