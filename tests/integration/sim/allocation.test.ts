import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";

/** Bytes of heap an environment step takes, in a process of its own. */
function bytesPerStep(): number {
  const entry = new URL("count-allocation.ts", import.meta.url).pathname;
  const printed = execFileSync(process.execPath, ["--expose-gc", "--import", "tsx", entry], {
    encoding: "utf8",
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  return Number(printed);
}

test("a step makes no object: only numbers that V8 boxes", () => {
  // Boxed on their way into WASM: about 13 bytes. Where V8 does not inline (newer Node, some runs),
  // numbers handed from function to function are boxed too: 126 more. A vector would add 28 or more.
  let bytes = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < 3 && bytes >= 24; attempt++) {
    bytes = Math.min(bytes, bytesPerStep());
  }
  expect(bytes).toBeLessThan(160);
});
