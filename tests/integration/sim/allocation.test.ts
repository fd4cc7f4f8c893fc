import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";

test("a step allocates nothing: less than the smallest object per environment", () => {
  const entry = new URL("count-allocation.ts", import.meta.url).pathname;
  const printed = execFileSync(process.execPath, ["--expose-gc", "--import", "tsx", entry], {
    encoding: "utf8",
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  // Numbers boxed on their way into WASM come to about 13; one vector object would be 28 or more.
  expect(Number(printed)).toBeLessThan(24);
});
