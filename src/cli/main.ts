#!/usr/bin/env node
/** Entry of the `rewardsmith` command. */
import process from "node:process";

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(
    `E_NODE_VERSION: Node ${process.versions.node} is too old\n  → install Node 20.19 or newer\n`,
  );
  process.exit(1);
}
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});
const { runCli } = await import("./program.js");
process.exitCode = await runCli(process);
