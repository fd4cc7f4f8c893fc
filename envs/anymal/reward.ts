/**
 * The human reward of IsaacGymEnvs' Anymal: exp(−e/0.25) of the squared velocity errors, the turn at
 * half weight, less 2.5e-5 times the squared torques; never below 0.
 */
export function reward(s: State): Terms {
  const linVel = Math.exp(-s.error.linVel / 0.25);
  const yawRate = 0.5 * Math.exp(-s.error.yawRate / 0.25);
  const torque = -2.5e-5 * sumOfSquares(s.joint.torques);
  return { linVel, yawRate, torque, total: Math.max(linVel + yawRate + torque, 0) };
}
