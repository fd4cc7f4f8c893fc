/** Films as GIF files: one palette for all frames, and of each frame only what changed. */
import { createRequire } from "node:module";
import type { Image } from "./image.js";

// The package says it is both kinds of module, and importers disagree on what its default export is.
const gifenc: typeof import("gifenc").default = createRequire(import.meta.url)("gifenc");

export interface GifOptions {
  readonly frames: number;
  /** Time a frame is shown, ms; a multiple of 10. */
  readonly delayMs: number;
  /** Of the last frame, before the film begins anew. */
  readonly lastDelayMs: number;
  /** The image of a frame; it may be drawn over afterwards. */
  readonly frameAt: (frame: number) => Image;
  /** Called after every frame. */
  readonly onFrame?: (frame: number) => void;
}

/** Frames from which the palette is made. */
const paletteFrames = 6;
/** Index that leaves a pixel as it was; the other 255 are colours. */
const unchanged = 255;
/** A channel (of 255) may be off by this much before its pixel is drawn again: much smaller files. */
const tolerance = 5;

export function encodeGif({
  frames,
  delayMs,
  lastDelayMs,
  frameAt,
  onFrame,
}: GifOptions): Uint8Array {
  const palette = commonPalette(frames, frameAt);
  const nearest = nearestColors(palette);
  const encoder = gifenc.GIFEncoder();
  let shown = new Uint8Array(0);
  for (let frame = 0; frame < frames; frame++) {
    const { width, height, rgb } = frameAt(frame);
    const first = frame === 0;
    if (first) shown = new Uint8Array(rgb.length);
    const index = new Uint8Array(width * height);
    for (let pixel = 0; pixel < index.length; pixel++) {
      const at = 3 * pixel;
      const same =
        !first &&
        Math.abs(rgb[at] - shown[at]) <= tolerance &&
        Math.abs(rgb[at + 1] - shown[at + 1]) <= tolerance &&
        Math.abs(rgb[at + 2] - shown[at + 2]) <= tolerance;
      if (same) {
        index[pixel] = unchanged;
        continue;
      }
      const color = nearest(rgb[at], rgb[at + 1], rgb[at + 2]);
      // Also unchanged when the palette has nothing nearer than what is shown.
      const [r, g, b] = palette[color];
      const asShown = r === shown[at] && g === shown[at + 1] && b === shown[at + 2];
      index[pixel] = asShown && !first ? unchanged : color;
      shown[at] = r;
      shown[at + 1] = g;
      shown[at + 2] = b;
    }
    encoder.writeFrame(index, width, height, {
      ...(first ? { palette, repeat: 0 } : { transparent: true, transparentIndex: unchanged }),
      delay: frame === frames - 1 ? lastDelayMs : delayMs,
      dispose: 1,
    });
    onFrame?.(frame);
  }
  encoder.finish();
  return encoder.bytes();
}

/** 255 colours that serve frames from all over the film, and a place for `unchanged`. */
function commonPalette(frames: number, frameAt: (frame: number) => Image): number[][] {
  const count = Math.min(paletteFrames, frames);
  const rgba: Uint8Array[] = [];
  for (let i = 0; i < count; i++) {
    const { rgb } = frameAt(count > 1 ? Math.round((i * (frames - 1)) / (count - 1)) : 0);
    const pixels = new Uint8Array((rgb.length / 3) * 4).fill(255);
    for (let p = 0; p < rgb.length / 3; p++) {
      for (let channel = 0; channel < 3; channel++) pixels[4 * p + channel] = rgb[3 * p + channel];
    }
    rgba.push(pixels);
  }
  const palette = gifenc.quantize(Buffer.concat(rgba), unchanged);
  while (palette.length <= unchanged) palette.push([0, 0, 0]);
  return palette;
}

/** Index of the nearest of the first 255 colours, remembered for every 4 × 4 × 4 neighbours. */
function nearestColors(palette: readonly number[][]): (r: number, g: number, b: number) => number {
  const known = new Int16Array(64 ** 3).fill(-1);
  const colors = palette.slice(0, unchanged);
  return (r, g, b) => {
    const key = ((r >> 2) << 12) | ((g >> 2) << 6) | (b >> 2);
    if (known[key] < 0) known[key] = gifenc.nearestColorIndex(colors, [r, g, b]);
    return known[key];
  };
}
