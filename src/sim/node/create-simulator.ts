/** The one place where an engine's name becomes an engine. Each is loaded only where it is used. */
import type { EngineName, Simulator, SimulatorOptions } from "../simulator.js";

/** N copies of a robot in the named engine, at rest in the robot file's pose. */
export async function createSimulator(
  engine: EngineName,
  options: SimulatorOptions,
): Promise<Simulator> {
  switch (engine) {
    case "rapier":
      return (await import("../rapier/simulator.js")).createRapierSimulator(options);
    case "mujoco":
      return (await import("../mujoco/simulator.js")).createMujocoSimulator(options);
  }
}
