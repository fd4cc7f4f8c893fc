import { hashJson } from "../../core/node/hash.js";
import type { Program } from "../program.js";

/** A program's identity: 64 hex digits. Comments, formatting and local names do not matter to it. */
export function programHash(program: Program): string {
  return hashJson(program);
}
