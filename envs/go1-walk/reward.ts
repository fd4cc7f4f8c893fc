/**
 * Track the commanded speed along +x; level, steady and springy. The linear part of the speed term
 * shows the way from standing, where the bell around 2 m/s is flat.
 */
export function reward(s: State): Terms {
  const wanted = s.command.speed;
  const ahead = s.base.travel[0];
  const hips = [0, 3, 6, 9].map((i) => s.joint.offset[i]);
  const air = [
    s.frontRightFoot.airTime,
    s.frontLeftFoot.airTime,
    s.rearRightFoot.airTime,
    s.rearLeftFoot.airTime,
  ];
  const ground = [
    s.frontRightFoot.contactTime,
    s.frontLeftFoot.contactTime,
    s.rearRightFoot.contactTime,
    s.rearLeftFoot.contactTime,
  ];
  // A step of up to 0.4 s in the air pays its length less 0.2 s, when the foot comes down.
  const lifted = sum(air.map((time) => (time > 0 && time <= 0.4 ? 0.02 : 0)));
  const landed = sum(ground.map((time) => (time > 0 && time < 0.03 ? 1 : 0)));
  const fell = s.base.height < 0.15 || s.base.gravity[2] > -0.6;
  const dt = 0.02;
  return {
    speed: dt * Math.exp(-4 * (ahead - wanted) ** 2),
    ahead: dt * clamp(ahead / wanted, -1, 1),
    turn: dt * 0.5 * Math.exp(-4 * (s.base.angVel[2] + s.base.yaw) ** 2),
    sideways: dt * -0.8 * s.base.linVel[1] ** 2,
    bounce: dt * -(s.base.linVel[2] ** 2),
    roll: dt * -0.03 * (s.base.angVel[0] ** 2 + s.base.angVel[1] ** 2),
    level: dt * -2 * (s.base.gravity[0] ** 2 + s.base.gravity[1] ** 2),
    height: dt * -15 * (s.base.height - 0.29) ** 2,
    // Per 0.25 rad, as the original's actions.
    smooth: dt * -0.006 * 16 * sumOfSquares(s.action.map((a, i) => a - s.previousAction[i])),
    torque: dt * -1e-4 * sumOfSquares(s.joint.torque),
    air: dt * (lifted - 0.2 * landed),
    hips: dt * -0.5 * sumOfSquares(hips),
    acceleration: dt * -1.5e-7 * sumOfSquares(s.joint.acceleration),
    alive: dt * 0.3,
    fall: fell ? -0.4 : 0,
  };
}
