/**
 * Orbit with the mouse or fingers, follow a body, or stand at named places. z is up. The camera's pose
 * is seven short numbers for the address: target, distance, azimuth, elevation.
 */
import { PerspectiveCamera, Vector3 } from "three";
import { OrbitControls } from "three/examples/jsm/controls/OrbitControls.js";

export const cameraViews = ["three-quarter", "side", "front", "top"] as const;
export type CameraView = (typeof cameraViews)[number];

/** Azimuth and elevation, degrees. */
const angles: Readonly<Record<CameraView, readonly [number, number]>> = {
  "three-quarter": [-125, 18],
  side: [-90, 8],
  front: [0, 10],
  top: [-90, 89],
};

export class CameraRig {
  readonly camera = new PerspectiveCamera(38, 1, 0.02, 400);
  readonly controls: OrbitControls;
  /** Moves with the followed body. */
  following = true;
  private readonly step = new Vector3();
  private readonly smoothed = new Vector3();
  private settled = false;

  constructor(canvas: HTMLElement) {
    this.camera.up.set(0, 0, 1);
    this.controls = new OrbitControls(this.camera, canvas);
    this.controls.enableDamping = !matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.controls.dampingFactor = 0.12;
    this.controls.minDistance = 0.15;
    this.controls.maxDistance = 150;
    this.controls.maxPolarAngle = 0.52 * Math.PI;
    this.controls.zoomToCursor = false;
  }

  get distance(): number {
    return this.camera.position.distanceTo(this.controls.target);
  }

  look(view: CameraView, distance = this.distance): void {
    const [azimuth, elevation] = angles[view];
    this.place(azimuth, elevation, distance);
  }

  place(azimuthDegrees: number, elevationDegrees: number, distance: number): void {
    const a = (azimuthDegrees * Math.PI) / 180;
    const e = (elevationDegrees * Math.PI) / 180;
    const { target } = this.controls;
    this.camera.position.set(
      target.x + distance * Math.cos(e) * Math.cos(a),
      target.y + distance * Math.cos(e) * Math.sin(a),
      target.z + distance * Math.sin(e),
    );
    this.controls.update();
  }

  /** From the same side and distance as another, each at its own target. */
  copy({ camera, controls }: CameraRig): void {
    this.camera.position.subVectors(camera.position, controls.target).add(this.controls.target);
    this.controls.update();
  }

  /** Goes along with a point, softly over `dtSeconds`; at once the first time and on a jump. */
  follow(x: number, y: number, z: number, dtSeconds: number): void {
    const jump = Math.hypot(x - this.smoothed.x, y - this.smoothed.y, z - this.smoothed.z);
    const soft = this.settled && jump < 3 ? 1 - Math.exp(-dtSeconds / 0.12) : 1;
    this.smoothed.x += soft * (x - this.smoothed.x);
    this.smoothed.y += soft * (y - this.smoothed.y);
    // Height more calmly: a hopping robot must not shake the picture.
    this.smoothed.z += soft * 0.35 * (z - this.smoothed.z);
    if (soft === 1) this.smoothed.z = z;
    if (!this.following) return;
    this.settled = true;
    this.step.subVectors(this.smoothed, this.controls.target);
    this.controls.target.add(this.step);
    this.camera.position.add(this.step);
  }

  /** The next followed point is taken at once. */
  jump(): void {
    this.settled = false;
  }

  resize(width: number, height: number): void {
    this.camera.aspect = width / Math.max(1, height);
    // A narrow picture keeps its width of view.
    this.camera.fov = this.camera.aspect < 1 ? Math.min(70, 38 / this.camera.aspect ** 0.7) : 38;
    this.camera.updateProjectionMatrix();
  }

  /** Azimuth and elevation in degrees, distance in m, to three digits. */
  toText(): string {
    const d = this.step.subVectors(this.camera.position, this.controls.target);
    const distance = d.length();
    const azimuth = (Math.atan2(d.y, d.x) * 180) / Math.PI;
    const elevation = (Math.asin(d.z / distance) * 180) / Math.PI;
    return [azimuth.toFixed(1), elevation.toFixed(1), distance.toFixed(2)].join("_");
  }

  fromText(text: string): boolean {
    const [azimuth, elevation, distance] = text.split("_").map(Number);
    if (![azimuth, elevation, distance].every(Number.isFinite) || !(distance > 0)) return false;
    this.place(azimuth, elevation, distance);
    return true;
  }

  dispose(): void {
    this.controls.dispose();
  }
}
