import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { startProcess } from "../../../src/core/node/spawn.js";
import { encodeCheckpoint, policyHash } from "../../../src/rl/checkpoint.js";
import { startTraining } from "./resumable-training.js";

it("a checkpoint of a real task continues bit-identically in a new process", async () => {
  const folder = mkdtempSync(join(tmpdir(), "rewardsmith-resume-"));
  const trainer = await startTraining();
  for (let i = 0; i < 20; i++) await trainer.iterate();
  const file = join(folder, "checkpoint.bin");
  writeFileSync(file, encodeCheckpoint(trainer.save()));
  for (let i = 0; i < 20; i++) await trainer.iterate();

  const child = startProcess(new URL("./resume-child.js", import.meta.url));
  child.send({ file, iterations: 20 });
  const [hash] = await once(child, "message");
  expect(hash).toBe(policyHash(trainer.save()));
  await trainer.dispose();
  rmSync(folder, { recursive: true });
});
