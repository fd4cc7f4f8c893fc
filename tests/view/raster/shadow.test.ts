import { expect, test } from "vitest";
import { createScene, place } from "../../../src/view/raster/scene.js";
import {
  castShadows,
  createShadowMap,
  groundShadow,
  litShare,
} from "../../../src/view/raster/shadow.js";
import { normalize } from "../../../src/view/raster/vector.js";
import { part, robotOf } from "./robot.js";

// Light at 45°: what is 1 m above the ground has its shadow 1 m along x.
const light = normalize([-1, 0, 1]);
const scene = createScene(robotOf([part({ shape: "sphere", size: [0.3] })]));
place(scene, Float32Array.of(0, 0, 1, 1, 0, 0, 0), 0);
const map = createShadowMap(light);
castShadows(map, scene.parts, [0, 0, 1], 3, 0.02);

test("a shadow lies where the light would have gone, softly", () => {
  expect(groundShadow(map, 1, 0, 0)).toBeGreaterThan(0.95);
  expect(groundShadow(map, 0, 0, 0)).toBeLessThan(0.05);
  expect(groundShadow(map, 2, 0, 0)).toBeLessThan(0.05);
  expect(groundShadow(map, 50, 0, 0)).toBe(0);
  // Across the light the sphere's shadow is as wide as the sphere, half dark at its rim.
  expect(groundShadow(map, 1, 0.3, 0)).toBeGreaterThan(0.3);
  expect(groundShadow(map, 1, 0.3, 0)).toBeLessThan(0.7);
});

test("a surface is lit on the light's side and shades what lies behind it", () => {
  const towards = [light[0] * 0.3, 0, 1 + light[2] * 0.3] as const;
  expect(litShare(map, ...towards, light)).toBe(1);
  expect(litShare(map, 0.5, 0, 0.5, light)).toBe(0);
  expect(litShare(map, 0.5, 1, 0.5, light)).toBe(1);
});
