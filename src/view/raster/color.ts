/** Colours are linear light, [0, 1] per channel, until they become bytes of sRGB. */
import type { Vector } from "./vector.js";

/** IEC 61966-2-1. */
export function linear(srgb: number): number {
  return srgb <= 0.04045 ? srgb / 12.92 : ((srgb + 0.055) / 1.055) ** 2.4;
}

function encoded(light: number): number {
  return light <= 0.0031308 ? light * 12.92 : 1.055 * light ** (1 / 2.4) - 0.055;
}

/** "#rrggbb" as linear light. */
export function color(hex: string): Vector {
  const channel = (at: number) => linear(Number.parseInt(hex.slice(at, at + 2), 16) / 255);
  return [channel(1), channel(3), channel(5)];
}

const steps = 4096;
const byteOfLight = Uint8Array.from({ length: steps + 1 }, (_, i) =>
  Math.round(255 * encoded(i / steps)),
);

/** The sRGB byte of a channel. */
export function toByte(light: number): number {
  return byteOfLight[light <= 0 ? 0 : light >= 1 ? steps : Math.round(light * steps)];
}
