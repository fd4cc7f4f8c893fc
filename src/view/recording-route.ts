/** The recording that `view FILE` opens, for the Replay page: a piece at a time, whatever its size. */
import { open, stat } from "node:fs/promises";
import { z } from "zod";
import { RewardsmithError } from "../core/errors.js";
import type { Route } from "./route.js";

/** No answer holds more of it. */
const maxPieceBytes = 16 << 20;

const pieceSchema = z.object({
  offset: z.coerce.number().int().min(0).default(0),
  /** Fewer come at the end of the file. */
  length: z.coerce.number().int().min(0).max(maxPieceBytes).default(maxPieceBytes),
});

export function recordingRoutes(file: string): Route[] {
  const missing = (cause: unknown) => {
    throw new RewardsmithError("E_RECORDING_MISSING", "the recording cannot be read any more", {
      where: file,
      hint: "it may have been moved; open it again: rewardsmith view FILE",
      cause,
    });
  };
  return [
    {
      method: "GET",
      path: "/api/recording/about",
      handle: async () => ({ json: { bytes: (await stat(file).catch(missing)).size } }),
    },
    {
      method: "GET",
      path: "/api/recording",
      async handle({ query }) {
        const { offset, length } = pieceSchema.parse(Object.fromEntries(query));
        const bytes = await readPiece(file, offset, length).catch(missing);
        return { bytes, type: "application/octet-stream" };
      },
    },
  ];
}

async function readPiece(file: string, offset: number, length: number): Promise<Uint8Array> {
  const handle = await open(file, "r");
  try {
    const { size } = await handle.stat();
    const piece = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
    let read = 0;
    while (read < piece.length) {
      const { bytesRead } = await handle.read(piece, read, piece.length - read, offset + read);
      if (bytesRead === 0) break;
      read += bytesRead;
    }
    return piece.subarray(0, read);
  } finally {
    await handle.close();
  }
}
