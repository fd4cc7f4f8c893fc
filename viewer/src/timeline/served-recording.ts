/** The recording that the server holds, read a piece at a time: it may be larger than memory. */
import { z } from "zod";
import type { ByteSource } from "../../../src/stream/recording-reader.js";
import { getBytes, getJson } from "../state/api.js";

/** Read at once, so that a chunk seldom costs a request of its own. */
const pieceBytes = 1 << 20;

export async function servedRecording(): Promise<ByteSource> {
  const { bytes: size } = await getJson("/api/recording/about", z.object({ bytes: z.number() }));
  let begin = 0;
  let piece = new Uint8Array(0);
  return {
    size,
    async read(offset, length) {
      const end = Math.min(offset + length, size);
      if (offset < begin || end > begin + piece.length) {
        const wanted = Math.max(end - offset, pieceBytes);
        piece = new Uint8Array(await getBytes(`/api/recording?offset=${offset}&length=${wanted}`));
        begin = offset;
      }
      return piece.slice(offset - begin, end - begin);
    },
  };
}
