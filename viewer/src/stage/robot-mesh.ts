/**
 * The robots of all environments as instances: one mesh per shape and material, whatever the number
 * of environments. `place` writes matrices in place and allocates nothing.
 */
import {
  BufferAttribute,
  BufferGeometry,
  Color,
  DynamicDrawUsage,
  Group,
  InstancedMesh,
  type Material,
  MeshBasicMaterial,
  MeshStandardMaterial,
} from "three";
import { geomColor } from "../../../src/robot/geom-color.js";
import { geomMesh, type Mesh } from "../../../src/robot/geom-mesh.js";
import type { Geom } from "../../../src/robot/model.js";
import type { RolloutModel } from "../../../src/stream/rollout-model.js";
import { isGround } from "./ground-height.js";

export type Robot = RolloutModel["robot"];

/** `collision` draws only what touches, as wires; `ghost` draws the shapes see-through. */
export type RobotStyle = "solid" | "ghost" | "collision";

/** Instances of one shape: instance = env × parts + part. */
interface Batch {
  readonly mesh: InstancedMesh;
  /** [part] body index, −1 for the world. */
  readonly bodies: Int32Array;
  /** [part][7] pose in the body's frame. */
  readonly local: Float32Array;
  /** [part][3] linear light. */
  readonly colors: Float32Array;
}

export class RobotMesh {
  readonly group = new Group();
  readonly numEnvs: number;
  private readonly batches: Batch[];
  private readonly numBodies: number;

  constructor(robot: Robot, numEnvs: number, style: RobotStyle) {
    this.numEnvs = numEnvs;
    this.numBodies = robot.bodies.length;
    this.batches = createBatches(robot, numEnvs, style);
    for (const { mesh } of this.batches) this.group.add(mesh);
  }

  /**
   * Puts every geom where its body is. `poses` is [env][body][7] relative to `offsets` [env][3];
   * an environment with `visible` 0 is shrunk to nothing.
   */
  place(poses: Float32Array, offsets: Float32Array, visible: Uint8Array): void {
    for (const { mesh, bodies, local } of this.batches) {
      const out = mesh.instanceMatrix.array as Float32Array;
      const parts = bodies.length;
      for (let env = 0; env < this.numEnvs; env++) {
        const ox = offsets[3 * env];
        const oy = offsets[3 * env + 1];
        const oz = offsets[3 * env + 2];
        for (let part = 0; part < parts; part++) {
          const m = 16 * (env * parts + part);
          if (visible[env] === 0) {
            out.fill(0, m, m + 16);
            continue;
          }
          const l = 7 * part;
          const body = bodies[part];
          let px = 0;
          let py = 0;
          let pz = 0;
          let bw = 1;
          let bx = 0;
          let by = 0;
          let bz = 0;
          if (body >= 0) {
            const p = 7 * (env * this.numBodies + body);
            px = poses[p];
            py = poses[p + 1];
            pz = poses[p + 2];
            bw = poses[p + 3];
            bx = poses[p + 4];
            by = poses[p + 5];
            bz = poses[p + 6];
          }
          // Body pose times the geom's own: v + 2 w (u × v) + 2 u × (u × v) turns its place.
          const lx = local[l];
          const ly = local[l + 1];
          const lz = local[l + 2];
          const tx = 2 * (by * lz - bz * ly);
          const ty = 2 * (bz * lx - bx * lz);
          const tz = 2 * (bx * ly - by * lx);
          const gw = local[l + 3];
          const gx = local[l + 4];
          const gy = local[l + 5];
          const gz = local[l + 6];
          const w = bw * gw - bx * gx - by * gy - bz * gz;
          const x = bw * gx + bx * gw + by * gz - bz * gy;
          const y = bw * gy - bx * gz + by * gw + bz * gx;
          const z = bw * gz + bx * gy - by * gx + bz * gw;
          out[m] = 1 - 2 * (y * y + z * z);
          out[m + 1] = 2 * (x * y + w * z);
          out[m + 2] = 2 * (x * z - w * y);
          out[m + 4] = 2 * (x * y - w * z);
          out[m + 5] = 1 - 2 * (x * x + z * z);
          out[m + 6] = 2 * (y * z + w * x);
          out[m + 8] = 2 * (x * z + w * y);
          out[m + 9] = 2 * (y * z - w * x);
          out[m + 10] = 1 - 2 * (x * x + y * y);
          out[m + 12] = ox + px + lx + bw * tx + by * tz - bz * ty;
          out[m + 13] = oy + py + ly + bw * ty + bz * tx - bx * tz;
          out[m + 14] = oz + pz + lz + bw * tz + bx * ty - by * tx;
          out[m + 15] = 1;
        }
      }
      mesh.instanceMatrix.needsUpdate = true;
    }
  }

  /**
   * Colours all instances: other environments than `focusEnv` fade towards `faded` (−1: none fades), and
   * `body` of the focused one is lit (−1: none).
   */
  paint(focusEnv: number, body: number, faded: Color, lit: Color): void {
    for (const { mesh, bodies, colors } of this.batches) {
      const out = mesh.instanceColor!.array as Float32Array;
      for (let env = 0; env < this.numEnvs; env++) {
        for (let part = 0; part < bodies.length; part++) {
          const i = 3 * (env * bodies.length + part);
          const selected = env === focusEnv && body >= 0 && bodies[part] === body;
          const other = focusEnv >= 0 && env !== focusEnv;
          const mix = selected ? 0.65 : other ? 0.5 : 0;
          const to = selected ? lit : faded;
          out[i] = colors[3 * part] + mix * (to.r - colors[3 * part]);
          out[i + 1] = colors[3 * part + 1] + mix * (to.g - colors[3 * part + 1]);
          out[i + 2] = colors[3 * part + 2] + mix * (to.b - colors[3 * part + 2]);
        }
      }
      mesh.instanceColor!.needsUpdate = true;
    }
  }

  set castShadow(on: boolean) {
    for (const { mesh } of this.batches) {
      mesh.castShadow = on && !(mesh.material as Material).transparent;
      mesh.receiveShadow = on;
    }
  }

  /** Environment and body of an instance, as a ray hits it; null for what is not of this robot. */
  bodyOf(mesh: object, instance: number): { env: number; body: number } | null {
    const batch = this.batches.find((candidate) => candidate.mesh === mesh);
    if (batch === undefined) return null;
    const parts = batch.bodies.length;
    return { env: Math.floor(instance / parts), body: batch.bodies[instance % parts] };
  }

  /** A ray test needs bounds around the instances as they are now. */
  updateBounds(): void {
    for (const { mesh } of this.batches) mesh.computeBoundingSphere();
  }

  dispose(): void {
    for (const { mesh } of this.batches) {
      mesh.geometry.dispose();
      (mesh.material as Material).dispose();
      mesh.dispose();
    }
    this.group.removeFromParent();
  }
}

function createBatches(robot: Robot, numEnvs: number, style: RobotStyle): Batch[] {
  const sides = numEnvs > 4 ? 16 : 24;
  const shapes = new Map<string, { mesh: Mesh; geoms: Geom[]; opacity: number }>();
  for (const loose of robot.geoms) {
    const geom = loose as Geom;
    const opacity = geom.rgba[3];
    const touches = geom.contype !== 0 || geom.conaffinity !== 0;
    if (isGround(geom) || (style === "collision" ? !touches : opacity < 0.05)) continue;
    const clear = style === "solid" && opacity < 0.95;
    const key = JSON.stringify([geom.shape, geom.size, geom.vertices ?? null, clear && opacity]);
    const known = shapes.get(key);
    if (known !== undefined) {
      known.geoms.push(geom);
      continue;
    }
    const mesh = geomMesh(geom, sides);
    if (mesh !== null) shapes.set(key, { mesh, geoms: [geom], opacity: clear ? opacity : 1 });
  }
  const rgb = new Color();
  return [...shapes.values()].map(({ mesh: surface, geoms, opacity }) => {
    const geometry = new BufferGeometry();
    geometry.setAttribute("position", new BufferAttribute(surface.positions, 3));
    geometry.setAttribute("normal", new BufferAttribute(surface.normals, 3));
    geometry.setIndex(new BufferAttribute(surface.indices, 1));
    const mesh = new InstancedMesh(
      geometry,
      createMaterial(style, opacity),
      geoms.length * numEnvs,
    );
    mesh.instanceMatrix.setUsage(DynamicDrawUsage);
    mesh.setColorAt(0, rgb);
    // Instances are everywhere; testing them against the view costs more than drawing them.
    mesh.frustumCulled = false;
    if (style !== "solid") mesh.renderOrder = 2;
    return {
      mesh,
      bodies: Int32Array.from(geoms, ({ body }) => body),
      local: Float32Array.from(
        geoms.flatMap(({ position, orientation }) => [...position, ...orientation]),
      ),
      colors: Float32Array.from(
        geoms.flatMap((geom) => rgb.setRGB(...geomColor(geom, robot.bodies), "srgb").toArray()),
      ),
    };
  });
}

function createMaterial(style: RobotStyle, opacity: number): Material {
  switch (style) {
    case "solid":
      return new MeshStandardMaterial({
        roughness: 0.55,
        metalness: 0.05,
        transparent: opacity < 1,
        opacity,
        depthWrite: opacity === 1,
      });
    case "ghost":
      return new MeshStandardMaterial({
        roughness: 0.9,
        transparent: true,
        opacity: 0.16,
        depthWrite: false,
      });
    case "collision":
      return new MeshBasicMaterial({ wireframe: true, transparent: true, opacity: 0.35 });
  }
}
