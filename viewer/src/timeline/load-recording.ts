/** A `.rollout` file as a timeline, and a timeline as a `.rollout` file. */

import { readHeader } from "../../../src/stream/packet.js";
import { type ByteSource, openRecording } from "../../../src/stream/recording-reader.js";
import { RecordingWriter } from "../../../src/stream/recording-writer.js";
import type { RolloutModel } from "../../../src/stream/rollout-model.js";
import { Timeline } from "./timeline.js";

/** A longer recording is shown from its beginning; 20 minutes at 50 Hz. */
const mostSteps = 60_000;

export interface LoadedRecording {
  readonly timeline: Timeline;
  readonly title: string;
  /** What could not be read, a sentence each. */
  readonly problems: readonly string[];
}

/** Throws what `openRecording` throws. `onProgress` gets the share read, 0 to 1. */
export async function loadRecording(
  source: ByteSource,
  onProgress: (share: number) => void,
): Promise<LoadedRecording> {
  const recording = await openRecording(source);
  // The model that most of it belongs to: packets of others are left out.
  const counts = new Map<number, number>();
  const first = await recording.read(0);
  for (const item of first) {
    if (!("packet" in item)) continue;
    const { model } = readHeader(item.packet);
    counts.set(model, (counts.get(model) ?? 0) + 1);
  }
  const [number] = [...counts].sort((a, b) => b[1] - a[1])[0] ?? [recording.models[0].number];
  const model = recording.models.find((one) => one.number === number) ?? recording.models[0];
  const steps = Math.min(recording.steps, mostSteps);
  const timeline = new Timeline(model, Math.max(1, steps));
  for (let chunk = 0; chunk < recording.chunks.length && timeline.end < steps; chunk++) {
    for (const item of await recording.read(chunk)) {
      if ("packet" in item && (timeline.end < steps || isWorlds(item.packet))) {
        timeline.append(item.packet);
      }
    }
    onProgress((chunk + 1) / recording.chunks.length);
  }
  const problems = [...recording.problems];
  if (recording.steps > steps) {
    problems.push(`The recording has ${recording.steps} steps; the first ${steps} are shown.`);
  }
  if (recording.models.length > 1) {
    problems.push(
      `It holds ${recording.models.length} models one after another; one of them is shown.`,
    );
  }
  return { timeline, title: recording.header.title, problems };
}

function isWorlds(packet: Uint8Array): boolean {
  return packet[0] === 5;
}

/** The steps between two times as a timeline of their own. */
export function cut(timeline: Timeline, from: number, to: number): Timeline {
  const [first, last] = [timeline.stepAt(from), timeline.stepAt(to)];
  const copy = new Timeline(timeline.model, Math.max(1, last - first + 1));
  for (const packet of timeline.packetsBetween(first, last)) copy.append(packet);
  return copy;
}

export async function toRecording(
  timeline: Timeline,
  title: string,
  from = timeline.firstTime,
  to = timeline.lastTime,
): Promise<Blob> {
  const parts: BlobPart[] = [];
  const writer = new RecordingWriter(
    (bytes) => {
      parts.push(bytes.slice());
    },
    { title, program: "rewardsmith viewer", createdAt: new Date().toISOString() },
  );
  const model: RolloutModel = timeline.model;
  writer.message({ type: "model", model });
  writer.packets([...timeline.packetsBetween(timeline.stepAt(from), timeline.stepAt(to))]);
  await writer.end();
  return new Blob(parts, { type: "application/octet-stream" });
}
