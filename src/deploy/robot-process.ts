/** Starts a simulated robot in a process of its own. */
import { once } from "node:events";
import { RewardsmithError } from "../core/errors.js";
import { startProcess } from "../core/node/spawn.js";
import type { RobotAssignment, RobotReply } from "./node/robot-process.js";

export interface RobotProcess {
  /** UDP, on this computer. */
  readonly port: number;
  close(): Promise<void>;
}

export async function startRobot(assignment: RobotAssignment): Promise<RobotProcess> {
  const child = startProcess(new URL("./node/robot-process.js", import.meta.url));
  const close = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill();
    await exited;
  };
  child.send(assignment);
  const [reply] = (await Promise.race([
    once(child, "message"),
    once(child, "exit").then(([code]) => [{ type: "failed", message: `it ended with ${code}` }]),
  ])) as [RobotReply];
  if (reply.type === "ready") return { port: reply.port, close };
  await close();
  throw new RewardsmithError(
    "E_ROBOT_START",
    `the simulated robot did not start: ${reply.message}`,
    {
      where: assignment.folder,
    },
  );
}
