/** A push in a random level direction, as large as the robot is heavy. */
import type { RolloutControl } from "../../../src/stream/protocol.js";
import type { RolloutModel } from "../../../src/stream/rollout-model.js";

/** Change of speed of the whole robot, m/s. */
const shoveSpeed = 1;

export function shoveOf({ robot, baseBody }: RolloutModel, env: number): RolloutControl {
  const mass = robot.bodies.reduce((sum, { massKg }) => sum + massKg, 0);
  const angle = 2 * Math.PI * Math.random();
  const size = mass * shoveSpeed;
  const impulse: [number, number, number] = [size * Math.cos(angle), size * Math.sin(angle), 0];
  return { type: "push", env, body: baseBody, impulse };
}
