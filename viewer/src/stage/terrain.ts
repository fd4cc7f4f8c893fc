/** Uneven ground around the environments that are seen, cut out of the task's height field. */
import {
  BufferAttribute,
  BufferGeometry,
  type Color,
  Mesh,
  type MeshStandardMaterial,
} from "three";
import { terrainSchema } from "../../../src/sim/terrain/declaration.js";
import type { HeightField } from "../../../src/sim/terrain/height-field.js";
import { buildHeightField } from "../../../src/sim/terrain/tiles.js";
import { unevenMesh } from "../../../src/view/raster/uneven-ground.js";
import { terrainMaterial } from "./ground.js";

const reachMeters = 14;

export class Terrain {
  readonly mesh: Mesh;
  readonly field: HeightField;
  private centerX = Number.NaN;
  private centerY = Number.NaN;

  private constructor(field: HeightField, color: Color) {
    this.field = field;
    this.mesh = new Mesh(new BufferGeometry(), terrainMaterial(color));
    this.mesh.receiveShadow = true;
    this.mesh.frustumCulled = false;
  }

  /** Null for flat ground, or for a declaration that this page does not know. */
  static of(declaration: unknown, color: Color): Terrain | null {
    const parsed = terrainSchema.safeParse(declaration);
    return parsed.success ? new Terrain(buildHeightField(parsed.data), color) : null;
  }

  /** Cuts anew when what is looked at has gone half way to the edge. World frame, m. */
  follow(x: number, y: number): void {
    const near = Math.max(Math.abs(x - this.centerX), Math.abs(y - this.centerY));
    if (near < reachMeters / 2) return;
    this.centerX = x;
    this.centerY = y;
    const cut = unevenMesh(
      { field: this.field, origin: [0, 0, 0] },
      [x - reachMeters, y - reachMeters],
      [x + reachMeters, y + reachMeters],
    );
    this.mesh.geometry.dispose();
    const geometry = new BufferGeometry();
    geometry.setAttribute("position", new BufferAttribute(cut.positions, 3));
    geometry.setAttribute("normal", new BufferAttribute(cut.normals, 3));
    geometry.setIndex(new BufferAttribute(cut.indices, 1));
    this.mesh.geometry = geometry;
  }

  set color(color: Color) {
    (this.mesh.material as MeshStandardMaterial).color.copy(color);
  }

  dispose(): void {
    this.mesh.geometry.dispose();
    (this.mesh.material as MeshStandardMaterial).dispose();
    this.mesh.removeFromParent();
  }
}
