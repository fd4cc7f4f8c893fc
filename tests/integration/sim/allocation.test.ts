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

test("a step allocates nothing: less than the smallest object per environment", () => {
  // Numbers boxed on their way into WASM come to about 13; one vector object would be 28 or more.
  // Whether V8 also boxes those handed from function to function (126 more) is decided by what it
  // inlines, anew in every process; an allocation in the code shows in all of them.
  let bytes = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < 10 && bytes >= 24; attempt++) {
    bytes = Math.min(bytes, bytesPerStep());
  }
  expect(bytes).toBeLessThan(24);
});
