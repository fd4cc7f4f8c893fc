/** Many coloured line segments in one draw call: frames, trails. */
import {
  BufferAttribute,
  BufferGeometry,
  type Color,
  DynamicDrawUsage,
  LineBasicMaterial,
  LineSegments,
} from "three";

export class Lines {
  readonly mesh: LineSegments;
  private readonly positions: Float32Array;
  private readonly colors: Float32Array;
  private count = 0;

  constructor(capacity: number, onTop: boolean) {
    this.positions = new Float32Array(6 * capacity);
    this.colors = new Float32Array(8 * capacity);
    const geometry = new BufferGeometry();
    const positions = new BufferAttribute(this.positions, 3).setUsage(DynamicDrawUsage);
    const colors = new BufferAttribute(this.colors, 4).setUsage(DynamicDrawUsage);
    geometry.setAttribute("position", positions);
    geometry.setAttribute("color", colors);
    const material = new LineBasicMaterial({
      vertexColors: true,
      transparent: true,
      depthTest: !onTop,
      depthWrite: false,
    });
    this.mesh = new LineSegments(geometry, material);
    this.mesh.frustumCulled = false;
    this.mesh.visible = false;
    this.mesh.renderOrder = onTop ? 4 : 1;
  }

  begin(): void {
    this.count = 0;
  }

  /** A segment between two points; opacity at its beginning and end. */
  add(
    x0: number,
    y0: number,
    z0: number,
    x1: number,
    y1: number,
    z1: number,
    color: Color,
    opacity0 = 1,
    opacity1 = 1,
  ): void {
    const p = 6 * this.count;
    if (p >= this.positions.length) return;
    const c = 8 * this.count++;
    this.positions[p] = x0;
    this.positions[p + 1] = y0;
    this.positions[p + 2] = z0;
    this.positions[p + 3] = x1;
    this.positions[p + 4] = y1;
    this.positions[p + 5] = z1;
    for (let end = 0; end < 2; end++) {
      this.colors[c + 4 * end] = color.r;
      this.colors[c + 4 * end + 1] = color.g;
      this.colors[c + 4 * end + 2] = color.b;
      this.colors[c + 4 * end + 3] = end === 0 ? opacity0 : opacity1;
    }
  }

  end(): void {
    this.mesh.visible = this.count > 0;
    this.mesh.geometry.setDrawRange(0, 2 * this.count);
    this.mesh.geometry.attributes["position"].needsUpdate = true;
    this.mesh.geometry.attributes["color"].needsUpdate = true;
  }

  dispose(): void {
    this.mesh.geometry.dispose();
    (this.mesh.material as LineBasicMaterial).dispose();
  }
}
