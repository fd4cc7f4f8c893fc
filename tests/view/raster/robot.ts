/** A small robot model for pictures. */
import type { Geom, RobotModel } from "../../../src/robot/model.js";

export function part(geom: Partial<Geom> & Pick<Geom, "shape" | "size">): Geom {
  return {
    name: geom.shape,
    body: 0,
    position: [0, 0, 0],
    orientation: [1, 0, 0, 0],
    friction: 1,
    contype: 1,
    conaffinity: 1,
    rgba: [0.8, 0.1, 0.1, 1],
    ...geom,
  };
}

/** One body, free or fixed, with these geoms. */
export function robotOf(geoms: readonly Geom[], joint: "free" | "hinge" = "hinge"): RobotModel {
  return {
    format: 1,
    name: "test",
    gravity: [0, 0, -9.81],
    bodies: [
      {
        name: "body",
        parent: -1,
        position: [0, 0, 0],
        orientation: [1, 0, 0, 0],
        massKg: 1,
        centerOfMass: [0, 0, 0],
        inertia: [1, 1, 1],
        inertiaOrientation: [1, 0, 0, 0],
        gravityCompensation: 0,
      },
    ],
    joints: [
      {
        name: "joint",
        kind: joint,
        body: 0,
        anchor: [0, 0, 0],
        axis: [0, 0, 1],
        range: null,
        damping: 0,
        armature: 0,
        frictionLoss: 0,
        stiffness: 0,
        springReference: 0,
      },
    ],
    geoms: [...geoms],
    actuators: [],
    tendons: [],
    equalities: [],
    sites: [],
    keyframes: [],
    excludedPairs: [],
    overlaps: [],
  };
}

/** Poses of a body that goes straight along x, m/s, for a number of steps. */
export function straight(speed: number, numSteps: number, dtSeconds: number, height = 1) {
  const poses = new Float32Array(7 * numSteps);
  for (let step = 0; step < numSteps; step++) {
    poses.set([speed * step * dtSeconds, 0, height, 1, 0, 0, 0], 7 * step);
  }
  return { dtSeconds, numSteps, poses };
}
