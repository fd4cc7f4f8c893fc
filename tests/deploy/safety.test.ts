import { describe, expect, it } from "vitest";
import type { Deployment } from "../../src/deploy/deployment.js";
import type { Measurement } from "../../src/deploy/robot.js";
import { SafetyEnvelope } from "../../src/deploy/safety.js";

const deployment = {
  joint_names: ["hip", "knee"],
  measurements: { bodies: ["foot", "trunk"] },
  safety: {
    tilt: 0.5,
    joint_position: [[-1, 1], null],
    joint_velocity: [10, null],
    joint_effort: [20, null],
  },
} as unknown as Deployment;
const envelope = new SafetyEnvelope(deployment, "trunk");

/** All well, but for what is said; the trunk leans by an angle about an axis. */
function measurement(
  changes: Partial<Measurement> = {},
  lean = 0,
  [x, y, z]: readonly [number, number, number] = [1, 0, 0],
): Measurement {
  const sin = Math.sin(lean / 2);
  return {
    timeSeconds: 1,
    jointPosition: Float32Array.of(0.9, 3),
    jointVelocity: Float32Array.of(-9.9, 99),
    jointEffort: Float32Array.of(19.9, 99),
    bodyPose: Float32Array.of(
      ...[0, 0, 0, 0, 1, 0, 0],
      ...[0, 0, 0.3, Math.cos(lean / 2), x * sin, y * sin, z * sin],
    ),
    bodyVelocity: new Float32Array(12),
    contactForce: new Float32Array(0),
    given: new Float32Array(0),
    ...changes,
  };
}

describe("the safety envelope", () => {
  it("lets pass what is within it, and joints without a limit", () => {
    expect(envelope.check(measurement())).toBeNull();
    expect(envelope.check(measurement({}, 0.49))).toBeNull();
  });

  it.each([
    ["a joint's position", { jointPosition: Float32Array.of(-1.1, 0) }, "E_SAFETY_JOINT", "hip"],
    ["a joint's speed", { jointVelocity: Float32Array.of(10.1, 0) }, "E_SAFETY_SPEED", "hip"],
    ["a joint's torque", { jointEffort: Float32Array.of(-20.1, 0) }, "E_SAFETY_EFFORT", "hip"],
    [
      "no number in a pose",
      { bodyPose: new Float32Array(14).fill(Number.NaN) },
      "E_ROBOT_NOT_FINITE",
      "bodyPose",
    ],
    [
      "infinity in a speed",
      { jointVelocity: Float32Array.of(0, Infinity) },
      "E_ROBOT_NOT_FINITE",
      "jointVelocity",
    ],
    ["a time that is none", { timeSeconds: Number.NaN }, "E_ROBOT_NOT_FINITE", "timeSeconds"],
  ])("stops at %s", (_, changes, code, named) => {
    const stop = envelope.check(measurement(changes));
    expect(stop?.code).toBe(code);
    expect(stop?.message).toContain(named);
  });

  it("stops at a base that leans any way, but not at one that turns about the vertical", () => {
    for (const axis of [
      [1, 0, 0],
      [0, -1, 0],
    ] as const) {
      expect(envelope.check(measurement({}, 0.51, axis))?.code).toBe("E_SAFETY_TILT");
    }
    expect(envelope.check(measurement({}, 3, [0, 0, 1]))).toBeNull();
    // Upside down: the base, not the foot, is what is measured.
    expect(envelope.check(measurement({}, Math.PI))?.code).toBe("E_SAFETY_TILT");
  });

  it("knows no tilt of a robot that is fixed to the world", () => {
    expect(new SafetyEnvelope(deployment, null).check(measurement({}, 2))).toBeNull();
  });
});
