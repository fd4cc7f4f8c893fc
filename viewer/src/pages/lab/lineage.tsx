/** Iterations × candidates: a square each, coloured by fitness, joined to what it descends from. */
import { useRef } from "preact/hooks";
import type { Candidate, RunState } from "../../../../src/events/run-state.js";
import { searchFitness } from "../../../../src/events/search-fitness.js";
import {
  type FitnessRange,
  fitnessColor,
  fitnessRange,
  inkOn,
  leastHigh,
  shareOf,
} from "../../runs/fitness-color.js";
import type { RunFollower } from "../../runs/follow-run.js";
import { plural, short } from "../../ui/format.js";

const side = 35;
const gap = 7;
const columns = 6;
const labelWidth = 24;
const rowGap = 22;

interface LineageProps {
  readonly follower: RunFollower;
  readonly selected: string | null;
  readonly onSelect: (id: string) => void;
}

export function Lineage({ follower, selected, onSelect }: LineageProps) {
  const list = useRef<HTMLDivElement>(null);
  const state = follower.state.value;
  const bestId = follower.news.value?.summary.best?.id;
  const fitness = new Map(state.candidates.map((c) => [c.id, fitnessIn(state, c)]));
  const scored = [...fitness.values()].filter((value) => value !== null);
  const range = fitnessRange(scored);
  const sofar = new Map(
    follower.curves.value
      .filter(({ growing }) => growing)
      .map(({ name, mean }) => [name, mean.findLast((value) => value !== null) ?? null]),
  );
  const { places, rows, height } = layOut(state);
  const ancestors = ancestorsOf(state, selected);
  const lost = state.candidates.filter((c) => c.failure !== null).length;

  const move = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const at = state.candidates.findIndex(({ id }) => id === selected);
    const next = state.candidates[Math.min(state.candidates.length - 1, Math.max(0, at + step))];
    if (!next) return;
    onSelect(next.id);
    list.current?.querySelector<HTMLElement>(`[data-candidate="${next.id}"]`)?.focus();
  };

  return (
    <aside class="lineage" aria-label="Candidates">
      <header class="pane-head">
        <h2>Candidates</h2>
        <span class="soft">
          {state.candidates.length}
          {lost > 0 ? `, ${lost} lost` : ""}
        </span>
      </header>
      <div class="lineage-scroll">
        <div
          class="lineage-tree"
          role="toolbar"
          aria-label="Candidates by iteration; arrow keys move"
          ref={list}
          style={{ height: `${height}px` }}
          onKeyDown={move}
        >
          <svg class="lineage-links" height={height} aria-hidden="true">
            {links(state, places).map(({ from, to, path }) => (
              <path
                key={`${from} ${to}`}
                d={path}
                class={ancestors.has(to) && ancestors.has(from) ? "lit" : ""}
              />
            ))}
          </svg>
          {rows.map(({ iteration, y, best, notes }) => (
            <div class="lineage-row" key={iteration} style={{ top: `${y}px` }}>
              <b title={best ? `best of the iteration: ${best}` : undefined}>{iteration}</b>
              {notes > 0 && <i title={`${plural(notes, "note")} from people`}>✎</i>}
            </div>
          ))}
          {state.candidates.map((candidate) => (
            <Square
              key={candidate.id}
              candidate={candidate}
              fitness={fitness.get(candidate.id) ?? null}
              sofar={sofar.get(candidate.id) ?? null}
              range={range}
              place={places.get(candidate.id)!}
              selected={candidate.id === selected}
              best={candidate.id === bestId}
              alarmed={state.alarms.some(({ id }) => id === candidate.id)}
              promoted={candidate.id === state.promoted}
              onSelect={onSelect}
            />
          ))}
        </div>
        <Pending state={state} />
      </div>
      <Legend range={scored.length > 0 ? range : null} />
    </aside>
  );
}

interface Place {
  readonly x: number;
  readonly y: number;
}

interface SquareProps {
  readonly candidate: Candidate;
  readonly fitness: number | null;
  /** Fitness in the training under way. */
  readonly sofar: number | null;
  readonly range: FitnessRange;
  readonly place: Place;
  readonly selected: boolean;
  readonly best: boolean;
  readonly alarmed: boolean;
  readonly promoted: boolean;
  readonly onSelect: (id: string) => void;
}

function Square(props: SquareProps) {
  const { candidate, fitness, sofar, range, place, selected, best, alarmed, promoted, onSelect } =
    props;
  const { id, status, failure, duplicateOf, origin } = candidate;
  const share = fitness === null ? null : shareOf(fitness, range);
  const why =
    failure !== null
      ? `lost: ${failure.code}, ${failure.message}`
      : duplicateOf !== null
        ? `the same reward as ${duplicateOf}`
        : status === "training"
          ? "training"
          : fitness === null
            ? status
            : `fitness ${short(fitness)}${candidate.complete ? "" : ", stopped early"}`;
  return (
    <button
      type="button"
      class="square"
      data-candidate={id}
      data-status={status}
      data-partial={share !== null && !candidate.complete && duplicateOf === null ? "" : undefined}
      aria-pressed={selected}
      tabIndex={selected ? 0 : -1}
      title={`${id}: ${why}\n${origin.kind}: ${origin.reason}`}
      style={{
        transform: `translate(${place.x}px, ${place.y}px)`,
        ...(share === null ? {} : { background: fitnessColor(share), color: inkOn(share) }),
      }}
      onClick={() => onSelect(id)}
    >
      <span>
        {fitness !== null
          ? compact(fitness)
          : duplicateOf !== null
            ? "="
            : sofar !== null
              ? compact(sofar)
              : ""}
      </span>
      {best && <i class="badge best" title="best so far" />}
      {alarmed && <i class="badge alarm" title="alarm" />}
      {origin.kind === "hand" && <i class="badge hand" title="written by hand" />}
      {promoted && <i class="badge promoted" title="promoted" />}
    </button>
  );
}

function Pending({ state }: { state: RunState }) {
  const waiting = state.pendingForks.length;
  if (waiting === 0) return null;
  return <p class="soft lineage-pending">{plural(waiting, "reward")} by hand will join.</p>;
}

function Legend({ range }: { range: FitnessRange | null }) {
  const stops = [0, 0.2, 0.4, 0.6, 0.8, 1].map(fitnessColor).join(", ");
  return (
    <footer class="lineage-legend">
      <span class="number">{range ? short(range.low) : "worst"}</span>
      <i style={{ background: `linear-gradient(90deg, ${stops})` }} />
      <span class="number">{range ? short(range.high > leastHigh ? range.high : 0) : "best"}</span>
      <span class="hatch" /> lost
      <span class="early" /> stopped early
    </footer>
  );
}

/** Two digits that fit into a square. */
function compact(value: number): string {
  const size = Math.abs(value);
  if (size >= 99.5) return value.toFixed(0);
  if (size >= 9.95) return value.toFixed(0);
  if (size >= 0.995) return value.toFixed(1);
  if (value !== 0 && size < 0.005) return "≈0";
  return value === 0 ? "0" : value.toFixed(2).replace(/^(-?)0\./, "$1.");
}

function fitnessIn(state: RunState, candidate: Candidate): number | null {
  const { duplicateOf } = candidate;
  const trained =
    duplicateOf === null ? candidate : state.candidates.find(({ id }) => id === duplicateOf);
  return trained && trained.status !== "failed" ? searchFitness(trained) : null;
}

function layOut(state: RunState) {
  const places = new Map<string, Place>();
  const rows: { iteration: number; y: number; best: string | null; notes: number }[] = [];
  let y = 4;
  for (const { iteration, best, notes } of state.iterations) {
    const own = state.candidates
      .filter((candidate) => candidate.iteration === iteration)
      .sort((a, b) => a.index - b.index);
    rows.push({ iteration, y, best, notes: notes.length });
    own.forEach(({ id }, i) => {
      const x = labelWidth + (i % columns) * (side + gap);
      places.set(id, { x, y: y + Math.floor(i / columns) * (side + gap) });
    });
    y += Math.max(1, Math.ceil(own.length / columns)) * (side + gap) - gap + rowGap;
  }
  return { places, rows, height: y };
}

function links(state: RunState, places: ReadonlyMap<string, Place>) {
  return state.candidates.flatMap((candidate) =>
    candidate.origin.parents.flatMap((parent) => {
      const a = places.get(parent);
      const b = places.get(candidate.id);
      if (!a || !b) return [];
      const [x1, y1] = [a.x + side / 2, a.y + side];
      const [x2, y2] = [b.x + side / 2, b.y];
      const bend = Math.max(12, (y2 - y1) / 2);
      const path = `M${x1} ${y1}C${x1} ${y1 + bend} ${x2} ${y2 - bend} ${x2} ${y2}`;
      return [{ from: parent, to: candidate.id, path }];
    }),
  );
}

function ancestorsOf(state: RunState, id: string | null): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (one: string) => {
    if (found.has(one)) return;
    found.add(one);
    const candidate = state.candidates.find((c) => c.id === one);
    for (const parent of candidate?.origin.parents ?? []) visit(parent);
  };
  if (id !== null) visit(id);
  return found;
}
