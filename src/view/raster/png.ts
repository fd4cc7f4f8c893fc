/** Images as PNG files (ISO/IEC 15948): 8-bit RGB, each row filtered by the one that suits it. */
import { crc32, deflateSync } from "node:zlib";
import type { Image } from "./image.js";

const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const bytesPerPixel = 3;

export function encodePng({ width, height, rgb }: Image): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // Bit depth 8, colour type 2 (RGB), then the only compression, filters and interlacing: none.
  header.set([8, 2, 0, 0, 0], 8);
  const stride = width * bytesPerPixel;
  const rows = Buffer.alloc(height * (stride + 1));
  for (let y = 0; y < height; y++) {
    const above = y > 0 ? rgb.subarray((y - 1) * stride, y * stride) : new Uint8Array(stride);
    filterRow(rgb.subarray(y * stride, (y + 1) * stride), above, rows, y * (stride + 1));
  }
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows, { level: 9 })),
    chunk("IEND", new Uint8Array(0)),
  ]);
}

/** Writes a row's filter type and the row, as differences from its left (1) or upper (2) neighbours. */
function filterRow(row: Uint8Array, above: Uint8Array, out: Buffer, offset: number): void {
  const left = (i: number) => (i < bytesPerPixel ? 0 : row[i - bytesPerPixel]);
  const cost = (difference: number) => Math.abs((difference << 24) >> 24);
  let [ofLeft, ofAbove] = [0, 0];
  for (let i = 0; i < row.length; i++) {
    ofLeft += cost(row[i] - left(i));
    ofAbove += cost(row[i] - above[i]);
  }
  const type = ofLeft < ofAbove ? 1 : 2;
  out[offset] = type;
  for (let i = 0; i < row.length; i++) {
    out[offset + 1 + i] = row[i] - (type === 1 ? left(i) : above[i]);
  }
}

/** Length, type, contents and the checksum of type and contents. */
function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, checksum]);
}
