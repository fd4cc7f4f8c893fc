/** Reads a GIF by its specification (GIF89a), to look at what an encoder wrote. */
export interface GifFrame {
  readonly delayMs: number;
  readonly transparent: number | null;
  /** [y][x] indices into the palette. */
  readonly indices: Uint8Array;
}

export interface Gif {
  readonly width: number;
  readonly height: number;
  readonly palette: readonly (readonly number[])[];
  /** 0: for ever; null: once. */
  readonly repeat: number | null;
  readonly frames: readonly GifFrame[];
}

export function readGif(bytes: Uint8Array): Gif {
  const file = Buffer.from(bytes);
  if (file.toString("latin1", 0, 6) !== "GIF89a") throw new Error("no GIF");
  const [width, height] = [file.readUInt16LE(6), file.readUInt16LE(8)];
  const colors = 2 << (file[10] & 7);
  const palette = Array.from({ length: colors }, (_, i) => [
    ...file.subarray(13 + 3 * i, 16 + 3 * i),
  ]);
  let at = 13 + 3 * colors;
  let [delayMs, repeat]: [number, number | null] = [0, null];
  let transparent: number | null = null;
  const frames: GifFrame[] = [];
  const blocks = (): Buffer => {
    const parts: Buffer[] = [];
    for (let size = file[at++]; size > 0; size = file[at++]) {
      parts.push(file.subarray(at, at + size));
      at += size;
    }
    return Buffer.concat(parts);
  };
  for (;;) {
    const kind = file[at++];
    if (kind === 0x3b) break;
    if (kind === 0x21) {
      const label = file[at++];
      const data = blocks();
      if (label === 0xf9) {
        delayMs = 10 * data.readUInt16LE(1);
        transparent = data[0] & 1 ? data[3] : null;
      } else if (data.toString("latin1", 0, 11) === "NETSCAPE2.0") {
        repeat = data.readUInt16LE(12);
      }
    } else if (kind === 0x2c) {
      at += 9;
      const minimum = file[at++];
      frames.push({ delayMs, transparent, indices: unpack(blocks(), minimum, width * height) });
    } else {
      throw new Error(`unknown block ${kind} at ${at}`);
    }
  }
  return { width, height, palette, repeat, frames };
}

/** LZW as GIF has it: codes grow from `minimum` + 1 to 12 bits, least bit first. */
function unpack(data: Buffer, minimum: number, pixels: number): Uint8Array {
  const [clear, end] = [1 << minimum, (1 << minimum) + 1];
  const out: number[] = [];
  let table: number[][] = [];
  let bits = minimum + 1;
  let before: number[] | null = null;
  const restart = () => {
    table = Array.from({ length: end + 1 }, (_, i) => (i < clear ? [i] : []));
    bits = minimum + 1;
    before = null;
  };
  restart();
  for (let bit = 0; ; ) {
    let code = 0;
    for (let i = 0; i < bits; i++, bit++) code |= ((data[bit >> 3] >> (bit & 7)) & 1) << i;
    if (code === end) break;
    if (code === clear) {
      restart();
      continue;
    }
    const last: number[] | null = before;
    const entry: number[] = table[code] ?? [...(last ?? []), (last ?? [])[0]];
    out.push(...entry);
    if (last && table.length < 4096) table.push([...last, entry[0]]);
    if (table.length === 1 << bits && bits < 12) bits++;
    before = entry;
  }
  if (out.length !== pixels) throw new Error(`${out.length} pixels, not ${pixels}`);
  return Uint8Array.from(out);
}
