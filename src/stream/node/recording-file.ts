/** Recordings on disk. */
import { type FileHandle, open } from "node:fs/promises";
import { RewardsmithError } from "../../core/errors.js";
import type { ByteSource } from "../recording-reader.js";
import { type RecordingHeader, RecordingWriter } from "../recording-writer.js";

/** Opens a file for `openRecording`; close it when done. */
export async function openRecordingFile(
  path: string,
): Promise<ByteSource & { close(): Promise<void> }> {
  const file = await open(path, "r").catch((cause) => {
    throw new RewardsmithError("E_RECORDING_MISSING", `cannot read ${path}`, { cause });
  });
  const { size } = await file.stat();
  return {
    size,
    async read(offset, length) {
      const bytes = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
      const { bytesRead } = await file.read(bytes, 0, bytes.length, offset);
      return bytes.subarray(0, bytesRead);
    },
    close: () => file.close(),
  };
}

/** A writer whose file is closed by its `end`. */
export async function createRecordingFile(
  path: string,
  header: Omit<RecordingHeader, "format">,
): Promise<RecordingWriter> {
  const file = await open(path, "w").catch((cause) => {
    throw new RewardsmithError("E_RECORDING_WRITE", `cannot write ${path}`, {
      hint: "give another --out",
      cause,
    });
  });
  return new FileWriter(file, header);
}

class FileWriter extends RecordingWriter {
  private readonly file: FileHandle;

  constructor(file: FileHandle, header: Omit<RecordingHeader, "format">) {
    // Unlike `write`, this one goes on until all is written or fails.
    super((bytes) => file.appendFile(bytes), header);
    this.file = file;
  }

  override async end(): Promise<void> {
    try {
      await super.end();
    } finally {
      await this.file.close();
    }
  }
}
