import { createRequire } from "node:module";
import type typescript from "typescript";
import { helpers } from "../../src/reward/helpers.js";
import { stateObject, table } from "./table.js";

const ts = createRequire(import.meta.url)("typescript") as typeof typescript;

function strip(source: string): string {
  const options = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS };
  return ts.transpileModule(source, { compilerOptions: options }).outputText;
}

const prelude = strip(
  helpers
    .map(({ name, signature, body }) => `function ${name}${signature} { return ${body}; }`)
    .join("\n"),
).replace('"use strict";', "");

type Result = Record<string, unknown>;

/** What the source gives as ordinary JavaScript, row by row: the columns of `compileProgram`. */
export function runPlainly(source: string, states: Float32Array): Float64Array {
  // The entry need not be exported; an anonymous one is the default export.
  const entry = "exports.default ?? (typeof reward === 'function' ? reward : exports.reward)";
  const text = `"use strict"; const exports = {};\n${prelude}\n{ ${strip(source)}\nreturn ${entry}; }`;
  const reward = new Function(text)() as (s: unknown) => Result;
  const rows: number[] = [];
  for (let row = 0; row < states.length / table.stride; row++) {
    const { total, components, terms, ...rest } = reward(stateObject(states, row));
    const own = { ...rest, ...(components as Result), ...(terms as Result) };
    const values = Object.values(own) as number[];
    rows.push((total as number | undefined) ?? values.reduce((sum, value) => sum + value));
    rows.push(...values);
  }
  return Float64Array.from(rows);
}
