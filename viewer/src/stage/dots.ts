/** Many small balls in one draw call: contact points, centres of mass. */
import {
  type Color,
  DynamicDrawUsage,
  InstancedMesh,
  MeshBasicMaterial,
  SphereGeometry,
} from "three";

export class Dots {
  readonly mesh: InstancedMesh;
  private readonly capacity: number;
  private count = 0;

  constructor(capacity: number, color: Color) {
    this.capacity = capacity;
    const material = new MeshBasicMaterial({ transparent: true, opacity: 0.9, depthTest: false });
    this.mesh = new InstancedMesh(new SphereGeometry(1, 14, 10), material, capacity);
    this.mesh.instanceMatrix.setUsage(DynamicDrawUsage);
    this.mesh.setColorAt(0, color);
    this.mesh.frustumCulled = false;
    this.mesh.visible = false;
    this.mesh.renderOrder = 3;
  }

  begin(): void {
    this.count = 0;
  }

  add(x: number, y: number, z: number, radius: number, color: Color): void {
    if (this.count >= this.capacity) return;
    const i = this.count++;
    const out = this.mesh.instanceMatrix.array as Float32Array;
    const m = 16 * i;
    out[m] = radius;
    out[m + 5] = radius;
    out[m + 10] = radius;
    out[m + 12] = x;
    out[m + 13] = y;
    out[m + 14] = z;
    out[m + 15] = 1;
    color.toArray(this.mesh.instanceColor!.array, 3 * i);
  }

  end(): void {
    this.mesh.count = this.count;
    this.mesh.visible = this.count > 0;
    this.mesh.instanceMatrix.needsUpdate = true;
    this.mesh.instanceColor!.needsUpdate = true;
  }

  dispose(): void {
    this.mesh.geometry.dispose();
    (this.mesh.material as MeshBasicMaterial).dispose();
    this.mesh.dispose();
  }
}
