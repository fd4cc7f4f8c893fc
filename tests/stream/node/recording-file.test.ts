import path from "node:path";
import { expect, test } from "vitest";
import { createFrame } from "../../../src/stream/frame.js";
import { createRecordingFile, openRecordingFile } from "../../../src/stream/node/recording-file.js";
import { openRecording } from "../../../src/stream/recording-reader.js";
import { shapeOfModel } from "../../../src/stream/rollout-model.js";
import { boxes } from "../../integration/view/viewer.js";
import { temporaryFolder } from "../../temporary-folder.js";

const header = { title: "t", program: "p", createdAt: "2026-01-01T00:00:00Z" };

test("a recording is written to a file and read from it", async () => {
  const file = path.join(temporaryFolder("recording"), "a.rollout");
  const writer = await createRecordingFile(file, header);
  const model = boxes(0);
  writer.message({ type: "model", model });
  const frame = createFrame(shapeOfModel(model));
  for (let n = 0; n < 60; n++) {
    frame.sequence = n;
    frame.simTimeSeconds = 0.05 * n;
    writer.frame(frame);
  }
  await writer.end();
  const source = await openRecordingFile(file);
  const recording = await openRecording(source);
  expect([recording.steps, recording.chunks.length]).toEqual([60, 3]);
  expect((await recording.seek(2)).length).toBe(5);
  await source.close();
});

test("a folder that is not there is said", async () => {
  await expect(createRecordingFile("/nowhere/a.rollout", header)).rejects.toMatchObject({
    code: "E_RECORDING_WRITE",
  });
  await expect(openRecordingFile("/nowhere/a.rollout")).rejects.toMatchObject({
    code: "E_RECORDING_MISSING",
  });
});
