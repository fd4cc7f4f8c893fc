/** A process of its own that is a simulated robot: told which over IPC, then spoken to over UDP. */
import { formatError } from "../../core/errors.js";
import type { EngineName } from "../../sim/simulator.js";
import { readDeployment } from "../folder.js";
import { raisePriority } from "../rate.js";
import { serveRobot } from "../serve-robot.js";
import { createSimulatedRobot } from "../simulated-robot.js";

export interface RobotAssignment {
  /** Of a deployment. */
  readonly folder: string;
  readonly engine: EngineName;
  readonly seed: number;
}

export type RobotReply =
  | { readonly type: "ready"; readonly port: number }
  | { readonly type: "failed"; readonly message: string };

raisePriority();
process.once("message", async ({ folder, engine, seed }: RobotAssignment) => {
  const reply = (message: RobotReply) => process.send?.(message);
  try {
    const robot = await createSimulatedRobot(readDeployment(folder).task, engine, seed);
    const { port } = await serveRobot(robot);
    reply({ type: "ready", port });
  } catch (error) {
    reply({ type: "failed", message: formatError(error) });
  }
});
// Nobody is left who could end it.
process.once("disconnect", () => process.exit());
