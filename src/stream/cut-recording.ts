/** The beginning of a recording as a recording. */
import { readHeader } from "./packet.js";
import { type ByteSource, openRecording } from "./recording-reader.js";
import { RecordingWriter } from "./recording-writer.js";
import type { RolloutModel } from "./rollout-model.js";

export interface CutRecording {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly title: string;
  readonly model: RolloutModel;
  /** What it holds, at most what was asked for. */
  readonly seconds: number;
  /** What could not be read, a sentence each. */
  readonly problems: readonly string[];
}

/** The first seconds of a recording's first model. Throws what `openRecording` throws. */
export async function cutRecording(source: ByteSource, seconds: number): Promise<CutRecording> {
  const recording = await openRecording(source);
  const { header, startSeconds } = recording;
  const [model] = recording.models;
  const parts: Uint8Array[] = [];
  const writer = new RecordingWriter((bytes) => void parts.push(bytes.slice()), header);
  writer.message({ type: "model", model });
  // Half a step of slack, since times are sums of steps.
  const end = startSeconds + seconds + model.controlDtSeconds / 2;
  let last = startSeconds;
  let sequence = 0;
  for (let chunk = 0; chunk < recording.chunks.length; chunk++) {
    if (recording.chunks[chunk].firstTime > end) break;
    // A chunk begins with what is still valid of those before, which the writer repeats by itself.
    let isNew = chunk === 0;
    for (const item of await recording.read(chunk)) {
      if ("message" in item) {
        if (isNew) writer.message(item.message);
        continue;
      }
      const packet = readHeader(item.packet);
      if (packet.sequence < sequence) continue;
      isNew = true;
      sequence = packet.sequence;
      if (packet.model !== model.number || packet.simTimeSeconds > end) continue;
      last = Math.max(last, packet.simTimeSeconds);
      writer.packets([item.packet]);
    }
  }
  await writer.end();
  const bytes = joined(parts);
  return {
    bytes,
    title: header.title,
    model,
    seconds: last - startSeconds,
    problems: recording.problems,
  };
}

export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
