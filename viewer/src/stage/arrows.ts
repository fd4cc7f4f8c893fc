/** Many arrows in two draw calls. Begin, add, end: once a frame, without allocation. */
import {
  type Color,
  ConeGeometry,
  CylinderGeometry,
  DynamicDrawUsage,
  Group,
  InstancedMesh,
  MeshBasicMaterial,
} from "three";

export class Arrows {
  readonly group = new Group();
  private readonly shafts: InstancedMesh;
  private readonly heads: InstancedMesh;
  private readonly capacity: number;
  private count = 0;

  constructor(capacity: number, color: Color) {
    this.capacity = capacity;
    // Both point along +z and begin at 0; an instance's matrix scales them to their length.
    const shaft = new CylinderGeometry(1, 1, 1, 10).rotateX(Math.PI / 2).translate(0, 0, 0.5);
    const head = new ConeGeometry(1, 1, 14).rotateX(Math.PI / 2).translate(0, 0, 0.5);
    const material = new MeshBasicMaterial({ transparent: true, opacity: 0.95 });
    this.shafts = new InstancedMesh(shaft, material, capacity);
    this.heads = new InstancedMesh(head, material, capacity);
    for (const mesh of [this.shafts, this.heads]) {
      mesh.instanceMatrix.setUsage(DynamicDrawUsage);
      mesh.setColorAt(0, color);
      mesh.frustumCulled = false;
      mesh.count = 0;
      mesh.visible = false;
      mesh.renderOrder = 3;
      this.group.add(mesh);
    }
  }

  begin(): void {
    this.count = 0;
  }

  /** From (x, y, z) along (dx, dy, dz), m; `radius` of the shaft, m. Too short a one is left out. */
  add(
    x: number,
    y: number,
    z: number,
    dx: number,
    dy: number,
    dz: number,
    radius: number,
    color: Color,
  ): void {
    const length = Math.sqrt(dx * dx + dy * dy + dz * dz);
    if (this.count >= this.capacity || !(length > radius)) return;
    const i = this.count++;
    const nx = dx / length;
    const ny = dy / length;
    const nz = dz / length;
    // Any two directions at right angles to it (Duff et al. 2017, branchless but for the sign).
    const sign = nz < 0 ? -1 : 1;
    const a = -1 / (sign + nz);
    const b = nx * ny * a;
    const ux = 1 + sign * nx * nx * a;
    const uy = sign * b;
    const uz = -sign * nx;
    const vx = b;
    const vy = sign + ny * ny * a;
    const vz = -ny;
    const headLength = Math.min(5 * radius, 0.6 * length);
    const shaftLength = length - headLength;
    for (let part = 0; part < 2; part++) {
      const mesh = part === 0 ? this.shafts : this.heads;
      const r = part === 0 ? radius : 2.4 * radius;
      const l = part === 0 ? shaftLength : headLength;
      const start = part === 0 ? 0 : shaftLength;
      const out = mesh.instanceMatrix.array as Float32Array;
      const m = 16 * i;
      out[m] = r * ux;
      out[m + 1] = r * uy;
      out[m + 2] = r * uz;
      out[m + 4] = r * vx;
      out[m + 5] = r * vy;
      out[m + 6] = r * vz;
      out[m + 8] = l * nx;
      out[m + 9] = l * ny;
      out[m + 10] = l * nz;
      out[m + 12] = x + start * nx;
      out[m + 13] = y + start * ny;
      out[m + 14] = z + start * nz;
      out[m + 15] = 1;
      color.toArray(mesh.instanceColor!.array, 3 * i);
    }
  }

  end(): void {
    for (let part = 0; part < 2; part++) {
      const mesh = part === 0 ? this.shafts : this.heads;
      mesh.count = this.count;
      mesh.visible = this.count > 0;
      mesh.instanceMatrix.needsUpdate = true;
      mesh.instanceColor!.needsUpdate = true;
    }
  }

  dispose(): void {
    for (const mesh of [this.shafts, this.heads]) {
      mesh.geometry.dispose();
      mesh.dispose();
    }
    (this.shafts.material as MeshBasicMaterial).dispose();
  }
}
