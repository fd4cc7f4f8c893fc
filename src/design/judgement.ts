/** What people who watched policies said of them: votes between two, and the one they promoted. */
import type { RunState, Vote } from "../events/run-state.js";
import type { PastCandidate } from "./designer.js";
import { short } from "./reflection.js";

/** The votes an iteration takes into account; later ones wait for the next. */
export function votesFor(state: RunState, iteration: number): readonly Vote[] {
  const known = state.iterations.find((it) => it.iteration === iteration);
  return known ? state.votes.slice(0, known.votes) : state.votes;
}

/** The candidate an iteration is told to improve on; null: the best. */
export function promotedFor(state: RunState, iteration: number): string | null {
  const known = state.iterations.find((it) => it.iteration === iteration);
  return known ? known.promoted : state.promoted;
}

/** Wins less losses. */
export function netVotes(votes: readonly Vote[], id: string): number {
  let net = 0;
  for (const { a, b, answer } of votes) {
    if (answer === "same") continue;
    const [winner, loser] = answer === "a" ? [a, b] : [b, a];
    if (winner === id) net++;
    if (loser === id) net--;
  }
  return net;
}

/**
 * Votes as sentences for a prompt. Candidates have no names there, so each is told by its terms and
 * its fitness, and by its place in the prompt where it has one.
 */
export function voteSentences(
  votes: readonly Vote[],
  history: readonly PastCandidate[],
  shown: { readonly best: PastCandidate | null; readonly last: PastCandidate | null },
): string[] {
  const describe = (id: string) => {
    const candidate = history.find((one) => one.id === id);
    if (!candidate) return null;
    if (id === shown.best?.id) return "the first reward shown";
    if (id === shown.last?.id) return "the best reward of the last round";
    const terms = (candidate.reflection?.series ?? [])
      .filter(({ kind }) => kind === "term")
      .map(({ name }) => name);
    return `a reward with the terms ${terms.join(", ")} (fitness ${short(candidate.fitness)})`;
  };
  return votes.flatMap(({ a, b, answer }) => {
    const [first, second] =
      answer === "b" ? [describe(b), describe(a)] : [describe(a), describe(b)];
    if (first === null || second === null) return [];
    const watched = "A person watched the trained robots side by side";
    return answer === "same"
      ? [`${watched} and saw no difference between ${first} and ${second}.`]
      : [`${watched} and preferred the motion of ${first} to that of ${second}.`];
  });
}
