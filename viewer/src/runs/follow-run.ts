/** One run as it goes on: its events folded here as everywhere, and its learning curves. */
import { batch, signal } from "@preact/signals";
import type { StampedEvent } from "../../../src/events/event.js";
import { fold } from "../../../src/events/fold.js";
import { newRun, type RunState } from "../../../src/events/run-state.js";
import {
  type Curve,
  curvesSchema,
  type RunNews,
  runNewsSchema,
} from "../../../src/view/data/answers.js";
import { ApiError, getJson } from "../state/api.js";
import { live } from "../state/live-session.js";

const liveMs = 1000;
const restMs = 4000;

export class RunFollower {
  readonly name: string;
  readonly state = signal<RunState>(newRun);
  readonly news = signal<RunNews | null>(null);
  readonly curves = signal<readonly Curve[]>([]);
  /** Why nothing new arrives; null while it does. */
  readonly problem = signal<ApiError | null>(null);
  private seq = 0;
  private curvesOf = "";
  private wake: () => void = () => {};
  private ended = false;

  constructor(name: string) {
    this.name = name;
  }

  /** Follows until the returned function is called. */
  start(): () => void {
    const quiet = live.onEvent(() => this.look());
    void this.poll();
    return () => {
      this.ended = true;
      quiet();
      this.wake();
    };
  }

  /** Something was done: its event is fetched at once. */
  look(): void {
    this.wake();
  }

  private async poll(): Promise<void> {
    while (!this.ended) {
      await this.fetchNews();
      const wait = this.news.peek()?.live === false ? restMs : liveMs;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, wait);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  private async fetchNews(): Promise<void> {
    const path = `/api/runs/${encodeURIComponent(this.name)}`;
    try {
      const news = await getJson(`${path}/news?since=${this.seq}`, runNewsSchema);
      const growing = news.live && news.summary.candidates.training > 0;
      const drawn = `${this.seq + news.events.length} ${growing ? Date.now() : ""}`;
      const curves =
        drawn === this.curvesOf ? null : (await getJson(`${path}/curves`, curvesSchema)).curves;
      this.curvesOf = drawn;
      batch(() => {
        this.take(news.events);
        this.news.value = news;
        if (curves) this.curves.value = curves;
        this.problem.value = null;
      });
    } catch (error) {
      this.problem.value =
        error instanceof ApiError ? error : new ApiError("E_ANSWER", String(error));
    }
  }

  private take(events: readonly StampedEvent[]): void {
    if (events.length === 0) return;
    let state = this.state.peek();
    for (const event of events) state = fold(state, event);
    this.seq = events[events.length - 1].seq;
    this.state.value = state;
  }
}
