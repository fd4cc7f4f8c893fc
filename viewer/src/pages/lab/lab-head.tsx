/** The run in a line: what it does, what it has cost, and what can be done to it. */
import { useSignal } from "@preact/signals";
import type { RunRequest } from "../../../../src/events/request.js";
import type { RunFollower } from "../../runs/follow-run.js";
import { request, resumeRun } from "../../runs/run-actions.js";
import { ScoreText } from "../../runs/score.js";
import { StatusChip } from "../../runs/status-chip.js";
import { duration, money } from "../../runs/time-text.js";
import { examText, stageText } from "../../runs/transfer-text.js";
import { count } from "../../ui/format.js";
import { Icon } from "../../ui/icon.js";

export function LabHead({ follower }: { follower: RunFollower }) {
  const problem = useSignal("");
  const busy = useSignal(false);
  const summary = follower.news.value?.summary;
  if (!summary) return <header class="lab-head" />;
  const { status, iterations, best, steps, costUsd, wallSeconds, why, transfer } = summary;
  const run = async (work: () => Promise<unknown>) => {
    busy.value = true;
    problem.value = "";
    try {
      await work();
      follower.look();
    } catch (error) {
      problem.value = error instanceof Error ? error.message : String(error);
    }
    busy.value = false;
  };
  const ask = (wanted: RunRequest) => run(() => request(follower.name, wanted));
  // A transfer is stopped where it was started.
  const works = !transfer && (status === "running" || status === "waiting");
  const canResume = ["stopped", "failed", "interrupted"].includes(status);
  return (
    <header class="lab-head">
      <div class="lab-name">
        <h2>{follower.name}</h2>
        <small class="soft">
          {summary.task} · {summary.designer}
        </small>
      </div>
      <StatusChip status={status} why={why} />
      {transfer ? (
        <Fact label="stage" value={stageText(transfer)} />
      ) : (
        <Fact label="iteration" value={`${iterations.ended} of ${iterations.planned}`} />
      )}
      {transfer && <Fact label="chosen policy" value={examText(transfer)} />}
      {best && (
        <div class="fact">
          <small>best, {best.id}</small>
          <ScoreText score={best.score} />
        </div>
      )}
      <Fact label="steps" value={count(steps)} />
      <Fact label="time" value={duration(wallSeconds)} />
      <Fact label="cost" value={money(costUsd)} />
      <span class="spacer" />
      {why && !works && status !== "paused" && <span class="soft lab-why">{why}</span>}
      {(problem.value || follower.problem.value) && (
        <span class="lab-why bad">{problem.value || follower.problem.value?.message}</span>
      )}
      {works && (
        <button
          type="button"
          class="button"
          disabled={busy.value}
          title="Begins nothing new; trainings under way go on to their end"
          onClick={() => void ask({ type: "pause" })}
        >
          <Icon name="pause" size={16} />
          Pause
        </button>
      )}
      {status === "paused" && (
        <button
          type="button"
          class="button primary"
          disabled={busy.value}
          onClick={() => void ask({ type: "unpause" })}
        >
          <Icon name="play" size={16} />
          Go on
        </button>
      )}
      {(works || status === "paused") && (
        <button
          type="button"
          class="button"
          disabled={busy.value}
          title="Ends the command; the search can be taken up again"
          onClick={() => void ask({ type: "stop" })}
        >
          <Icon name="stop" size={16} />
          Stop
        </button>
      )}
      {canResume && (
        <button
          type="button"
          class="button primary"
          disabled={busy.value}
          onClick={() => void run(() => resumeRun(follower.name))}
        >
          <Icon name="play" size={16} />
          Resume
        </button>
      )}
    </header>
  );
}

function Fact({ label, value }: { label: string; value: string }) {
  return (
    <div class="fact">
      <small>{label}</small>
      <b class="number">{value}</b>
    </div>
  );
}
