import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  multiplyQuaternions,
  quaternionFromAxisAngle,
  rotateVector,
  wrapAngle,
} from "../../src/core/quaternion.js";

const angle = fc.double({ min: -3.1, max: 3.1, noNaN: true });
const component = fc.double({ min: -1, max: 1, noNaN: true });
const axis = fc
  .tuple(component, component, component)
  .filter((v) => Math.hypot(...v) > 0.1)
  .map((v) => v.map((x) => x / Math.hypot(...v)));

function turnAbout(unit: number[], by: number): number[] {
  const q = [0, 0, 0, 0];
  quaternionFromAxisAngle(q, 0, unit, 0, by);
  return q;
}

describe("quaternions", () => {
  test("a quarter turn about z takes x to y", () => {
    const v = [9, 1, 0, 0];
    rotateVector(v, 1, turnAbout([0, 0, 1], Math.PI / 2), 0, v, 1);
    expect(v[0]).toBe(9);
    expect(v[1]).toBeCloseTo(0, 12);
    expect(v[2]).toBeCloseTo(1, 12);
  });

  test("turning there and back is nothing", () => {
    fc.assert(
      fc.property(axis, angle, axis, (unit, by, v) => {
        const q = turnAbout(unit, by);
        const out = [0, 0, 0];
        rotateVector(out, 0, q, 0, v, 0);
        rotateVector(out, 0, turnAbout(unit, -by), 0, out, 0);
        for (let k = 0; k < 3; k++) expect(out[k]).toBeCloseTo(v[k], 10);
      }),
    );
  });

  test("a product turns by its right factor first", () => {
    fc.assert(
      fc.property(axis, angle, axis, angle, axis, (a, alpha, b, beta, v) => {
        const [qa, qb] = [turnAbout(a, alpha), turnAbout(b, beta)];
        const product = [0, 0, 0, 0];
        multiplyQuaternions(product, 0, qa, 0, qb, 0);
        const once = [0, 0, 0];
        rotateVector(once, 0, product, 0, v, 0);
        const twice = [0, 0, 0];
        rotateVector(twice, 0, qb, 0, v, 0);
        rotateVector(twice, 0, qa, 0, twice, 0);
        for (let k = 0; k < 3; k++) expect(once[k]).toBeCloseTo(twice[k], 10);
      }),
    );
  });
});

test("angles wrap into (−π, π]", () => {
  expect(wrapAngle(Math.PI)).toBe(Math.PI);
  expect(wrapAngle(-Math.PI)).toBeCloseTo(Math.PI, 12);
  expect(wrapAngle(3 * Math.PI + 0.5)).toBeCloseTo(0.5 - Math.PI, 12);
  expect(wrapAngle(-7)).toBeCloseTo(-7 + 2 * Math.PI, 12);
  expect(wrapAngle(0.3)).toBe(0.3);
});
