/** Narrows the ends of the intervals in which a parameter works: what to try next, and what follows. */
import { between } from "./grid.js";

interface Edge {
  /** Values of the coarse run from this end inwards; what did not hold on finer physics is taken off. */
  run: number[];
  /** The outermost value known to work on finer physics; null until one is. */
  inside: number | null;
  /** The nearest value beyond that is known to fail; null where the grid ends. */
  outside: number | null;
  halvings: number;
}

export class Edges {
  /** Two for each run of working values: its lower and its upper end. */
  private readonly runs: readonly (readonly [Edge, Edge])[];
  private readonly integer: boolean;
  private readonly halvings: number;

  /** `grid` lowest first, tried on coarse physics. */
  constructor(
    grid: readonly { readonly value: number; readonly works: boolean }[],
    integer: boolean,
    halvings: number,
  ) {
    this.integer = integer;
    this.halvings = halvings;
    const runs: (readonly [Edge, Edge])[] = [];
    for (let first = 0; first < grid.length; first++) {
      if (!grid[first].works) continue;
      let last = first;
      while (grid[last + 1]?.works) last++;
      const values = grid.slice(first, last + 1).map(({ value }) => value);
      runs.push([
        edge(values, grid[first - 1]?.value ?? null),
        edge(values.toReversed(), grid[last + 1]?.value ?? null),
      ]);
      first = last;
    }
    this.runs = runs;
  }

  /** Values to be tried on the finer physics; none when all is known. */
  wanted(): number[] {
    const wanted = this.runs.flat().flatMap((edge) => {
      const middle = this.middle(edge);
      const end = edge.inside === null ? edge.run.slice(0, 1) : [];
      return middle === null ? end : [...end, middle];
    });
    return [...new Set(wanted)];
  }

  /** All that was wanted has been tried. */
  learn(works: (value: number) => boolean): void {
    for (const edge of this.runs.flat()) {
      const middle = this.middle(edge);
      if (edge.inside === null && edge.run.length > 0) {
        const end = edge.run[0];
        if (!works(end)) {
          edge.outside = end;
          edge.run.shift();
          continue;
        }
        edge.inside = end;
      }
      if (middle === null) continue;
      edge.halvings++;
      if (works(middle)) edge.inside = middle;
      else edge.outside = middle;
    }
  }

  /** What is known to work, lowest first: ends on the finer physics, where it was asked for. */
  intervals(): [number, number][] {
    return this.runs.flatMap(([lower, upper]): [number, number][] => {
      const low = lower.inside ?? lower.run.at(0);
      const high = upper.inside ?? upper.run.at(0);
      return low === undefined || high === undefined || low > high ? [] : [[low, high]];
    });
  }

  /** Halfway from the outermost value that may work to the one that fails. */
  private middle({ run, inside, outside, halvings }: Edge): number | null {
    const from = inside ?? run.at(0);
    if (from === undefined || outside === null || halvings >= this.halvings) return null;
    return between(from, outside, this.integer);
  }
}

function edge(run: number[], outside: number | null): Edge {
  return { run, inside: null, outside, halvings: 0 };
}
