import { crc32, inflateSync } from "node:zlib";
import { expect, test } from "vitest";
import { Rng } from "../../../src/core/rng.js";
import type { Image } from "../../../src/view/raster/image.js";
import { encodePng } from "../../../src/view/raster/png.js";

test("a PNG decodes to the pixels it was made from", () => {
  for (const [width, height] of [
    [1, 1],
    [7, 5],
    [64, 48],
  ]) {
    const rng = new Rng(width);
    const noise = Uint8Array.from({ length: width * height * 3 }, () => rng.uniform(0, 256));
    const gradient = noise.map((_, i) => Math.floor(i / (width * 3)) * 4 + (i % 3));
    for (const rgb of [noise, gradient]) {
      expect(decodePng(encodePng({ width, height, rgb }))).toEqual({ width, height, rgb });
    }
  }
});

/** A decoder of its own, by the standard, for 8-bit RGB without interlacing. */
function decodePng(bytes: Uint8Array): Image {
  const file = Buffer.from(bytes);
  expect(file.subarray(0, 8)).toEqual(Buffer.from("\x89PNG\r\n\x1a\n", "latin1"));
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < file.length; ) {
    const length = file.readUInt32BE(at);
    const body = file.subarray(at + 4, at + 8 + length);
    expect(file.readUInt32BE(at + 8 + length)).toBe(crc32(body));
    chunks.set(body.toString("latin1", 0, 4), body.subarray(4));
    at += 12 + length;
  }
  expect([...chunks.keys()]).toEqual(["IHDR", "IDAT", "IEND"]);
  const header = chunks.get("IHDR") as Buffer;
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  expect([...header.subarray(8)]).toEqual([8, 2, 0, 0, 0]);
  const rows = inflateSync(chunks.get("IDAT") as Buffer);
  const rgb = new Uint8Array(width * height * 3);
  const stride = width * 3;
  for (let y = 0; y < height; y++) {
    const type = rows[y * (stride + 1)];
    for (let i = 0; i < stride; i++) {
      const left = i < 3 ? 0 : rgb[y * stride + i - 3];
      const above = y === 0 ? 0 : rgb[(y - 1) * stride + i];
      const predicted = type === 1 ? left : type === 2 ? above : 0;
      rgb[y * stride + i] = rows[y * (stride + 1) + 1 + i] + predicted;
    }
  }
  return { width, height, rgb };
}
