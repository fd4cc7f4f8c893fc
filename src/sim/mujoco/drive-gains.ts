/** A drive in MuJoCo's terms, as an environment's parameters have it. */
import type { Actuator } from "../../robot/model.js";

export interface DriveFactors {
  readonly jointDampingFactor: number;
  readonly kpFactor: number;
  readonly kdFactor: number;
  readonly motorStrength: number;
}
export const nominalFactors: DriveFactors = {
  jointDampingFactor: 1,
  kpFactor: 1,
  kdFactor: 1,
  motorStrength: 1,
};

/**
 * MuJoCo's force = gain · control + bias₀ + bias₁ q + bias₂ q̇.
 * @param ahead by how much later the position is taken, s: q + ahead · q̇
 */
export function actuatorGains(
  { kind, gear, kp, kv }: Actuator,
  { kpFactor, kdFactor, motorStrength }: DriveFactors,
  ahead: number,
): { gain: number; bias: [number, number, number] } {
  const stiffness = kp * kpFactor * motorStrength;
  const damping = kv * kdFactor * motorStrength;
  switch (kind) {
    case "motor":
      return { gain: gear * motorStrength, bias: [0, 0, 0] };
    case "position":
      return { gain: stiffness / gear, bias: [0, -stiffness, -damping - ahead * stiffness] };
    case "velocity":
      return { gain: damping / gear, bias: [0, 0, -damping] };
  }
}
