import type { SimulatorOptions, SimulatorState } from "./simulator.js";

/** The arrays of a simulator's state, all zero. */
export function createSimulatorState(options: SimulatorOptions, numJoints: number): SimulatorState {
  const { numEnvs, robot, contactGeoms } = options;
  return {
    jointPosition: new Float32Array(numEnvs * numJoints),
    jointVelocity: new Float32Array(numEnvs * numJoints),
    jointEffort: new Float32Array(numEnvs * numJoints),
    bodyPose: new Float32Array(numEnvs * robot.bodies.length * 7),
    bodyVelocity: new Float32Array(numEnvs * robot.bodies.length * 6),
    contactForce: new Float32Array(numEnvs * contactGeoms.length * 3),
  };
}
