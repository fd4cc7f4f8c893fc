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

test("a step makes no object: only the numbers that Rapier's getters hand over are boxed", () => {
  // Two links of 13 numbers (position, orientation, two velocities), each a call from WASM into
  // JavaScript with one boxed number of 16 bytes: 416, some of which V8 spares. A vector for each
  // link would add 112.
  const limit = 2 * 13 * 16 + 24;
  expect(bytesPerStep("rapier", limit)).toBeLessThan(limit);
});

test("a step in MuJoCo makes nothing at all: its numbers are read where they lie", () => {
  expect(bytesPerStep("mujoco", 16)).toBeLessThan(16);
});
