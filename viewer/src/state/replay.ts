/** What Replay shows: a file, the last minute of Live, or a checkpoint rolled out anew. */
import { signal } from "@preact/signals";
import { RewardsmithError } from "../../../src/core/errors.js";
import { type ByteSource, blobSource } from "../../../src/stream/recording-reader.js";
import { cut, loadRecording } from "../timeline/load-recording.js";
import { Player } from "../timeline/player.js";
import { servedRecording } from "../timeline/served-recording.js";
import type { Timeline } from "../timeline/timeline.js";
import { ApiError } from "./api.js";
import { LiveSession, live } from "./live-session.js";

export class Replay {
  readonly player = new Player();
  readonly title = signal("");
  readonly problems = signal<readonly string[]>([]);
  /** Share of a file that is read, or null. */
  readonly loading = signal<number | null>(null);
  readonly focusEnv = signal(0);
  /** Rolls checkpoints out, when asked for: another roll-out than Live's. */
  readonly session = new LiveSession();
  readonly fromCheckpoint = signal(false);

  openFile(file: File): Promise<void> {
    return this.open(file.name, async () => blobSource(file));
  }

  /** The recording that `rewardsmith view FILE` serves. */
  openServed(name: string): Promise<void> {
    return this.open(name, servedRecording);
  }

  private async open(name: string, source: () => Promise<ByteSource>): Promise<void> {
    this.loading.value = 0;
    this.problems.value = [];
    try {
      const loaded = await loadRecording(await source(), (share) => {
        this.loading.value = share;
      });
      this.show(loaded.timeline, loaded.title || name, loaded.problems);
    } catch (error) {
      const told = error instanceof RewardsmithError || error instanceof ApiError;
      const hint = told && error.hint ? ` – ${error.hint}` : "";
      const message = error instanceof Error ? error.message : "it could not be read";
      this.problems.value = [`${name}: ${message}${hint}`];
    } finally {
      this.loading.value = null;
    }
  }

  /** What Live keeps now, or a range of it, s. False where there is nothing yet. */
  takeFromLive(range: readonly [number, number] | null): boolean {
    const timeline = live.player.timeline.peek();
    if (timeline === null || timeline.end === 0) return false;
    const [from, to] = range ?? [timeline.firstTime, timeline.lastTime];
    const policy = live.policy.peek();
    const title = [policy?.run, policy?.label].filter(Boolean).join(" · ") || timeline.model.task;
    this.focusEnv.value = live.focusEnv.peek();
    this.show(cut(timeline, from, to), title, []);
    return true;
  }

  close(): void {
    this.player.open(null, false);
    this.problems.value = [];
    this.title.value = "";
  }

  private show(timeline: Timeline, title: string, problems: readonly string[]): void {
    this.fromCheckpoint.value = false;
    if (this.focusEnv.peek() >= timeline.model.numEnvs) this.focusEnv.value = 0;
    this.player.open(timeline, false);
    this.player.playing.value = true;
    this.player.speed.value = 1;
    this.title.value = title;
    this.problems.value = problems;
  }
}

export const replay = new Replay();
