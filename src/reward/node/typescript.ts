import { createRequire } from "node:module";
import type ts from "typescript";

const require = createRequire(import.meta.url);

/** The compiler as a library. Loading it takes most of a second, so it waits for the first use. */
export function typescript(): typeof ts {
  return require("typescript") as typeof ts;
}
