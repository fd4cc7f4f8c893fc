/**
 * One clock for several roll-outs. Each streams at its own pace; what is shown is the same moment of
 * simulation time in all of them: as far as the slowest has come.
 */
import { signal } from "@preact/signals";
import type { LiveSession } from "../../state/live-session.js";

/** Behind the slowest, so that it never stutters, s. */
const marginSeconds = 0.1;
/** Of all panes' worlds. */
const seed = 7;

export class SharedClock {
  readonly playing = signal(true);
  /** Shown, s. */
  readonly seconds = signal(0);
  private readonly sessions = new Set<LiveSession>();
  private readonly restarts = new Map<LiveSession, () => void>();
  private time = 0;

  /** @param begin rolls a pane's policy out from the beginning, with a seed */
  add(session: LiveSession, begin: (seed: number) => void): () => void {
    this.sessions.add(session);
    this.restarts.set(session, () => begin(seed));
    this.restart();
    return () => {
      this.sessions.delete(session);
      this.restarts.delete(session);
    };
  }

  toggle(): void {
    this.playing.value = !this.playing.peek();
  }

  /** All panes from the beginning. */
  restart(): void {
    this.time = 0;
    this.playing.value = true;
    for (const begin of this.restarts.values()) begin();
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

  private advance(seconds: number): void {
    let end = Number.POSITIVE_INFINITY;
    let begin = 0;
    for (const { player } of this.sessions) {
      const timeline = player.timeline.peek();
      if (timeline === null || timeline.end === 0) return;
      end = Math.min(end, timeline.lastTime);
      begin = Math.max(begin, timeline.firstTime);
    }
    if (!Number.isFinite(end)) return;
    if (this.playing.peek()) this.time += seconds;
    // A pane that began anew takes all back with it; one that fell behind is not left behind.
    if (end - this.time > 1) this.time = end - marginSeconds;
    this.time = Math.max(begin, Math.min(this.time, end - marginSeconds));
    for (const { player } of this.sessions) {
      player.atLive.value = false;
      player.playing.value = false;
      player.time = this.time;
    }
    this.seconds.value = Math.max(0, Math.round(10 * this.time) / 10);
  }
}
