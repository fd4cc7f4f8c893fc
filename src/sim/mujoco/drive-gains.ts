/** A drive in MuJoCo's terms, as an environment's parameters have it. */
import type { Actuator } from "../../robot/model.js";

/** Those of an environment's parameters that drives and joints follow. */
export interface DriveFactors {
  readonly jointDampingFactor: number;
  readonly jointDamping: number;
  readonly jointStiffness: number;
  readonly motorOffset: number;
  readonly kpFactor: number;
  readonly kdFactor: number;
  readonly motorStrength: number;
}
export const nominalFactors: DriveFactors = {
  jointDampingFactor: 1,
  jointDamping: 0,
  jointStiffness: 0,
  motorOffset: 0,
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
  { kpFactor, kdFactor, motorStrength, motorOffset }: DriveFactors,
  ahead: number,
): { gain: number; bias: [number, number, number] } {
  const stiffness = kp * kpFactor * motorStrength;
  const damping = kv * kdFactor * motorStrength;
  switch (kind) {
    case "motor": {
      const gain = gear * motorStrength;
      return { gain, bias: [gain * motorOffset, 0, 0] };
    }
    case "position": {
      const gain = stiffness / gear;
      return {
        gain,
        bias: [gain * motorOffset, -stiffness, -damping - ahead * stiffness],
      };
    }
    case "velocity": {
      const gain = damping / gear;
      return { gain, bias: [gain * motorOffset, 0, -damping] };
    }
  }
}
