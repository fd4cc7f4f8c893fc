/** From a point of the page to what stands there. */
import { type Camera, Plane, Raycaster, Vector2, Vector3 } from "three";
import { unrotateVector } from "../../../src/core/quaternion.js";
import type { Cast } from "./cast.js";

export interface Pick {
  readonly env: number;
  readonly body: number;
  /** In the body's frame, m. */
  readonly point: readonly [number, number, number];
  /** World frame as drawn, m. */
  readonly at: Vector3;
}

export class Picker {
  private readonly canvas: HTMLCanvasElement;
  private readonly camera: Camera;
  private readonly ray = new Raycaster();
  private readonly pointer = new Vector2();

  constructor(canvas: HTMLCanvasElement, camera: Camera) {
    this.canvas = canvas;
    this.camera = camera;
  }

  /** The body under a point of the page; environments that are hidden are not hit. */
  pick(
    { model, robots, offsets }: Cast,
    clientX: number,
    clientY: number,
    poses: Float32Array,
  ): Pick | null {
    this.aim(clientX, clientY);
    robots.updateBounds();
    for (const hit of this.ray.intersectObjects(robots.group.children, false)) {
      const found = robots.bodyOf(hit.object, hit.instanceId ?? 0);
      if (found === null || found.body < 0) continue;
      const { env, body } = found;
      const p = 7 * (env * model.robot.bodies.length + body);
      const o = 3 * env;
      const local = [
        hit.point.x - offsets[o] - poses[p],
        hit.point.y - offsets[o + 1] - poses[p + 1],
        hit.point.z - offsets[o + 2] - poses[p + 2],
      ];
      unrotateVector(local, 0, poses, p + 3, local, 0);
      return { env, body, point: [local[0], local[1], local[2]], at: hit.point.clone() };
    }
    return null;
  }

  /** Where a point of the page meets the plane through `through` that faces the camera; world frame. */
  onFacingPlane(clientX: number, clientY: number, through: Vector3): Vector3 | null {
    this.aim(clientX, clientY);
    const normal = this.camera.getWorldDirection(new Vector3());
    const plane = new Plane().setFromNormalAndCoplanarPoint(normal, through);
    return this.ray.ray.intersectPlane(plane, new Vector3());
  }

  private aim(clientX: number, clientY: number): void {
    const box = this.canvas.getBoundingClientRect();
    this.pointer.set(
      (2 * (clientX - box.left)) / box.width - 1,
      1 - (2 * (clientY - box.top)) / box.height,
    );
    this.ray.setFromCamera(this.pointer, this.camera);
  }
}
