/**
 * Functions every program may call without importing them. They are written in the language
 * itself: the compiler writes a call out from this source, and the declarations come from it too.
 */
export interface Helper {
  readonly name: string;
  /** Parameters and result as TypeScript. */
  readonly signature: string;
  /** What it computes, exactly. */
  readonly meaning: string;
  /** The expression it returns. */
  readonly body: string;
}

export const helpers: readonly Helper[] = [
  {
    name: "clamp",
    signature: "(x: number, low: number, high: number): number",
    meaning: "x limited to [low, high]",
    body: "Math.min(Math.max(x, low), high)",
  },
  {
    name: "square",
    signature: "(x: number): number",
    meaning: "x * x",
    body: "x * x",
  },
  {
    name: "sum",
    signature: "(values: readonly number[]): number",
    meaning: "sum of the values; 0 of none",
    body: "values.reduce((total, value) => total + value, 0)",
  },
  {
    name: "mean",
    signature: "(values: readonly number[]): number",
    meaning: "sum(values) / values.length",
    body: "values.reduce((total, value) => total + value, 0) / values.length",
  },
  {
    name: "sumOfSquares",
    signature: "(values: readonly number[]): number",
    meaning: "sum of value * value",
    body: "values.reduce((total, value) => total + value * value, 0)",
  },
  {
    name: "norm",
    signature: "(values: readonly number[]): number",
    meaning: "Euclidean length: Math.sqrt(sumOfSquares(values))",
    body: "Math.sqrt(values.reduce((total, value) => total + value * value, 0))",
  },
  {
    name: "dot",
    signature: "(a: readonly number[], b: readonly number[]): number",
    meaning: "sum of a[i] * b[i]",
    body: "a.reduce((total, value, i) => total + value * b[i], 0)",
  },
  {
    name: "distance",
    signature: "(a: readonly number[], b: readonly number[]): number",
    meaning: "Euclidean distance of two points",
    body: "Math.sqrt(a.reduce((total, value, i) => total + (value - b[i]) * (value - b[i]), 0))",
  },
  {
    name: "lerp",
    signature: "(from: number, to: number, t: number): number",
    meaning: "from + (to - from) * t",
    body: "from + (to - from) * t",
  },
  {
    name: "smoothstep",
    signature: "(low: number, high: number, x: number): number",
    meaning:
      "0 below low, 1 above high, t * t * (3 - 2 * t) between with t = (x - low) / (high - low)",
    body: "[clamp((x - low) / (high - low), 0, 1)].map((t) => t * t * (3 - 2 * t))[0]",
  },
  {
    name: "gaussian",
    signature: "(x: number, sigma: number): number",
    meaning: "Math.exp(-0.5 * (x / sigma) ** 2): 1 at x = 0, 0.61 at x = sigma, 0.14 at 2 * sigma",
    body: "Math.exp(-0.5 * (x / sigma) ** 2)",
  },
  {
    name: "wrapAngle",
    signature: "(radians: number): number",
    meaning: "the same angle in [-PI, PI]",
    body: "Math.atan2(Math.sin(radians), Math.cos(radians))",
  },
];

/** Constants and functions of `Math` a program may use. */
export const mathConstants = [
  "PI",
  "E",
  "LN2",
  "LN10",
  "LOG2E",
  "LOG10E",
  "SQRT2",
  "SQRT1_2",
] as const;

export const mathFunctions = [
  "abs",
  "acos",
  "acosh",
  "asin",
  "asinh",
  "atan",
  "atan2",
  "atanh",
  "cbrt",
  "ceil",
  "cos",
  "cosh",
  "exp",
  "expm1",
  "floor",
  "fround",
  "hypot",
  "log",
  "log10",
  "log1p",
  "log2",
  "max",
  "min",
  "pow",
  "round",
  "sign",
  "sin",
  "sinh",
  "sqrt",
  "tan",
  "tanh",
  "trunc",
] as const;
