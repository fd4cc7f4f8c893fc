import fc from "fast-check";
import { expect, test } from "vitest";
import { dragForces } from "../../../src/view/live/drag.js";

/** A cube of 2 kg that stands still at (1, 2, 3) m. */
function cube(spin: readonly number[] = [0, 0, 0]) {
  const robot = { bodies: [{ massKg: 2, inertia: [0.02, 0.02, 0.02] }] };
  const state = {
    bodyPose: Float32Array.of(1, 2, 3, 1, 0, 0, 0),
    bodyVelocity: Float32Array.of(0, 0, 0, ...spin),
  };
  return { robot, state } as unknown as Parameters<typeof dragForces>[0];
}

const cross = (a: readonly number[], b: readonly number[]) => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];

function torqueOf(turn: readonly [number, number, number], spin?: readonly number[]): number[] {
  const pulls = dragForces(cube(spin), { env: 0, body: 0, point: [0, 0, 0], to: { turn } });
  const torque = [0, 0, 0];
  const sum = [0, 0, 0];
  for (const { force, point } of pulls) {
    cross([point[0] - 1, point[1] - 2, point[2] - 3], force).forEach((part, k) => {
      torque[k] += part;
      sum[k] += force[k];
    });
  }
  for (const part of sum) expect(part).toBeCloseTo(0, 9);
  return torque;
}

test("a turn is a torque along what is missing of it, and no force", () => {
  // Damping: 0.02 kg m² times 8 rad/s.
  expect(torqueOf([1, 0, 0]).map((part) => part.toFixed(6))).toEqual([
    "0.160000",
    "0.000000",
    "0.000000",
  ]);
  const number = fc.double({ min: -5, max: 5, noNaN: true });
  fc.assert(
    fc.property(
      fc.tuple(number, number, number),
      fc.tuple(number, number, number),
      (turn, spin) => {
        const held = Float32Array.from(spin);
        torqueOf(turn, spin).forEach((part, k) => {
          expect(part).toBeCloseTo(0.16 * (turn[k] - held[k]), 6);
        });
      },
    ),
  );
});

test("a turn is never stronger than four times the weight at the body's radius", () => {
  // 4 · 9.81 m/s² · 2 kg · √(0.02 / 2) m
  expect(Math.hypot(...torqueOf([0, 4000, 3000]))).toBeCloseTo(7.848, 6);
  expect(torqueOf([0, 0, 0])).toEqual([0, 0, 0]);
});
