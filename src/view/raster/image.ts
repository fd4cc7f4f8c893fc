/** A finished picture, sRGB. */
import { toByte } from "./color.js";

export interface Image {
  readonly width: number;
  readonly height: number;
  /** [y][x][3] */
  readonly rgb: Uint8Array;
}

export function createImage(width: number, height: number): Image {
  return { width, height, rgb: new Uint8Array(width * height * 3) };
}

/** Averages blocks of `factor` × `factor` pixels of light `[y][x][3]` into the pixels of an image. */
export function resolve(light: Float32Array, factor: number, image: Image): void {
  const { width, height, rgb } = image;
  const row = width * factor * 3;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let [r, g, b] = [0, 0, 0];
      for (let dy = 0; dy < factor; dy++) {
        let at = (y * factor + dy) * row + x * factor * 3;
        for (let dx = 0; dx < factor; dx++, at += 3) {
          r += light[at];
          g += light[at + 1];
          b += light[at + 2];
        }
      }
      const share = 1 / (factor * factor);
      const out = 3 * (y * width + x);
      rgb[out] = toByte(r * share);
      rgb[out + 1] = toByte(g * share);
      rgb[out + 2] = toByte(b * share);
    }
  }
}
