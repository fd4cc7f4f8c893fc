/** What stands in a pane: a candidate of a run, by default its best. */
import { useEffect, useMemo } from "preact/hooks";
import type { Candidate, RunState } from "../../../../src/events/run-state.js";
import { RunFollower } from "../../runs/follow-run.js";

export interface PaneName {
  readonly run: string;
  /** Null: the best. */
  readonly candidate: string | null;
}

export interface Pane {
  readonly name: PaneName;
  readonly follower: RunFollower;
  readonly state: RunState;
  /** Null until its run is read. */
  readonly candidate: Candidate | null;
  readonly color: string;
  /** "A", "B" … */
  readonly letter: string;
}

/** Told apart by colour-blind eyes; custom properties. */
export const paneColors = ["var(--term-0)", "var(--term-1)", "var(--term-2)", "var(--term-3)"];

/** `run/2.5,otherRun` */
export function parsePanes(text: string): PaneName[] {
  return text
    .split(",")
    .filter(Boolean)
    .slice(0, 4)
    .map((part) => {
      const [run, candidate] = part.split("/");
      return { run, candidate: candidate ?? null };
    });
}

export function formatPanes(panes: readonly PaneName[]): string {
  return panes.map(({ run, candidate }) => (candidate ? `${run}/${candidate}` : run)).join(",");
}

export function usePane(name: PaneName, index: number): Pane {
  const follower = useMemo(() => new RunFollower(name.run), [name.run]);
  useEffect(() => follower.start(), [follower]);
  return {
    name,
    follower,
    state: follower.state.value,
    candidate: paneCandidate(name, follower),
    color: paneColors[index],
    letter: "ABCD"[index],
  };
}

/** Null until its run is read. */
export function paneCandidate(name: PaneName, { state, news }: RunFollower): Candidate | null {
  const wanted = name.candidate ?? news.value?.summary.best?.id;
  return state.value.candidates.find(({ id }) => id === wanted) ?? null;
}

export function termsOf(candidate: Candidate | null) {
  const reflection = candidate?.rungs[candidate.rungs.length - 1]?.reflection;
  return (reflection?.series ?? []).filter(({ kind }) => kind === "term" || kind === "reward");
}
