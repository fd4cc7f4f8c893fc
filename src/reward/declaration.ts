/** The ambient types a program is written against: the same text for editors, the checker and models. */
import type { Signal, SignalTable } from "../task/signals.js";
import { helpers, mathConstants, mathFunctions } from "./helpers.js";

export interface DeclarationOptions {
  /** Derived signals are left out where they are computed. Default true. */
  readonly derived?: boolean;
  /** Also what terminations and derived signals return, which a reward's author need not know. Default true. */
  readonly others?: boolean;
}

/** The `.d.ts` of a task: `State`, what programs return, and the functions they may call. */
export function stateDeclaration(table: SignalTable, options: DeclarationOptions = {}): string {
  const others = options.others ?? true;
  const derived = table.signals.filter(({ source }) => source.kind === "derived");
  const shown =
    (options.derived ?? true)
      ? table.signals
      : table.signals.filter(({ source }) => source.kind !== "derived");
  return [
    "/** The world at one control step. SI units, z up, quaternions w x y z. */",
    `interface State ${printFields(nest(shown), "")}`,
    "",
    ...vectorTypes(table.signals),
    "/**",
    " * What a reward returns: one number per term, each under its own name. The reward is their sum,",
    " * or `total` where it is returned beside them (`total` itself is no term).",
    " */",
    "type Terms =",
    "  | { readonly [term: string]: number }",
    "  | { readonly total: number; readonly components: { readonly [term: string]: number } }",
    "  | { readonly total: number; readonly terms: { readonly [term: string]: number } };",
    "",
    ...(others ? [...flagsType, ...derivedType(derived)] : []),
    ...helpers.flatMap(({ name, signature, meaning }) => [
      `/** ${meaning}. */`,
      `declare function ${name}${signature};`,
    ]),
    "",
    `// Math: ${mathFunctions.join(", ")};`,
    `// ${mathConstants.join(", ")}.`,
    "// Number.isFinite, Number.isNaN, Number.isInteger. NaN, Infinity.",
    "// Arrays, whose length never changes: length, a[i], map, reduce, every, some, forEach, slice, for..of.",
    "",
  ].join("\n");
}

const flagsType = [
  "/** What a termination returns: the episode ends when any flag is true. */",
  "type Flags = { readonly [flag: string]: boolean };",
  "",
];

type Field = Signal | Fields;
interface Fields extends Map<string, Field> {}

/** Dotted names as a tree of fields, in the order of the signals. */
function nest(signals: readonly Signal[]): Fields {
  const root: Fields = new Map();
  for (const signal of signals) {
    const path = signal.name.split(".");
    let fields = root;
    for (const part of path.slice(0, -1)) {
      const existing = fields.get(part);
      const inner: Fields = existing instanceof Map ? existing : new Map();
      fields.set(part, inner);
      fields = inner;
    }
    fields.set(path[path.length - 1], signal);
  }
  return root;
}

function printFields(fields: Fields, indent: string): string {
  const inner = `${indent}  `;
  const lines = [...fields].flatMap(([name, field]) =>
    field instanceof Map
      ? [`${inner}readonly ${name}: ${printFields(field, inner)};`]
      : [
          `${inner}/** ${documentation(field)} */`,
          `${inner}readonly ${name}: ${signalType(field)};`,
        ],
  );
  return `{\n${lines.join("\n")}\n${indent}}`;
}

function signalType(signal: Signal): string {
  return signal.scalar ? "number" : `Vector${signal.size}`;
}

function documentation(signal: Signal): string {
  const parts = [sentence(signal.description)];
  if (signal.unit !== "") parts.push(`Unit: ${signal.unit}.`);
  if (signal.frame !== "") parts.push(`Frame: ${signal.frame}.`);
  if (signal.range !== undefined) parts.push(`Usually ${signal.range.map(short).join(" to ")}.`);
  // A task's words stay one line and cannot end the comment they stand in.
  return parts.join(" ").replaceAll("*/", "* /").replace(/\s+/g, " ").trim();
}

/** Four digits: a bound of π is 3.142, not sixteen digits for a model to pay for. */
function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}

function sentence(text: string): string {
  const line = text.trim();
  return line === "" || /[.!?]$/.test(line) ? line : `${line}.`;
}

/** One alias per vector length in use, so that fields stay short to read. */
function vectorTypes(signals: readonly Signal[]): string[] {
  const sizes = new Set(signals.filter(({ scalar }) => !scalar).map(({ size }) => size));
  const lines = [...sizes]
    .sort((a, b) => a - b)
    .map((size) => `type Vector${size} = readonly [${Array(size).fill("number").join(", ")}];`);
  return lines.length > 0 ? [...lines, ""] : [];
}

function derivedType(signals: readonly Signal[]): string[] {
  if (signals.length === 0) return [];
  // A long vector is usually mapped from another, and `map` gives an array of no known length to the
  // type checker; the compiler counts its numbers.
  const typeOf = (signal: Signal) =>
    signal.size > 4 ? `readonly number[] /* ${signal.size} */` : signalType(signal);
  const fields = signals.map((signal) => `  readonly "${signal.name}": ${typeOf(signal)};`);
  return [
    "/** What derived.ts returns: the task's derived signals by name. */",
    "interface Derived {",
    ...fields,
    "}",
    "",
  ];
}
