import { beforeEach, expect, test } from "vitest";
import { channelNames } from "../../src/stream/channel.js";
import { FramePacker } from "../../src/stream/pack.js";
import { SharedClock } from "../../viewer/src/pages/compare/shared-clock.js";
import { Player } from "../../viewer/src/timeline/player.js";
import { Timeline } from "../../viewer/src/timeline/timeline.js";
import { Walker, walkerModel } from "../browser/walker.js";

/** A pane whose roll-out begins when the test says so, some time after it was asked to. */
class Pane {
  readonly player = new Player();
  readonly asked: number[] = [];
  private walker = new Walker(walkerModel(1));
  private readonly packer = new FramePacker();
  private models = 0;

  readonly begin = (seed: number) => {
    this.asked.push(seed);
    return true;
  };

  start(): void {
    const model = walkerModel(1, ++this.models);
    this.walker = new Walker(model, this.walker.frame.sequence);
    this.player.open(new Timeline(model, 3000), true);
  }

  /** Only every so many arrive, as on a page that draws too slowly. */
  step(steps: number, every = 1): void {
    const wanted = { channels: new Set(channelNames), focusEnvs: [0] };
    for (let i = 0; i < steps; i++) {
      this.walker.step();
      if (this.walker.frame.sequence % every !== 0) continue;
      for (const packet of this.packer.pack(this.walker.frame, wanted)) {
        this.player.timeline.peek()?.append(packet.slice());
      }
    }
  }

  /** Simulation time of the step that is drawn now, s. */
  get drawn(): number | undefined {
    this.player.advance(0);
    return this.player.shown?.simTimeSeconds;
  }
}

let clock: SharedClock;
let a: Pane;
let b: Pane;

beforeEach(() => {
  clock = new SharedClock();
  a = new Pane();
  b = new Pane();
  clock.add({ player: a.player } as never, a.begin);
  clock.add({ player: b.player } as never, b.begin);
});

/** So many pictures of a fiftieth of a second; both show the same step in each of them. */
function play(pictures: number): void {
  for (let i = 0; i < pictures; i++) {
    a.step(1);
    b.step(1);
    clock.advance(0.02);
    expect(a.drawn).toBe(b.drawn);
  }
}

test("after several resets all panes show the same step, however late one of them begins", () => {
  for (const late of [0, 3, 80]) {
    clock.restart();
    a.start();
    for (let i = 0; i < late; i++) {
      a.step(1);
      clock.advance(0.02);
      expect(clock.seconds.value).toBe(0);
    }
    b.start();
    play(200);
    expect(a.drawn).toBeGreaterThan(3);
  }
  expect(new Set([...a.asked, ...b.asked]).size).toBe(1);
});

test("a pane that begins anew by itself takes the others along", () => {
  a.start();
  b.start();
  play(100);
  const asked = [a.asked.length, b.asked.length];
  b.start();
  b.step(1);
  clock.advance(0.02);
  expect([a.asked.length, b.asked.length]).toEqual(asked.map((times) => times + 1));
  b.start();
  b.step(1);
  clock.advance(0.02);
  expect(clock.seconds.value).toBe(0);
  a.start();
  play(100);
  expect(a.drawn).toBeGreaterThan(1);
});

test("somebody who went back stays there, and plays on from there", () => {
  a.start();
  b.start();
  play(200);
  clock.seek(1);
  play(50);
  expect(a.drawn).toBeCloseTo(1, 1);
  clock.toggle();
  play(50);
  expect(a.drawn).toBeCloseTo(2, 1);
});

test("what stands still is the same step, though each pane got others", () => {
  a.start();
  b.start();
  a.step(200, 3);
  b.step(200, 4);
  clock.advance(0.02);
  clock.seek(2.1);
  clock.advance(0.02);
  // Every twelfth step came to both: the 96th at 1.92 s.
  expect(a.drawn).toBe(b.drawn);
  expect(a.drawn).toBeCloseTo(1.92, 6);
});

test("where this page may not begin anything, what runs is shown", () => {
  const other = new SharedClock();
  other.add({ player: a.player } as never, () => false);
  a.start();
  a.step(100);
  other.advance(0.02);
  expect(a.drawn).toBeGreaterThan(1);
});
