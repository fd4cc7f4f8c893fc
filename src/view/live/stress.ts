/** What a policy can take: the fate of every environment of a grid over two world parameters. */
import type { ServerMessageOf, StressGrid } from "../../stream/protocol.js";

interface Cell {
  episodes: number;
  survived: number;
  fitnessSum: number;
  /** Episodes whose fitness is a number. */
  measured: number;
}

export class StressTally {
  private readonly grid: StressGrid;
  private readonly cells: readonly Cell[];

  constructor(grid: StressGrid) {
    this.grid = grid;
    const length = grid.x.values.length * grid.y.values.length;
    this.cells = Array.from({ length }, () => ({
      episodes: 0,
      survived: 0,
      fitnessSum: 0,
      measured: 0,
    }));
  }

  count({ env, endedBy, fitness }: ServerMessageOf<"episode">): void {
    const cell = this.cells[env];
    cell.episodes++;
    if (endedBy === "timeOut") cell.survived++;
    if (fitness === null) return;
    cell.fitnessSum += fitness;
    cell.measured++;
  }

  message(): ServerMessageOf<"stress"> {
    const cells = this.cells.map(({ episodes, survived, fitnessSum, measured }) => ({
      episodes,
      survived,
      fitness: measured > 0 ? fitnessSum / measured : null,
    }));
    return { type: "stress", grid: this.grid, cells };
  }
}
