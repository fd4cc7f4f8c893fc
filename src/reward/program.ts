/** A checked program as a small typed tree: the identity of a reward. Plain JSON. */
export type ProgramKind = "reward" | "fitness" | "termination" | "derived";

export interface Program {
  readonly format: 1;
  readonly kind: ProgramKind;
  /** Output columns, as in `BatchProgram.columns`. */
  readonly columns: readonly string[];
}
