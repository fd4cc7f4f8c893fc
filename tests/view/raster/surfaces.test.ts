import { expect, test } from "vitest";
import { geomMesh, type Mesh } from "../../../src/robot/geom-mesh.js";
import { cutBehind, lookAt, project } from "../../../src/view/raster/camera.js";
import { clearSurfaces, createSurfaces, drawMesh } from "../../../src/view/raster/surfaces.js";
import { part } from "./robot.js";

const [width, height] = [40, 30];

/** Two triangles with corners in pixels, all at one nearness, clockwise on the screen. */
function square(left: number, top: number, right: number, bottom: number, near: number) {
  const points = [left, top, right, top, right, bottom, left, bottom];
  return {
    mesh: { indices: Uint32Array.of(0, 2, 1, 0, 3, 2) } as Mesh,
    points: Float32Array.from(
      [0, 1, 2, 3].flatMap((i) => [points[2 * i], points[2 * i + 1], near]),
    ),
    normals: Float32Array.from([0, 1, 2, 3].flatMap(() => [0, 0, 2])),
  };
}

function covered(parts: Int16Array, part: number): number {
  return parts.reduce((count, value) => count + (value === part ? 1 : 0), 0);
}

test("a square covers exactly the pixels whose centres it holds", () => {
  const surfaces = createSurfaces(width, height);
  drawMesh(surfaces, { ...square(10, 5, 20, 12, 0.5), part: 3, opacity: 1 });
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const inside = x >= 10 && x < 20 && y >= 5 && y < 12;
      expect(surfaces.parts[y * width + x]).toBe(inside ? 3 : -1);
      expect(surfaces.nearness[y * width + x]).toBe(inside ? 0.5 : 0);
    }
  }
  expect([...surfaces.normals.subarray(3 * (6 * width + 15), 3 * (6 * width + 15) + 3)]).toEqual([
    0, 0, 1,
  ]);
});

test("what is nearer hides what is farther, in either order", () => {
  for (const order of [
    [0, 1],
    [1, 0],
  ]) {
    const surfaces = createSurfaces(width, height);
    const squares = [
      { ...square(0, 0, 20, 20, 0.2), part: 0, opacity: 1 },
      { ...square(10, 10, 30, 30, 0.4), part: 1, opacity: 1 },
    ];
    for (const i of order) drawMesh(surfaces, squares[i]);
    expect(covered(surfaces.parts, 1)).toBe(20 * 20);
    expect(covered(surfaces.parts, 0)).toBe(20 * 20 - 10 * 10);
    clearSurfaces(surfaces);
    expect(covered(surfaces.parts, -1)).toBe(width * height);
  }
});

test("triangles that look away are not drawn, half opaque ones in every second pixel", () => {
  const surfaces = createSurfaces(width, height);
  const away = square(0, 0, 20, 20, 0.5);
  drawMesh(surfaces, {
    ...away,
    mesh: { indices: Uint32Array.of(0, 1, 2, 0, 2, 3) } as Mesh,
    part: 0,
    opacity: 1,
  });
  expect(covered(surfaces.parts, -1)).toBe(width * height);
  drawMesh(surfaces, { ...away, part: 0, opacity: 0.5 });
  expect(covered(surfaces.parts, 0)).toBe(200);
});

test("a sphere in the middle covers the disc that geometry gives it", () => {
  const [w, h] = [200, 160];
  const camera = lookAt([0, -5, 0], [0, 0, 0], w, h);
  const mesh = geomMesh(part({ shape: "sphere", size: [0.5] })) as Mesh;
  const points = new Float32Array(mesh.positions.length);
  expect(project(camera, mesh.positions, points)).toBe(true);
  const surfaces = createSurfaces(w, h);
  drawMesh(surfaces, { mesh, points, normals: mesh.normals, part: 0, opacity: 1 });
  // The tangent cone's half angle α has sin α = r / d; the focal length is h / 2 / tan 15°.
  const radius = Math.tan(Math.asin(0.1)) * camera.focal;
  expect(covered(surfaces.parts, 0) / (Math.PI * radius ** 2)).toBeCloseTo(1, 1);
  const middle = (h / 2) * w + w / 2;
  expect(1 / surfaces.nearness[middle]).toBeCloseTo(4.5, 2);
  expect(surfaces.normals[3 * middle + 1]).toBeCloseTo(-1, 2);
});

test("a beam that reaches behind the camera is cut there and still seen", () => {
  const [w, h] = [80, 60];
  const camera = lookAt([0, 0, 0], [1, 0, 0], w, h);
  const beam = geomMesh(part({ shape: "box", size: [5, 0.1, 0.1] })) as Mesh;
  const positions = beam.positions.map((value, i) => (i % 3 === 2 ? value - 0.3 : value));
  const points = new Float32Array(positions.length);
  expect(project(camera, positions, points)).toBe(false);
  const cut = cutBehind(camera, { ...beam, positions });
  const screen = new Float32Array(cut.positions.length);
  expect(project(camera, cut.positions, screen)).toBe(true);
  const surfaces = createSurfaces(w, h);
  drawMesh(surfaces, { mesh: cut, points: screen, normals: cut.normals, part: 0, opacity: 1 });
  expect(surfaces.parts[(h - 1) * w + w / 2]).toBe(0);
  expect(surfaces.parts[0]).toBe(-1);
});
