import { expect, test } from "vitest";
import { createFilm, posesAt } from "../../../src/view/raster/film.js";
import type { Image } from "../../../src/view/raster/image.js";
import { part, robotOf, straight } from "./robot.js";

const caption = { title: "", subtitle: "", score: "" };
const size = { width: 120, height: 90 };

function redPixels({ width, height, rgb }: Image): { count: number; x: number; y: number } {
  let [count, x, y] = [0, 0, 0];
  for (let pixel = 0; pixel < width * height; pixel++) {
    const [r, g] = [rgb[3 * pixel], rgb[3 * pixel + 1]];
    if (r < 2 * g) continue;
    count++;
    x += pixel % width;
    y += Math.floor(pixel / width);
  }
  return { count, x: x / count, y: y / count };
}

test("a robot that stays in place stands in the middle and fills the picture", () => {
  const robot = robotOf([part({ shape: "box", size: [0.2, 0.2, 0.2] })]);
  const film = createFilm({ robot, motion: straight(0, 3, 0.02), ...size, caption });
  expect(film.durationSeconds).toBeCloseTo(0.04, 9);
  const { count, x, y } = redPixels(film.imageAt(0));
  expect(x).toBeCloseTo(size.width / 2, -1);
  expect(y).toBeCloseTo(size.height / 2, -1);
  expect(count / (size.width * size.height)).toBeGreaterThan(0.2);
  expect(count / (size.width * size.height)).toBeLessThan(0.6);
});

test("what stands nearer hides what stands behind it", () => {
  // The camera stands at azimuth −52°: a blue wall towards it leaves nothing of the red box.
  const toCamera = (-52 * Math.PI) / 180;
  const wall = part({
    shape: "sphere",
    size: [0.4],
    rgba: [0.1, 0.2, 0.9, 1],
    position: [0.5 * Math.cos(toCamera), 0.5 * Math.sin(toCamera), 0],
  });
  const box = part({ shape: "box", size: [0.1, 0.1, 0.1] });
  const motion = straight(0, 2, 0.02);
  const seen = (robot: ReturnType<typeof robotOf>) =>
    redPixels(createFilm({ robot, motion, ...size, caption }).imageAt(0)).count;
  expect(seen(robotOf([box]))).toBeGreaterThan(100);
  expect(seen(robotOf([box, wall]))).toBe(0);
});

test("the camera goes along with a robot that travels, the floor does not", () => {
  const ground = part({ shape: "plane", size: [0, 0, 1], body: -1 });
  const robot = robotOf([ground, part({ shape: "sphere", size: [0.3] })], "free");
  const film = createFilm({ robot, motion: straight(2, 151, 0.02, 0.3), ...size, caption });
  const floorAt = (image: Image) => [...image.rgb.subarray(3 * size.width * 80)];
  const places = [0.5, 1.5, 1.53].map((seconds) => {
    const image = film.imageAt(seconds);
    return { ...redPixels(image), floor: floorAt(image) };
  });
  for (const { x, y } of places) {
    expect(x).toBeCloseTo(places[0].x, 0);
    expect(y).toBeCloseTo(places[0].y, 0);
  }
  expect(places[1].floor).not.toEqual(places[2].floor);
});

test("between two steps a body is half way and half turned", () => {
  const half = Math.SQRT1_2;
  const poses = Float32Array.of(0, 0, 0, 1, 0, 0, 0, 2, 4, 6, -half, 0, 0, -half);
  const out = new Float32Array(7);
  posesAt({ dtSeconds: 1, numSteps: 2, poses }, 0.5, out);
  const [x, y, z, w, , , qz] = out;
  expect([x, y, z]).toEqual([1, 2, 3]);
  expect(w).toBeCloseTo(Math.cos(Math.PI / 8), 6);
  expect(qz).toBeCloseTo(Math.sin(Math.PI / 8), 6);
});

test("a robot that has left the finite numbers spoils no picture", () => {
  const motion = straight(0, 3, 0.02);
  motion.poses.fill(Number.NaN, 14);
  const robot = robotOf([part({ shape: "box", size: [0.2, 0.2, 0.2] })], "free");
  const film = createFilm({ robot, motion, ...size, caption });
  expect(redPixels(film.imageAt(0)).count).toBeGreaterThan(100);
  expect(redPixels(film.imageAt(0.04)).count).toBe(0);
});
