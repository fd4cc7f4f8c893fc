import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";

/** Bytes of heap an environment step takes, in a process of its own; stops measuring below `enough`. */
function bytesPerStep(engine: "rapier" | "mujoco", enough: number): number {
  const entry = new URL("count-allocation.ts", import.meta.url).pathname;
  const flags = ["--expose-gc", "--min-semi-space-size=128", "--max-semi-space-size=128"];
  const printed = execFileSync(
    process.execPath,
    [...flags, "--import", "tsx", entry, engine, String(enough)],
    { encoding: "utf8", env: { ...process.env, NODE_OPTIONS: "" } },
  );
  return Number(printed);
}

test("a step makes no object, in either engine: their numbers are read where they lie", () => {
  // A boxed number takes 16 bytes, the smallest object 24.
  expect(bytesPerStep("rapier", 16)).toBeLessThan(16);
  expect(bytesPerStep("mujoco", 16)).toBeLessThan(16);
});
