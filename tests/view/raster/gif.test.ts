import { expect, test } from "vitest";
import { encodeGif } from "../../../src/view/raster/gif.js";
import { createImage } from "../../../src/view/raster/image.js";
import { readGif } from "./read-gif.js";

const [width, height] = [24, 16];

/** A red square of 4 × 4 that goes right by two pixels a frame, over grey. */
function frameAt(frame: number) {
  const image = createImage(width, height);
  image.rgb.fill(200);
  for (let y = 4; y < 8; y++) {
    for (let x = 2 * frame; x < 2 * frame + 4; x++) {
      image.rgb.set([220, 20, 10], 3 * (y * width + x));
    }
  }
  return image;
}

const gif = readGif(encodeGif({ frames: 10, delayMs: 40, lastDelayMs: 1000, frameAt }));

test("a GIF has its frames, their delays and plays for ever", () => {
  expect([gif.width, gif.height]).toEqual([width, height]);
  expect(gif.frames.map((frame) => frame.delayMs)).toEqual([...Array(9).fill(40), 1000]);
  expect(gif.repeat).toBe(0);
});

test("frames played over each other show what was drawn", () => {
  const shown = new Uint8Array(width * height * 3);
  gif.frames.forEach(({ indices, transparent }, frame) => {
    indices.forEach((index, pixel) => {
      if (index !== transparent) shown.set(gif.palette[index], 3 * pixel);
    });
    const drawn = frameAt(frame).rgb;
    const worst = shown.reduce((most, value, i) => Math.max(most, Math.abs(value - drawn[i])), 0);
    expect(worst).toBeLessThanOrEqual(8);
  });
});

test("after the first frame only what changed is there", () => {
  const [first, second] = gif.frames;
  expect(first.transparent).toBeNull();
  const changed = second.indices.filter((index) => index !== second.transparent).length;
  expect(changed).toBe(2 * 2 * 4);
});

test("one frame alone is a GIF too", () => {
  const { frames } = readGif(encodeGif({ frames: 1, delayMs: 40, lastDelayMs: 500, frameAt }));
  expect(frames.map((frame) => frame.delayMs)).toEqual([500]);
});
