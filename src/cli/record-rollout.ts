/** `record --out FILE.rollout` or `.mcap`: every step of a roll-out as data, for the viewer or Foxglove. */
import { closeSync, openSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { RewardsmithError } from "../core/errors.js";
import { createRecordingFile } from "../stream/node/recording-file.js";
import { type Recorder, recordRollout } from "../view/live/record-rollout.js";
import type { Watched } from "../view/live/scene.js";
import { McapRecording } from "../view/mcap/mcap-recording.js";
import type { CliContext } from "./context.js";
import { formatCount, Progress } from "./progress.js";

export interface RolloutRecording {
  readonly watched: Watched;
  readonly files: readonly string[];
  readonly numEnvs: number;
  readonly seconds: number;
  /** Program and version. */
  readonly program: string;
}

export function isRecording(file: string): boolean {
  return /\.(rollout|mcap)$/i.test(file);
}

/** Plays it once for all files, and says what they hold. */
export async function writeRecordings(cli: CliContext, options: RolloutRecording): Promise<void> {
  const { watched, files, numEnvs, seconds, program } = options;
  const { name, controlDtSeconds } = watched.scene.task.task.definition;
  const title = `${name}: ${watched.about.label}`;
  const progress = new Progress(cli.terminal, {
    label: "recording",
    total: Math.round(seconds / controlDtSeconds),
    unit: "steps",
  });
  let steps: number;
  try {
    const recorders = await Promise.all(files.map((file) => recorder(file, title, program)));
    steps = await recordRollout({
      watched,
      numEnvs,
      seconds,
      seed: 0,
      recorders,
      onStep(step) {
        cli.signal.throwIfAborted();
        progress.update(step);
      },
    });
  } catch (error) {
    throw diskFull(error, files.join(", ")) ?? error;
  } finally {
    progress.end();
  }
  for (const file of files) {
    const bytes = statSync(file).size;
    cli.terminal.record({ file, bytes, steps, numEnvs });
    cli.terminal.line(
      `${file}: ${formatCount(numEnvs)} environments, ${(steps * controlDtSeconds).toFixed(1)} s, ${Math.ceil(bytes / 1000)} kB`,
    );
  }
}

/** What a person can do where there is no more room; undefined for other errors. */
export function diskFull(error: unknown, file: string): RewardsmithError | undefined {
  if ((error as NodeJS.ErrnoException | null)?.code !== "ENOSPC") return undefined;
  return new RewardsmithError("E_DISK_FULL", "no space left on the disk for the recording", {
    where: file,
    hint: "free some space, or record fewer --seconds or --episodes",
    cause: error,
  });
}

async function recorder(file: string, title: string, program: string): Promise<Recorder> {
  if (path.extname(file).toLowerCase() === ".rollout") {
    return createRecordingFile(file, { title, program, createdAt: new Date().toISOString() });
  }
  const descriptor = openSync(file, "w");
  const recording = new McapRecording((bytes) => writeFileSync(descriptor, bytes), program);
  return {
    frame: (frame) => recording.frame(frame),
    message: (message) => recording.message(message),
    async end() {
      try {
        await recording.end();
      } finally {
        closeSync(descriptor);
      }
    },
  };
}
