/** What is drawn over the robots: contacts, forces, frames, joint axes, centre of mass, arrows. */
import { Color, Group } from "three";
import { rotateVector } from "../../../src/core/quaternion.js";
import type { RolloutFrame } from "../../../src/stream/frame.js";
import type { RolloutModel } from "../../../src/stream/rollout-model.js";
import { Arrows } from "./arrows.js";
import { Dots } from "./dots.js";
import type { Layer } from "./layers.js";
import { Lines } from "./lines.js";

/** What one picture shows. Poses are [env][body][7], relative to `offsets` [env][3]. */
export interface OverlayScene {
  readonly model: RolloutModel;
  readonly poses: Float32Array;
  readonly offsets: Float32Array;
  readonly visible: Uint8Array;
  readonly frame: RolloutFrame;
  readonly focusEnv: number;
  /** How large the robot is, m: arrows and dots are made to fit. */
  readonly robotMeters: number;
}

/** Hand-drawn arrows of this picture: where a body is pulled, what is commanded. World frame. */
export interface Arrow {
  readonly from: readonly [number, number, number];
  readonly along: readonly [number, number, number];
  readonly kind: "pull" | "push" | "command" | "velocity";
}

const colors = {
  contact: new Color("#f0b44c"),
  force: new Color("#ff7b72"),
  joint: new Color("#b58cff"),
  mass: new Color("#ffd76a"),
  x: new Color("#ff6b6b"),
  y: new Color("#51cf66"),
  z: new Color("#5c9dff"),
  pull: new Color("#ff5fa2"),
  push: new Color("#ff5fa2"),
  command: new Color("#4cc38a"),
  velocity: new Color("#56b4e9"),
};
const axes = [colors.x, colors.y, colors.z];
const unit = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];

export class Overlays {
  readonly group = new Group();
  private readonly arrows = new Arrows(768, colors.force);
  private readonly dots = new Dots(1024, colors.contact);
  private readonly lines = new Lines(1024, true);
  private readonly turned = new Float64Array(3);
  private readonly center = new Float64Array(3);

  constructor() {
    this.group.add(this.arrows.group, this.dots.mesh, this.lines.mesh);
  }

  draw(scene: OverlayScene, layers: ReadonlySet<Layer>, extra: readonly Arrow[]): void {
    this.arrows.begin();
    this.dots.begin();
    this.lines.begin();
    if (layers.has("contacts") || layers.has("forces")) {
      this.contacts(scene, layers.has("contacts"), layers.has("forces"));
    }
    if (layers.has("frames")) this.frames(scene);
    if (layers.has("joints")) this.joints(scene);
    if (layers.has("mass")) this.mass(scene);
    const radius = 0.014 * scene.robotMeters;
    for (let i = 0; i < extra.length; i++) {
      const { from, along, kind } = extra[i];
      this.arrows.add(
        from[0],
        from[1],
        from[2],
        along[0],
        along[1],
        along[2],
        radius,
        colors[kind],
      );
    }
    this.arrows.end();
    this.dots.end();
    this.lines.end();
  }

  private contacts(scene: OverlayScene, points: boolean, forces: boolean): void {
    const { frame, offsets, visible, robotMeters, model } = scene;
    const { contacts } = frame;
    // An arrow as long as the robot stands for its weight.
    let mass = 0;
    for (const body of model.robot.bodies) mass += body.massKg;
    const perNewton = robotMeters / Math.max(1e-6, mass * 9.81);
    for (let i = 0; i < contacts.count; i++) {
      const env = contacts.env[i];
      if (visible[env] === 0) continue;
      const x = contacts.point[3 * i] + offsets[3 * env];
      const y = contacts.point[3 * i + 1] + offsets[3 * env + 1];
      const z = contacts.point[3 * i + 2] + offsets[3 * env + 2];
      if (points) this.dots.add(x, y, z, 0.016 * robotMeters, colors.contact);
      if (forces) {
        const fx = contacts.force[3 * i] * perNewton;
        const fy = contacts.force[3 * i + 1] * perNewton;
        const fz = contacts.force[3 * i + 2] * perNewton;
        this.arrows.add(x, y, z, fx, fy, fz, 0.009 * robotMeters, colors.force);
      }
    }
  }

  /** Of the focused environment. */
  private frames({ model, poses, offsets, focusEnv, robotMeters }: OverlayScene): void {
    const numBodies = model.robot.bodies.length;
    const length = 0.14 * robotMeters;
    for (let body = 0; body < numBodies; body++) {
      const p = 7 * (focusEnv * numBodies + body);
      const x = poses[p] + offsets[3 * focusEnv];
      const y = poses[p + 1] + offsets[3 * focusEnv + 1];
      const z = poses[p + 2] + offsets[3 * focusEnv + 2];
      for (let axis = 0; axis < 3; axis++) {
        rotateVector(this.turned, 0, poses, p + 3, unit[axis], 0);
        const [dx, dy, dz] = [this.turned[0], this.turned[1], this.turned[2]];
        this.lines.add(
          x,
          y,
          z,
          x + length * dx,
          y + length * dy,
          z + length * dz,
          axes[axis],
          1,
          0.9,
        );
      }
    }
  }

  private joints({ model, poses, offsets, focusEnv, robotMeters }: OverlayScene): void {
    const { joints, bodies } = model.robot;
    const length = 0.22 * robotMeters;
    for (let j = 0; j < joints.length; j++) {
      const joint = joints[j];
      if (joint.kind !== "hinge" && joint.kind !== "slide") continue;
      const p = 7 * (focusEnv * bodies.length + joint.body);
      rotateVector(this.turned, 0, poses, p + 3, joint.anchor, 0);
      const x = poses[p] + offsets[3 * focusEnv] + this.turned[0];
      const y = poses[p + 1] + offsets[3 * focusEnv + 1] + this.turned[1];
      const z = poses[p + 2] + offsets[3 * focusEnv + 2] + this.turned[2];
      rotateVector(this.turned, 0, poses, p + 3, joint.axis, 0);
      const dx = length * this.turned[0];
      const dy = length * this.turned[1];
      const dz = length * this.turned[2];
      this.arrows.add(
        x - dx / 2,
        y - dy / 2,
        z - dz / 2,
        dx,
        dy,
        dz,
        0.008 * robotMeters,
        colors.joint,
      );
    }
  }

  /** One ball per environment, and a plumb line to the ground. */
  private mass({ model, poses, offsets, visible, robotMeters }: OverlayScene): void {
    const { bodies } = model.robot;
    for (let env = 0; env < visible.length; env++) {
      if (visible[env] === 0) continue;
      let total = 0;
      this.center.fill(0);
      for (let body = 0; body < bodies.length; body++) {
        const p = 7 * (env * bodies.length + body);
        const { massKg, centerOfMass } = bodies[body];
        rotateVector(this.turned, 0, poses, p + 3, centerOfMass, 0);
        for (let k = 0; k < 3; k++) this.center[k] += massKg * (poses[p + k] + this.turned[k]);
        total += massKg;
      }
      const x = this.center[0] / total + offsets[3 * env];
      const y = this.center[1] / total + offsets[3 * env + 1];
      const z = this.center[2] / total + offsets[3 * env + 2];
      this.dots.add(x, y, z, 0.03 * robotMeters, colors.mass);
      this.lines.add(x, y, z, x, y, offsets[3 * env + 2], colors.mass, 0.9, 0.2);
    }
  }

  dispose(): void {
    this.arrows.dispose();
    this.dots.dispose();
    this.lines.dispose();
    this.group.removeFromParent();
  }
}
