/** As Isaac's ant sees itself; the target stands at (1000, 0). */
export function derived(s: State): Derived {
  const [x, y, z] = s.torso.position;
  const [qw, qx, qy, qz] = s.torso.orientation;
  const toTarget = Math.hypot(1000 - x, y);
  const targetX = (1000 - x) / toTarget;
  const targetY = -y / toTarget;
  // The torso's forward axis, level.
  const forwardX = 1 - 2 * (qy * qy + qz * qz);
  const forwardY = 2 * (qx * qy + qw * qz);
  const yaw = Math.atan2(forwardY, forwardX);
  const hip = (angle: number) => angle / 0.6981317;
  const ankle = (angle: number) => (angle - 1.134464) / 0.6108652;
  const q = s.joint.position;
  return {
    "torso.height": z,
    "torso.progress": s.torso.travel[0] * targetX + s.torso.travel[1] * targetY,
    "torso.yaw": yaw,
    "torso.roll": Math.atan2(2 * (qw * qx + qy * qz), 1 - 2 * (qx * qx + qy * qy)),
    "torso.angleToTarget": wrapAngle(Math.atan2(targetY, targetX) - yaw),
    "torso.up": 1 - 2 * (qx * qx + qy * qy),
    "torso.heading": forwardX * targetX + forwardY * targetY,
    "joint.inRange": [
      hip(q[0]),
      ankle(q[1]),
      hip(q[2]),
      ankle(q[3] + 2.268928),
      hip(q[4]),
      ankle(q[5] + 2.268928),
      hip(q[6]),
      ankle(q[7]),
    ],
    "motor.power": sum(s.joint.velocity.map((speed, i) => Math.abs(speed * s.action[i]))),
  };
}
