import { expect, test } from "vitest";
import { Freshness } from "../../src/deploy/freshness.js";
import type { Arrival, Measurement } from "../../src/deploy/robot.js";

const arrival = (timeSeconds: number, atSeconds: number): Arrival => ({
  atSeconds,
  measurement: { timeSeconds } as Measurement,
});

test("a measurement is as old as its stamp says, by the fastest message's offset between clocks", () => {
  const freshness = new Freshness(0.1, 5);
  expect(freshness.accept(arrival(1000, 5.01))).toBe(true);
  expect(freshness.check(5.05)).toBeNull();
  // 50 ms later by the robot's clock, but 130 ms later here: it waited for 80 ms.
  freshness.accept(arrival(1000.05, 5.14));
  expect(freshness.age(5.14)).toBeCloseTo(0.08, 3);
  expect(freshness.check(5.14)).toBeNull();
  freshness.accept(arrival(1000.06, 5.2));
  expect(freshness.check(5.2)?.code).toBe("E_ROBOT_TIME");
});

test("a robot that falls silent is said to be silent though its last message was late itself", () => {
  const freshness = new Freshness(0.1, 0);
  freshness.accept(arrival(7, 0.01));
  // The fastest came at once, this one 30 ms late; the age ends 80 ms after it.
  freshness.accept(arrival(7.05, 0.09));
  expect(freshness.check(0.15)).toBeNull();
  expect(freshness.check(0.165)?.message).toBe("the robot has said nothing for 75 ms");
});

test("clocks that drift apart slowly make nothing stale", () => {
  const freshness = new Freshness(0.1, 0);
  for (let t = 0; t < 3600; t += 0.5) {
    freshness.accept(arrival(t * (1 - 5e-4), t));
    expect(freshness.check(t + 0.05)).toBeNull();
  }
});

test("silence, stamps that stand still and stamps that are no number are told apart", () => {
  const silent = new Freshness(0.1, 0);
  silent.accept(arrival(7, 0.01));
  expect(silent.check(0.2)?.code).toBe("E_ROBOT_SILENT");

  const still = new Freshness(0.1, 0);
  still.accept(arrival(7, 0.01));
  for (const at of [0.05, 0.1, 0.15]) expect(still.accept(arrival(7, at))).toBe(false);
  expect(still.check(0.16)?.message).toBe("the robot sends old time stamps, 3 in a row");

  const none = new Freshness(0.1, 0);
  expect(none.accept(arrival(Number.NaN, 0.01))).toBe(false);
  expect(none.check(0.05)?.code).toBe("E_ROBOT_TIME");
});
