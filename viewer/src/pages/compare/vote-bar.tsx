/** Which of two looks better: kept in the run's log, where the search and its designer find it. */
import { useSignal } from "@preact/signals";
import { request } from "../../runs/run-actions.js";
import type { Pane } from "./panes.js";

const answers = [
  ["a", "A is better"],
  ["same", "Same"],
  ["b", "B is better"],
] as const;

export function VoteBar({ panes }: { panes: readonly Pane[] }) {
  const problem = useSignal("");
  const [a, b] = panes;
  const [first, second] = [a.candidate?.id, b.candidate?.id];
  if (panes.length !== 2 || !first || !second) return null;
  if (a.name.run !== b.name.run || first === second) {
    return <span class="soft">Votes are between two candidates of one search.</span>;
  }
  const given = a.state.votes.findLast(
    (vote) => [vote.a, vote.b].sort().join() === [first, second].sort().join(),
  );
  const shown =
    given && given.a !== first && given.answer !== "same"
      ? given.answer === "a"
        ? "b"
        : "a"
      : given?.answer;
  const vote = async (answer: (typeof answers)[number][0]) => {
    problem.value = "";
    try {
      await request(a.name.run, { type: "vote", a: first, b: second, answer });
      a.follower.look();
    } catch (error) {
      problem.value = error instanceof Error ? error.message : String(error);
    }
  };
  return (
    <fieldset class="segments votes" aria-label="Which looks better">
      {answers.map(([answer, text]) => (
        <button
          type="button"
          key={answer}
          aria-pressed={shown === answer}
          onClick={() => void vote(answer)}
        >
          {text}
        </button>
      ))}
      {problem.value && <span class="bad">{problem.value}</span>}
    </fieldset>
  );
}
