/**
 * One clock for several roll-outs. Each streams at its own pace; what is shown is the same moment of
 * simulation time in all of them: as far as the slowest has come. All begin together from the same
 * seed, and where one begins anew (a reset, or a busy machine that keeps up with fewer robots), all do.
 */
import { signal } from "@preact/signals";
import type { LiveSession } from "../../state/live-session.js";
import type { Timeline } from "../../timeline/timeline.js";

/** Behind the slowest, so that it never stutters, s. */
const marginSeconds = 0.1;
/** Of all panes' worlds. */
const seed = 7;

/** Rolls a pane's policy out from simulation time 0 with a seed; false where this page may not. */
type Begin = (seed: number) => boolean;

interface Runner {
  readonly session: Pick<LiveSession, "player">;
  readonly begin: Begin;
  /** The roll-out before the last beginning: another must take its place first. */
  over: Timeline | null;
  /** The one that is shown. */
  shown: Timeline | null;
}

export class SharedClock {
  readonly playing = signal(true);
  /** Shown, s, in tenths; so are the first and the last moment that all panes have. */
  readonly seconds = signal(0);
  readonly firstSeconds = signal(0);
  readonly lastSeconds = signal(0);
  private readonly runners = new Set<Runner>();
  private time = 0;
  /** Keeps up with the newest; false once somebody went back. */
  private following = true;

  add(session: Runner["session"], begin: Begin): () => void {
    const runner: Runner = { session, begin, over: null, shown: null };
    this.runners.add(runner);
    this.restart();
    return () => this.runners.delete(runner);
  }

  toggle(): void {
    this.playing.value = !this.playing.peek();
  }

  /** All panes from the beginning. */
  restart(): void {
    this.time = 0;
    this.following = true;
    this.playing.value = true;
    for (const runner of this.runners) {
      const timeline = runner.session.player.timeline.peek();
      runner.over = runner.begin(seed) ? timeline : null;
      runner.shown = null;
    }
  }

  /** Stands still at another moment, s. */
  seek(seconds: number): void {
    this.time = seconds;
    this.following = false;
    this.playing.value = false;
  }

  start(): () => void {
    let before = performance.now();
    const tick = (now: number) => {
      request = requestAnimationFrame(tick);
      this.advance(Math.min(0.25, (now - before) / 1000));
      before = now;
    };
    let request = requestAnimationFrame(tick);
    return () => cancelAnimationFrame(request);
  }

  /** Moves on by so much wall time, once every pane has begun. */
  advance(wallSeconds: number): void {
    let end = Number.POSITIVE_INFINITY;
    let begin = 0;
    for (const runner of this.runners) {
      const timeline = runner.session.player.timeline.peek();
      if (timeline === null || timeline === runner.over || timeline.end === 0) {
        this.show(0);
        return;
      }
      if (runner.shown !== null && runner.shown !== timeline) {
        this.restart();
        return;
      }
      end = Math.min(end, timeline.lastTime);
      begin = Math.max(begin, timeline.firstTime);
    }
    if (!Number.isFinite(end)) return;
    for (const runner of this.runners) {
      runner.shown = runner.session.player.timeline.peek();
      runner.over = null;
    }
    const newest = end - marginSeconds;
    if (this.playing.peek()) this.time += wallSeconds;
    if (this.time >= newest && this.playing.peek()) this.following = true;
    // One that fell behind, on a hidden page say, is not left behind.
    if (this.following && this.playing.peek() && newest - this.time > 1) this.time = newest;
    this.time = Math.max(begin, Math.min(this.time, newest));
    this.firstSeconds.value = tenths(begin);
    this.lastSeconds.value = tenths(newest);
    this.show(this.playing.peek() ? this.time : this.commonMoment(this.time));
  }

  /**
   * What stands still is one control step that every pane has: a slow page gets only some of them,
   * and not the same in each. The moment itself where there is none shortly before.
   */
  private commonMoment(seconds: number): number {
    let moment = seconds;
    while (seconds - moment < 0.5) {
      let earliest = moment;
      for (const { session } of this.runners) {
        const timeline = session.player.timeline.peek();
        if (timeline === null) continue;
        const step = timeline.stepAt(moment);
        earliest = Math.min(earliest, timeline.timeOf(step));
      }
      if (earliest === moment) return moment;
      moment = earliest;
    }
    return seconds;
  }

  private show(seconds: number): void {
    for (const { session, over } of this.runners) {
      const { player } = session;
      if (player.timeline.peek() === over) continue;
      player.atLive.value = false;
      player.playing.value = false;
      player.time = seconds;
    }
    this.seconds.value = tenths(seconds);
  }
}

function tenths(seconds: number): number {
  return Math.max(0, Math.round(10 * seconds) / 10);
}
