import { expect, test } from "vitest";
import { createImage } from "../../../src/view/raster/image.js";
import { drawText, textWidth } from "../../../src/view/raster/lettering.js";

const ink = [0, 0, 0] as const;

function drawn(text: string, x: number, size = 12) {
  const image = createImage(160, 40);
  image.rgb.fill(255);
  drawText(image, text, x, 26, size, ink);
  let [left, right, top, bottom] = [160, 0, 40, 0];
  for (let pixel = 0; pixel < 160 * 40; pixel++) {
    if (image.rgb[3 * pixel] > 127) continue;
    left = Math.min(left, pixel % 160);
    right = Math.max(right, pixel % 160);
    top = Math.min(top, Math.floor(pixel / 160));
    bottom = Math.max(bottom, Math.floor(pixel / 160));
  }
  return { left, right, top, bottom };
}

test("text stands on its line, as high and as wide as it says", () => {
  const { left, right, top, bottom } = drawn("HE", 10);
  expect(bottom).toBeGreaterThanOrEqual(25);
  expect(bottom).toBeLessThanOrEqual(27);
  expect(bottom - top).toBeGreaterThanOrEqual(11);
  expect(bottom - top).toBeLessThanOrEqual(14);
  expect(left).toBeGreaterThanOrEqual(8);
  expect(right).toBeLessThan(10 + textWidth("HE", 12));
});

test("numbers keep their width while they count", () => {
  expect(textWidth("1.1 s", 12)).toBe(textWidth("8.9 s", 12));
});

test("a letter without strokes is a question mark, text beyond the edge is cut", () => {
  expect(textWidth("€", 12)).toBe(textWidth("?", 12));
  expect(drawn("€", 10)).toEqual(drawn("?", 10));
  expect(drawn("WWWWWWWWWWWWWWWWWWWWWW", -20).right).toBe(159);
});
