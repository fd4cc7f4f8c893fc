/** What to compare: a run's best, then another candidate of that run or the best of another run. */
import { useEffect, useMemo } from "preact/hooks";
import { searchFitness } from "../../../../src/events/search-fitness.js";
import { RunFollower } from "../../runs/follow-run.js";
import { runs } from "../../runs/run-list.js";
import { open, setParameters } from "../../state/route.js";
import { short } from "../../ui/format.js";
import { formatPanes, type PaneName, paneCandidate, paneColors } from "./panes.js";

const mostRuns = 12;
const mostCandidates = 5;

export function ChoosePanes({ chosen: [first] }: { chosen: readonly PaneName[] }) {
  const known = runs.value;
  if (known === null) return <section class="page" aria-label="Compare" />;
  const others = known.filter(({ name, best }) => best !== null && name !== first?.run);
  const choose = (pane: PaneName) =>
    setParameters({ panes: formatPanes(first ? [first, pane] : [pane]) });
  return (
    <section class="page" aria-label="Compare">
      <div class="empty">
        <h2>{first ? "And with what?" : "What shall stand side by side?"}</h2>
        <p>
          Two policies under one clock, from the same seed and in the same world, with what their
          rewards pay and how their code differs.
        </p>
        {first ? <OfSameRun key={first.run} first={first} onChoose={choose} /> : null}
        {first && others.length > 0 ? <h3>The best of another run</h3> : null}
        {others.length > 0 ? (
          <ul class="compare-choices">
            {others.slice(0, mostRuns).map(({ name, best, task }) => (
              <Choice
                key={name}
                title={name}
                about={`${task}, best ${best?.id}`}
                color={paneColors[first ? 1 : 0]}
                onClick={() => choose({ run: name, candidate: null })}
              />
            ))}
          </ul>
        ) : null}
        {others.length > mostRuns && (
          <p class="soft">
            {mostRuns} of {others.length}; tick others on the Runs page.
          </p>
        )}
        {first === undefined && others.length === 0 ? (
          <button type="button" class="button primary" onClick={() => open("runs")}>
            Start a search
          </button>
        ) : null}
      </div>
    </section>
  );
}

/** The fittest candidates beside the one that is chosen. */
function OfSameRun({ first, onChoose }: { first: PaneName; onChoose: (pane: PaneName) => void }) {
  const follower = useMemo(() => new RunFollower(first.run), [first.run]);
  useEffect(() => follower.start(), [follower]);
  const shown = paneCandidate(first, follower);
  const rest = follower.state.value.candidates
    .filter(({ id, status }) => id !== shown?.id && status !== "failed")
    .map((candidate) => ({ id: candidate.id, fitness: searchFitness(candidate) }))
    .filter((one): one is { id: string; fitness: number } => one.fitness !== null)
    .sort((a, b) => b.fitness - a.fitness);
  if (rest.length === 0) return null;
  return (
    <>
      <h3>
        Candidate {shown?.id} of {first.run}, with
      </h3>
      <ul class="compare-choices">
        {rest.slice(0, mostCandidates).map(({ id, fitness }) => (
          <Choice
            key={id}
            title={`candidate ${id}`}
            about={`fitness ${short(fitness)}`}
            color={paneColors[1]}
            onClick={() => onChoose({ run: first.run, candidate: id })}
          />
        ))}
      </ul>
      {rest.length > mostCandidates && (
        <p class="soft">
          The fittest {mostCandidates} of {rest.length}; the Lab compares any with its parent.
        </p>
      )}
    </>
  );
}

interface ChoiceProps {
  readonly title: string;
  readonly about: string;
  readonly color: string;
  readonly onClick: () => void;
}

function Choice({ title, about, color, onClick }: ChoiceProps) {
  return (
    <li>
      <button type="button" class="button" onClick={onClick}>
        <i style={{ background: color }} />
        {title}
        <span class="soft">{about}</span>
      </button>
    </li>
  );
}
