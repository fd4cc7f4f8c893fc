/**
 * A reward as the evolutionary search holds it: a short list of terms over the task's signals.
 * Signals are known by number only, so names cannot influence anything but the printed text.
 */
import { z } from "zod";

/**
 * With x the feature's value, d = x − target and T the temperature:
 * ramp (x − low)/(high − low), the other way round when rising is false · sigmoid (1 + tanh(±d/T))/2 ·
 * cosine (1 + cos d)/2 · gaussian exp(−(d/T)²) · rational 1/(1 + (d/T)²) · step 1 where |d| < T.
 * These lie in [0, 1] (a ramp within its range). Costs: quadratic (d/T)², absolute |d|/T.
 */
const shapingKernels = ["ramp", "sigmoid", "cosine", "gaussian", "rational", "step"] as const;
const costKernels = ["quadratic", "absolute"] as const;
const kernels = [...shapingKernels, ...costKernels] as const;
export type Kernel = (typeof kernels)[number];

const factorSchema = z.strictObject({
  /** Number of the signal in the table. */
  signal: z.int().min(0),
  /** One number of it, or null for its Euclidean norm. */
  element: z.int().min(0).nullable(),
  kernel: z.enum(kernels),
  target: z.number(),
  temperature: z.number().positive(),
  /** Direction of ramp and sigmoid. */
  rising: z.boolean(),
});
export type Factor = z.infer<typeof factorSchema>;

const termSchema = z.strictObject({
  /** "change" is the square of action − previous action; "given" is a term of the given reward. */
  kind: z.enum(["shaping", "cost", "change", "given"]),
  /** Name of a given term. */
  name: z.string().optional(),
  /** What is paid; a second factor multiplies it. Empty for "change" and "given". */
  factors: z.array(factorSchema).max(2),
  /** Negative for costs. */
  weight: z.number(),
  /** Why it is as it is: printed beside it, of no effect. */
  why: z.string(),
});
export type Term = z.infer<typeof termSchema>;

export const genomeSchema = z.strictObject({
  /** The first term leads. */
  terms: z.array(termSchema).min(1),
  /** Paid in every step. */
  bonus: z.number(),
  bonusWhy: z.string(),
  /** Source of the reward that the user started from, where terms of it are used. Never looked into. */
  given: z.string().optional(),
});
export type Genome = z.infer<typeof genomeSchema>;

export function isBounded(kernel: Kernel): boolean {
  return (shapingKernels as readonly string[]).includes(kernel);
}

/** Text that two genomes share exactly when they are the same reward. */
export function genomeKey(genome: Genome): string {
  const terms = genome.terms.map(({ why: _, ...term }) => JSON.stringify(term)).sort();
  return `${terms.join(";")}|${genome.bonus}|${genome.given ?? ""}`;
}

/** A given reward as a genome: each of its terms as it is. */
export function givenGenome(source: string, terms: readonly string[]): Genome | null {
  if (terms.length === 0) return null;
  return {
    terms: terms.map((name) => ({ kind: "given", name, factors: [], weight: 1, why: "given" })),
    bonus: 0,
    bonusWhy: "",
    given: source,
  };
}

/** Two significant digits: what is printed is what is meant. */
export function round(value: number): number {
  return Number(value.toPrecision(2));
}
