/**
 * One clock over a timeline: follows the newest step of a live stream one frame late, or plays, steps
 * and scrubs. `advance` is called for every picture and allocates nothing.
 */
import { signal } from "@preact/signals";
import type { RolloutFrame } from "../../../src/stream/frame.js";
import { blendPoses } from "../stage/pose-blend.js";
import type { Timeline } from "./timeline.js";

/** Slow motion and fast forward, as simulated seconds per second. */
export const speeds = [1 / 32, 1 / 16, 1 / 8, 1 / 4, 1 / 2, 1, 2, 4, 8] as const;

/** Panels are drawn anew so often at most, s. */
const tickSeconds = 1 / 15;

/** No step for so long: the stream stands still, s. */
const stalledSeconds = 0.4;

export class Player {
  readonly timeline = signal<Timeline | null>(null);
  /** At the newest step, and going along with it. */
  readonly atLive = signal(false);
  readonly playing = signal(true);
  readonly speed = signal(1);
  /** Begins anew at the end. */
  readonly loop = signal(false);
  /** Range to stay in, s; null is all. */
  readonly range = signal<readonly [number, number] | null>(null);
  /** Grows when what panels show has changed, at most 15 times a second. */
  readonly tick = signal(0);
  /** The timeline is that of a live stream, whether its newest step is shown or not. */
  growing = false;
  /** Simulation time shown, s. */
  time = 0;
  /** The control step shown, as a whole. Null before the first one came. */
  shown: RolloutFrame | null = null;
  /** [env][body][7] between two control steps. */
  poses = new Float32Array(0);
  private next: RolloutFrame | null = null;
  private shownStep = -1;
  private nextStep = -1;
  private drawnTime = Number.NaN;
  private drawnSequence = -1;
  private seenRewinds = 0;
  private sinceTick = 0;
  /** The picture has changed since the last tick. */
  private untold = false;
  private sinceNew = 0;

  /** Shows another timeline, from its newest step (`live`) or its beginning. */
  open(timeline: Timeline | null, live: boolean): void {
    this.shown = timeline?.createFrame() ?? null;
    this.next = timeline?.createFrame() ?? null;
    this.poses = new Float32Array(this.shown?.poses.length ?? 0);
    this.shownStep = -1;
    this.nextStep = -1;
    this.seenRewinds = 0;
    this.drawnTime = Number.NaN;
    this.time = timeline === null ? 0 : live ? timeline.lastTime : timeline.firstTime;
    this.atLive.value = live;
    this.growing = live;
    this.range.value = null;
    this.timeline.value = timeline;
    this.tick.value++;
  }

  /** Moves on by so much wall time; true when there is another picture to draw. */
  advance(wallSeconds: number): boolean {
    const timeline = this.timeline.peek();
    if (timeline === null || timeline.end === 0) return false;
    this.time = this.timeAfter(timeline, wallSeconds);
    this.sinceTick += wallSeconds;
    const { lastSequence } = timeline;
    const changed = this.time !== this.drawnTime || lastSequence !== this.drawnSequence;
    if (changed) {
      this.drawnTime = this.time;
      this.drawnSequence = lastSequence;
      this.show(timeline);
      this.untold = true;
    }
    // Also after the last change: what stands still must tell the same moment as the picture.
    if (this.untold && this.sinceTick >= tickSeconds) {
      this.sinceTick = 0;
      this.untold = false;
      this.tick.value++;
    }
    return changed;
  }

  private timeAfter(timeline: Timeline, wallSeconds: number): number {
    const last = timeline.lastTime;
    const step = wallSeconds * this.speed.peek();
    if (this.atLive.peek()) {
      // One step late, so that the step it moves towards is already there; at the last one once no more come.
      this.sinceNew =
        timeline.lastSequence === this.drawnSequence ? this.sinceNew + wallSeconds : 0;
      const flows = timeline.end > 1 && this.sinceNew < stalledSeconds;
      const goal = flows ? timeline.timeOf(timeline.end - 2) : last;
      const off = goal - (this.time + step);
      if (Math.abs(off) > 0.25) return goal;
      return Math.min(last, this.time + step + off * Math.min(1, 6 * wallSeconds));
    }
    const [from, to] = this.range.peek() ?? [timeline.firstTime, last];
    if (!this.playing.peek()) return clamp(this.time, timeline.firstTime, last);
    const time = this.time + step;
    if (time < to) return Math.max(time, timeline.firstTime);
    if (this.loop.peek()) return from;
    this.playing.value = false;
    return to;
  }

  private show(timeline: Timeline): void {
    if (this.seenRewinds !== timeline.rewinds) {
      this.seenRewinds = timeline.rewinds;
      this.shownStep = -1;
      this.nextStep = -1;
    }
    const step = timeline.stepAt(this.time);
    const following = Math.min(step + 1, timeline.end - 1);
    if (this.nextStep === step) {
      const was = this.shown;
      this.shown = this.next;
      this.next = was;
      this.shownStep = step;
      this.nextStep = -1;
    }
    if (this.shownStep !== step) timeline.read(step, this.shown!);
    this.shownStep = step;
    // The newest step is read again: more of its channels may have come.
    if (this.nextStep !== following || following === timeline.end - 1) {
      timeline.read(following, this.next!);
      this.nextStep = following;
    }
    const [from, to] = [timeline.timeOf(step), timeline.timeOf(following)];
    const share = to > from ? clamp((this.time - from) / (to - from), 0, 1) : 0;
    const [a, b] = [this.shown!, this.next!];
    blendPoses(this.poses, a.poses, b.poses, share, a.episode, b.episode);
  }

  seek(time: number): void {
    const timeline = this.timeline.peek();
    if (timeline === null) return;
    this.atLive.value = false;
    this.time = clamp(time, timeline.firstTime, timeline.lastTime);
    this.drawnTime = Number.NaN;
    this.sinceTick = tickSeconds;
  }

  /** Stands still, so many control steps on or back. */
  stepBy(steps: number): void {
    const timeline = this.timeline.peek();
    if (timeline === null || timeline.end === 0) return;
    this.playing.value = false;
    const at = clamp(timeline.stepAt(this.time) + steps, timeline.begin, timeline.end - 1);
    this.seek(timeline.timeOf(at));
  }

  /** Plays or stands still; at the end it begins anew. */
  togglePlay(): void {
    const playing = !(this.atLive.peek() || this.playing.peek());
    const timeline = this.timeline.peek();
    this.atLive.value = false;
    this.playing.value = playing;
    if (playing && timeline !== null && this.time >= timeline.lastTime - 1e-6) {
      this.seek(timeline.firstTime);
    }
  }

  goLive(): void {
    this.atLive.value = true;
    this.playing.value = true;
  }

  /** Along the ladder of speeds. */
  changeSpeed(direction: 1 | -1): void {
    const at = speeds.findIndex((speed) => speed >= this.speed.peek());
    this.speed.value = speeds[clamp(at + direction, 0, speeds.length - 1)];
  }
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
