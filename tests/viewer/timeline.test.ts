import { expect, test } from "vitest";
import { channelNames } from "../../src/stream/channel.js";
import { FramePacker } from "../../src/stream/pack.js";
import { blobSource } from "../../src/stream/recording-reader.js";
import { cut, loadRecording, toRecording } from "../../viewer/src/timeline/load-recording.js";
import { Player } from "../../viewer/src/timeline/player.js";
import { Timeline } from "../../viewer/src/timeline/timeline.js";
import { Walker, walkerModel } from "../browser/walker.js";

const all = { channels: new Set(channelNames), focusEnvs: "all" as const };

function filled(steps: number, capacity: number) {
  const model = walkerModel(2);
  const walker = new Walker(model);
  const packer = new FramePacker();
  const timeline = new Timeline(model, capacity);
  const append = () => {
    for (const packet of packer.pack(walker.frame, all)) timeline.append(packet);
  };
  for (let i = 0; i < steps; i++) {
    walker.step();
    append();
  }
  return { walker, timeline, append };
}

test("a timeline gives back every number of a step, and forgets the oldest", () => {
  const { walker, timeline } = filled(30, 20);
  expect([timeline.begin, timeline.end]).toEqual([10, 30]);
  expect(timeline.firstTime).toBeCloseTo(0.22);
  const frame = timeline.createFrame();
  timeline.read(29, frame);
  expect([...frame.terms]).toEqual([...walker.frame.terms]);
  expect([...frame.parameters]).toEqual([...walker.frame.parameters]);
  expect(frame.contacts.count).toBe(walker.frame.contacts.count);
  frame.poses.forEach((value, i) => {
    expect(Math.abs(value - walker.frame.poses[i])).toBeLessThan(1e-3);
  });
  expect(timeline.term(29, 1, 0)).toBe(walker.frame.terms[6]);
  expect(timeline.stepAt(0.401)).toBe(19);
  expect(timeline.stepAt(-1)).toBe(10);
});

test("a step back takes the place of what came after it", () => {
  const { walker, timeline, append } = filled(10, 20);
  walker.frame.sequence++;
  walker.frame.simTimeSeconds = 0.1;
  append();
  expect(timeline.end).toBe(5);
  expect(timeline.rewinds).toBe(1);
  expect(timeline.lastTime).toBeCloseTo(0.1);
});

test("a live player stays one step behind, and comes to the last one when no more arrive", () => {
  const { timeline } = filled(50, 100);
  const player = new Player();
  player.open(timeline, true);
  player.advance(0.02);
  expect(player.time).toBeGreaterThan(0.97);
  for (let i = 0; i < 60; i++) player.advance(0.05);
  expect(player.time).toBeCloseTo(1, 6);
  expect(player.shown?.sequence).toBe(50);
});

test("positions between two steps lie between them, but nothing glides through a reset", () => {
  const { timeline, walker, append } = filled(10, 100);
  const player = new Player();
  player.open(timeline, false);
  player.playing.value = false;
  const x = (time: number) => {
    player.seek(time);
    player.advance(0);
    return player.poses[0];
  };
  const [a, between, b] = [x(0.1), x(0.11), x(0.12)];
  expect(between).toBeCloseTo((a + b) / 2, 4);
  walker.push(0);
  walker.step();
  append();
  const [before, at] = [x(0.2), x(0.215)];
  expect(at).toBeCloseTo(before, 6);
  expect(Math.abs(x(0.22) - before)).toBeGreaterThan(0.05);
});

test("what is saved as a recording is read back the same", async () => {
  const { timeline } = filled(60, 100);
  const part = cut(timeline, 0.5, 1);
  expect(part.end).toBe(26);
  const shares: number[] = [];
  const loaded = await loadRecording(blobSource(await toRecording(part, "walk")), (share) =>
    shares.push(share),
  );
  expect(loaded.title).toBe("walk");
  expect(loaded.problems).toEqual([]);
  expect(loaded.timeline.end).toBe(26);
  expect(shares.at(-1)).toBe(1);
  for (let step = 0; step < 26; step++) {
    expect(loaded.timeline.total(step, 1)).toBe(part.total(step, 1));
    expect(loaded.timeline.basePlace(step, 0, 0)).toBeCloseTo(part.basePlace(step, 0, 0), 3);
  }
});
