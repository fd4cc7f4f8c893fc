/**
 * Gravity that differs between environments in more than its size: Rapier's gravity is the world's,
 * and a body knows a factor of it alone. What is added acts as a force at each centre of mass, put
 * on for an engine step and taken off after it, so that no other force needs to know of it.
 */
import { VectorOps, type World } from "@dimforge/rapier3d";
import { numParameters, parameterIndex } from "../env-parameters.js";
import type { WorldHandles } from "./build-world.js";
import type { LinkMasses } from "./link-masses.js";

const first = parameterIndex["gravityOffset.x"];

export class GravityOffsets {
  private readonly handles: WorldHandles;
  private readonly masses: LinkMasses;
  private readonly parameters: Float64Array;
  private readonly numLinks: number;
  /** Environments whose gravity is another. */
  private active: number[] = [];
  /** [link][3] forces of one environment before ours. */
  private readonly before: Float32Array[];
  private readonly vector = VectorOps.intoRaw({ x: 0, y: 0, z: 0 });

  constructor(
    handles: WorldHandles,
    masses: LinkMasses,
    parameters: Float64Array,
    numLinks: number,
  ) {
    this.handles = handles;
    this.masses = masses;
    this.parameters = parameters;
    this.numLinks = numLinks;
    const numEnvs = parameters.length / numParameters;
    this.before = Array.from({ length: numEnvs * numLinks }, () => new Float32Array(3));
  }

  /** The parameters have changed. */
  refresh(): void {
    this.active = [];
    for (let p = first; p < this.parameters.length; p += numParameters) {
      const [x, y, z] = this.parameters.subarray(p, p + 3);
      if (x !== 0 || y !== 0 || z !== 0) this.active.push((p - first) / numParameters);
    }
  }

  /** An engine step is about to be made. */
  apply(world: World): void {
    const { active, parameters, numLinks, vector, before } = this;
    const { inertias, weights } = this.masses;
    const bodies = world.bodies.raw;
    for (let i = 0; i < active.length; i++) {
      const p = active[i] * numParameters + first;
      for (let at = active[i] * numLinks; at < (active[i] + 1) * numLinks; at++) {
        const handle = this.handles.links[at];
        const massKg = inertias[7 * at] * weights[at];
        bodies.rbUserForce(handle, before[at]);
        vector.x = massKg * parameters[p];
        vector.y = massKg * parameters[p + 1];
        vector.z = massKg * parameters[p + 2];
        bodies.rbAddForce(handle, vector, false);
      }
    }
  }

  /** It has been made. */
  takeOff(world: World): void {
    const { active, numLinks, vector, before } = this;
    const bodies = world.bodies.raw;
    for (let i = 0; i < active.length; i++) {
      for (let at = active[i] * numLinks; at < (active[i] + 1) * numLinks; at++) {
        const handle = this.handles.links[at];
        const [x, y, z] = before[at];
        bodies.rbResetForces(handle, false);
        if (x === 0 && y === 0 && z === 0) continue;
        vector.x = x;
        vector.y = y;
        vector.z = z;
        bodies.rbAddForce(handle, vector, false);
      }
    }
  }

  dispose(): void {
    this.vector.free();
  }
}
