import type { Signal } from "@preact/signals";
import type { RunSummary } from "../../../../src/view/data/answers.js";
import { fitnessColor, fitnessRange, shareOf } from "../../runs/fitness-color.js";
import { basisText, ScoreText } from "../../runs/score.js";
import { Sparkline } from "../../runs/sparkline.js";
import { StatusChip } from "../../runs/status-chip.js";
import { taskPicture } from "../../runs/task-picture.js";
import { ago, duration, money } from "../../runs/time-text.js";
import { examText, stageText } from "../../runs/transfer-text.js";
import { open } from "../../state/route.js";
import { count } from "../../ui/format.js";
import { termColor, termColors } from "../../ui/term-colors.js";

/** Rows in the page at once; more are found with the search box. */
const mostRows = 200;

interface RunsTableProps {
  readonly runs: readonly RunSummary[];
  readonly ticked: Signal<ReadonlySet<string>>;
}

export function RunsTable({ runs, ticked }: RunsTableProps) {
  const tick = (name: string) => {
    const next = new Set(ticked.peek());
    if (!next.delete(name)) next.add(name);
    ticked.value = next;
  };
  if (runs.length === 0) {
    return (
      <div class="empty">
        <h2>No run fits</h2>
        <p>
          Words are looked for in name and task; <code>status:running</code>,{" "}
          <code>fitness&gt;0.8</code> and <code>cost&lt;1</code> are conditions.
        </p>
      </div>
    );
  }
  return (
    <div class="runs-scroll">
      <table class="runs-table">
        <thead>
          <tr>
            <th aria-label="Tick to compare" />
            <th>Search</th>
            <th>State</th>
            <th>Best fitness</th>
            <th class="wide">n</th>
            <th class="wide">Best so far</th>
            <th class="wide">Terms of the best</th>
            <th>Candidates</th>
            <th class="wide">Steps</th>
            <th>Cost</th>
            <th>Time</th>
          </tr>
        </thead>
        <tbody>
          {runs.slice(0, mostRows).map((run) => (
            <Row
              key={run.name}
              run={run}
              ticked={ticked.value.has(run.name)}
              onTick={() => tick(run.name)}
            />
          ))}
        </tbody>
      </table>
      {runs.length > mostRows && (
        <p class="soft runs-more">
          {mostRows} of {runs.length} are shown, newest first; the search box finds the others.
        </p>
      )}
    </div>
  );
}

function Row({ run, ticked, onTick }: { run: RunSummary; ticked: boolean; onTick: () => void }) {
  const { best, candidates, iterations } = run;
  const colors = termColors(run.terms.map(({ name }) => name));
  return (
    <tr data-run={run.name} onClick={() => open("lab", { run: run.name })}>
      <td>
        <input
          type="checkbox"
          checked={ticked}
          aria-label={`Compare ${run.name}`}
          onClick={(event) => {
            event.stopPropagation();
            onTick();
          }}
        />
      </td>
      <td>
        <div class="run-cell">
          <Thumbnail run={run} />
          <span>
            <a
              class="run-name"
              href={`#/lab?run=${encodeURIComponent(run.name)}`}
              onClick={(event) => event.stopPropagation()}
            >
              {run.name}
            </a>
            <small class="soft">
              {run.task} · {run.designer} · {ago(Date.parse(run.created), Date.now())}
            </small>
          </span>
        </div>
      </td>
      <td>
        <StatusChip status={run.status} why={run.why} />
        {run.transfer && <small class="soft block">{stageText(run.transfer)}</small>}
        {iterations.planned > 0 && run.status !== "unreadable" && (
          <small class="soft block number">
            iteration {iterations.ended} of {iterations.planned}
          </small>
        )}
      </td>
      <td>
        {best ? (
          <ScoreText score={best.score} />
        ) : (
          <span class={run.transfer ? "" : "faint"}>
            {run.transfer ? examText(run.transfer) : "–"}
          </span>
        )}
      </td>
      <td class="wide soft">{best ? basisText(best.score) : "–"}</td>
      <td class="wide">
        {run.progress.length > 0 && (
          <Sparkline values={run.progress} title="best fitness after each iteration" width={84} />
        )}
      </td>
      <td class="wide">
        <div class="spark-row">
          {run.terms.slice(0, 4).map(({ name, values }, i) => (
            <Sparkline
              key={name}
              values={values}
              title={`${name} through training`}
              width={40}
              color={termColor(colors[i])}
              filled
            />
          ))}
        </div>
      </td>
      <td class="number">
        {candidates.trained}
        <small class="soft"> of {candidates.all}</small>
        {candidates.training > 0 && (
          <small class="block soft">{candidates.training} training</small>
        )}
      </td>
      <td class="wide number">{count(run.steps)}</td>
      <td class="number">{money(run.costUsd)}</td>
      <td class="number">{duration(run.wallSeconds)}</td>
    </tr>
  );
}

const width = 84;
const height = 48;

/** The task's robot; until its picture is there, every trained candidate by iteration, coloured by fitness. */
function Thumbnail({ run }: { run: RunSummary }) {
  const picture = taskPicture(run.task, run.name);
  if (picture !== null) {
    return <img class="run-thumbnail" src={picture} width={width} height={height} alt="" />;
  }
  return <FitnessDots run={run} />;
}

function FitnessDots({ run }: { run: RunSummary }) {
  const { points } = run;
  const range = fitnessRange(points.map(([, fitness]) => fitness));
  const iterations = Math.max(1, run.iterations.planned, ...points.map(([i]) => i));
  return (
    <svg class="run-thumbnail" width={width} height={height} aria-hidden="true">
      {points.map(([iteration, fitness], i) => {
        const share = shareOf(fitness, range);
        const x = 8 + ((width - 16) * (iteration - 0.5)) / iterations;
        return (
          <circle
            key={i}
            cx={x + 3.5 * Math.sin(2.4 * i)}
            cy={height - 7 - (height - 14) * share}
            r="3"
            fill={fitnessColor(share)}
          />
        );
      })}
    </svg>
  );
}
