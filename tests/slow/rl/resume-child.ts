/** Continues a checkpoint file for some iterations in a process of its own and sends the policy's hash. */
import { readFileSync } from "node:fs";
import { decodeCheckpoint, policyHash } from "../../../src/rl/checkpoint.js";
import { startTraining } from "./resumable-training.js";

process.once("message", async ({ file, iterations }: { file: string; iterations: number }) => {
  const trainer = await startTraining();
  trainer.load(decodeCheckpoint(readFileSync(file)));
  for (let i = 0; i < iterations; i++) await trainer.iterate();
  process.send?.(policyHash(trainer.save()));
  process.disconnect();
});
