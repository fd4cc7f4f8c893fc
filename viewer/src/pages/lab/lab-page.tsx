/** One search: who descends from whom, the rewards' code, what was asked and answered, and the curves. */
import { useComputed } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import "../../styles/workspace.css";
import "../../runs/runs.css";
import "./lab.css";
import "./transfer.css";
import { RunFollower } from "../../runs/follow-run.js";
import { runs, watchRuns } from "../../runs/run-list.js";
import { open, route, setParameters } from "../../state/route.js";
import { LabCurves } from "./lab-curves.js";
import { LabHead } from "./lab-head.js";
import { LabSide } from "./lab-side.js";
import { Lineage } from "./lineage.js";
import { RewardPane } from "./reward-pane.js";
import { TransferPane } from "./transfer-pane.js";

export function LabPage() {
  const named = route.value.parameters["run"];
  const newest = useNewestRun(named === undefined);
  const name = named ?? newest;
  if (name === undefined) return <NoRun />;
  return <RunLab key={name} name={name} />;
}

function RunLab({ name }: { name: string }) {
  const follower = useMemo(() => new RunFollower(name), [name]);
  useEffect(() => follower.start(), [follower]);
  const selected = useComputed(() => {
    const { candidates } = follower.state.value;
    const wanted = route.value.parameters["candidate"];
    return (
      candidates.find(({ id }) => id === wanted) ??
      candidates.find(({ id }) => id === follower.news.value?.summary.best?.id) ??
      candidates[0] ??
      null
    );
  });
  const select = (id: string) => setParameters({ run: name, candidate: id });
  // Whoever works on a candidate stays with it when another becomes the best, or a newer run begins.
  const stay = () => {
    if (selected.value) select(selected.value.id);
  };
  const problem = follower.problem.value;
  if (problem && follower.news.value === null) {
    return (
      <section class="page" aria-label="Lab">
        <div class="empty">
          <h2>{problem.message}</h2>
          {problem.hint && <p>{problem.hint}</p>}
          <button type="button" class="button" onClick={() => open("runs")}>
            All runs
          </button>
        </div>
      </section>
    );
  }
  // Only its news tell what kind of run it is, and so what may be asked of it.
  if (follower.news.value === null) return <section class="lab" aria-label="Lab" />;
  const { transfer } = follower.news.value.summary;
  if (transfer) {
    return (
      <section class="page transfer" aria-label="Lab">
        <LabHead follower={follower} />
        <TransferPane run={name} transfer={transfer} />
      </section>
    );
  }
  return (
    <section class="lab" aria-label="Lab" onInput={stay}>
      <LabHead follower={follower} />
      <Lineage follower={follower} selected={selected.value?.id ?? null} onSelect={select} />
      <RewardPane follower={follower} candidate={selected.value} onFork={stay} />
      <LabSide follower={follower} candidate={selected.value} />
      <LabCurves follower={follower} selected={selected.value?.id ?? null} onSelect={select} />
    </section>
  );
}

function useNewestRun(needed: boolean): string | undefined {
  useEffect(() => (needed ? watchRuns() : undefined), [needed]);
  return runs.value?.[0]?.name;
}

function NoRun() {
  return (
    <section class="page" aria-label="Lab">
      {runs.value !== null && (
        <div class="empty">
          <h2>No search to look at yet</h2>
          <p>The Lab shows how rewards come about: start a search, and its candidates fill in.</p>
          <button type="button" class="button primary" onClick={() => open("runs")}>
            Start a search
          </button>
        </div>
      )}
    </section>
  );
}
