/** What a benchmark is: it says how far it is, and returns a table of ratios. */
export type Benchmark = (
  progress: (text: string) => void,
  signal: AbortSignal,
) => Promise<BenchmarkTable>;

export interface BenchmarkTable {
  readonly title: string;
  /** The first row heads the columns. */
  readonly rows: readonly (readonly string[])[];
  readonly notes: readonly string[];
}
