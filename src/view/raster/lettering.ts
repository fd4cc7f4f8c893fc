/** Letters drawn with a round pen along strokes, at any size. */
import type { Image } from "./image.js";

/**
 * Strokes of each letter, separated by commas: points as column and row. Row 0 is the top of
 * capitals, 2 of small letters, 6 the line they stand on. Digits are all as wide.
 */
const strokes: Readonly<Record<string, string>> = {
  A: "06 20 46,14 34",
  B: "06 00 30 41 42 33 03,33 44 45 36 06",
  C: "41 30 10 01 05 16 36 45",
  D: "00 30 41 45 36 06 00",
  E: "40 00 06 46,03 33",
  F: "40 00 06,03 33",
  G: "41 30 10 01 05 16 36 45 43 23",
  H: "00 06,40 46,03 43",
  I: "00 06",
  J: "30 35 26 16 05",
  K: "00 06,40 03 46",
  L: "00 06 36",
  M: "06 00 23 40 46",
  N: "06 00 46 40",
  O: "10 30 41 45 36 16 05 01 10",
  P: "06 00 30 41 42 33 03",
  Q: "10 30 41 45 36 16 05 01 10,34 46",
  R: "06 00 30 41 42 33 03,23 46",
  S: "41 30 10 01 02 13 33 44 45 36 16 05",
  T: "00 40,20 26",
  U: "00 05 16 36 45 40",
  V: "00 26 40",
  W: "00 16 22 36 40",
  X: "00 46,40 06",
  Y: "00 23 40,23 26",
  Z: "00 40 06 46",
  a: "12 22 33 36,34 14 05 16 26 35",
  b: "00 06,03 12 22 33 35 26 16 05",
  c: "33 22 12 03 05 16 26 35",
  d: "30 36,33 22 12 03 05 16 26 35",
  e: "04 34 33 22 12 03 05 16 26 35",
  f: "20 11 16,02 22",
  g: "32 37 28 18 07,33 22 12 03 05 16 26 35",
  h: "00 06,03 12 22 33 36",
  i: "02 06,00 00",
  j: "12 17 08,10 10",
  k: "00 06,32 04 36",
  l: "00 06",
  m: "02 06,03 12 23 26,23 32 43 46",
  n: "02 06,03 12 22 33 36",
  o: "12 22 33 35 26 16 05 03 12",
  p: "02 08,03 12 22 33 35 26 16 05",
  q: "32 38,33 22 12 03 05 16 26 35",
  r: "02 06,03 12 22",
  s: "33 22 12 03 14 24 35 26 16 05",
  t: "10 15 26,02 22",
  u: "02 05 16 26 35,32 36",
  v: "02 26 42",
  w: "02 16 22 36 42",
  x: "02 36,32 06",
  y: "02 05 16 26 35,32 37 28 18 07",
  z: "02 32 06 36",
  "0": "10 30 41 45 36 16 05 01 10",
  "1": "11 20 26",
  "2": "01 10 30 41 42 06 46",
  "3": "01 10 30 41 42 33 13,33 44 45 36 16 05",
  "4": "36 30 04 44",
  "5": "40 00 02 32 43 45 36 16 05",
  "6": "30 20 02 05 16 36 45 44 33 03",
  "7": "00 40 16",
  "8": "13 02 01 10 30 41 42 33 13 04 05 16 36 45 44 33",
  "9": "16 26 44 41 30 10 01 02 13 43",
  ".": "06 06",
  ",": "06 07",
  ":": "03 03,06 06",
  "-": "04 24",
  "−": "04 34",
  "–": "04 34",
  "+": "04 44,22 26",
  "=": "03 33,05 35",
  "/": "06 40",
  "%": "00 10 11 01 00,35 45 46 36 35,40 06",
  "(": "10 02 04 16",
  ")": "00 12 14 06",
  "@": "33 23 14 24 34 32 21 12 14,34 44 42 30 10 01 05 16 36",
  "²": "00 10 11 02 12",
  "°": "00 10 11 01 00",
  _: "06 36",
  "'": "00 01",
  "!": "00 04,06 06",
  "?": "01 10 30 41 42 23 24,26 26",
  "·": "03 03",
  "…": "06 06,26 26,46 46",
};

/** Gap after a letter and the width of a space, in columns; thickness of the pen, in rows. */
const gap = 1.9;
const space = 2.6;
const pen = 0.95;
/** A column is narrower than a row. */
const aspect = 0.92;

type Point = readonly [column: number, row: number];
interface Glyph {
  readonly lines: readonly (readonly Point[])[];
  readonly columns: number;
}

const glyphs = new Map<string, Glyph>(
  Object.entries(strokes).map(([letter, text]) => {
    const lines = text
      .split(",")
      .map((line) => line.split(" ").map(([x, y]): Point => [Number(x), Number(y)]));
    const widest = Math.max(...lines.flat().map(([column]) => column));
    return [letter, { lines, columns: /\d/.test(letter) ? 4 : widest }];
  }),
);

/** In pixels, for capitals `size` high. Letters there are no strokes for are shown as "?". */
export function textWidth(text: string, size: number): number {
  let columns = 0;
  for (const letter of text) columns += letter === " " ? space : glyphOf(letter).columns + gap;
  return (columns * size * aspect) / 6;
}

/** Draws one line of text that begins at `x` and stands on `baseline`, capitals `size` high. */
export function drawText(
  image: Image,
  text: string,
  x: number,
  baseline: number,
  size: number,
  ink: readonly [number, number, number],
): void {
  const unit = size / 6;
  const place = ([column, row]: Point, left: number): Point => [
    left + column * unit * aspect,
    baseline + (row - 6) * unit,
  ];
  let left = x;
  for (const letter of text) {
    if (letter !== " ") {
      for (const line of glyphOf(letter).lines) {
        const points = line.map((point) => place(point, left));
        drawLine(image, points, Math.max(1, pen * unit), ink);
      }
    }
    left += textWidth(letter, size);
  }
}

function glyphOf(letter: string): Glyph {
  return glyphs.get(letter) ?? (glyphs.get("?") as Glyph);
}

/** Blends one stroke over the image; its own crossings are covered once. */
function drawLine(
  { width, height, rgb }: Image,
  points: readonly Point[],
  thickness: number,
  ink: readonly [number, number, number],
): void {
  const reach = thickness / 2 + 1;
  const columns = points.map(([column]) => column);
  const rows = points.map(([, row]) => row);
  const right = Math.min(width - 1, Math.ceil(Math.max(...columns) + reach));
  const bottom = Math.min(height - 1, Math.ceil(Math.max(...rows) + reach));
  for (let y = Math.max(0, Math.floor(Math.min(...rows) - reach)); y <= bottom; y++) {
    for (let x = Math.max(0, Math.floor(Math.min(...columns) - reach)); x <= right; x++) {
      let distance = Number.POSITIVE_INFINITY;
      for (let i = 0; i < Math.max(1, points.length - 1); i++) {
        const to = points[Math.min(i + 1, points.length - 1)];
        distance = Math.min(distance, distanceToSegment(x + 0.5, y + 0.5, points[i], to));
      }
      const cover = Math.min(1, Math.max(0, thickness / 2 + 0.5 - distance));
      if (cover === 0) continue;
      for (let channel = 0; channel < 3; channel++) {
        const at = 3 * (y * width + x) + channel;
        rgb[at] = Math.round(rgb[at] + (ink[channel] - rgb[at]) * cover);
      }
    }
  }
}

function distanceToSegment(x: number, y: number, [ax, ay]: Point, [bx, by]: Point): number {
  const [dx, dy] = [bx - ax, by - ay];
  const square = dx * dx + dy * dy;
  const share =
    square === 0 ? 0 : Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / square));
  return Math.hypot(x - ax - share * dx, y - ay - share * dy);
}
