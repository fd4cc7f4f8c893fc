/** As Isaac's humanoid sees itself; the target stands at (1000, 0). */
const low = [
  -0.785, -1.309, -0.611, -0.785, -1.047, -2.094, -2.793, -0.873, -0.873, -0.785, -1.047, -2.094,
  -2.793, -0.873, -0.873, -1.047, -1.047, -1.571, -1.047, -1.047, -1.571,
];
const high = [
  0.785, 0.524, 0.611, 0.262, 0.611, 0.785, -0.035, 0.873, 0.873, 0.262, 0.611, 0.785, -0.035,
  0.873, 0.873, 1.047, 1.047, 0.873, 1.047, 1.047, 0.873,
];

export function derived(s: State): Derived {
  const [x, y, z] = s.torso.position;
  const [qw, qx, qy, qz] = s.torso.orientation;
  const toTarget = Math.hypot(1000 - x, y);
  const targetX = (1000 - x) / toTarget;
  const targetY = -y / toTarget;
  const forwardX = 1 - 2 * (qy * qy + qz * qz);
  const forwardY = 2 * (qx * qy + qw * qz);
  const yaw = Math.atan2(forwardY, forwardX);
  return {
    "torso.height": z,
    "torso.progress": s.torso.travel[0] * targetX + s.torso.travel[1] * targetY,
    "torso.yaw": yaw,
    "torso.roll": Math.atan2(2 * (qw * qx + qy * qz), 1 - 2 * (qx * qx + qy * qy)),
    "torso.angleToTarget": wrapAngle(Math.atan2(targetY, targetX) - yaw),
    "torso.up": 1 - 2 * (qx * qx + qy * qy),
    "torso.heading": forwardX * targetX + forwardY * targetY,
    "joint.inRange": s.joint.position.map(
      (angle, i) => (2 * angle - low[i] - high[i]) / (high[i] - low[i]),
    ),
    "motor.power": sum(s.joint.velocity.map((speed, i) => Math.abs(speed * s.joint.torque[i]))),
  };
}
