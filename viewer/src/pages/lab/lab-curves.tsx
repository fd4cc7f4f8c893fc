/** Learning curves of all candidates; the chosen one with its band, baselines dashed. */
import { useSignal } from "@preact/signals";
import type { Curve } from "../../../../src/view/data/answers.js";
import { CurveChart, type DrawnCurve } from "../../runs/curve-chart.js";
import type { RunFollower } from "../../runs/follow-run.js";
import { plural } from "../../ui/format.js";

interface LabCurvesProps {
  readonly follower: RunFollower;
  readonly selected: string | null;
  readonly onSelect: (id: string) => void;
}

export function LabCurves({ follower, selected, onSelect }: LabCurvesProps) {
  const folded = useSignal(false);
  const curves = follower.curves.value;
  const best = follower.news.value?.summary.best?.id ?? null;
  const own = curves.filter(({ kind }) => kind === "candidate");
  const baselines = curves.filter(({ kind }) => kind === "baseline");
  const human = acrossSeeds(baselines.filter(({ name }) => name === "human"));
  const sparse = acrossSeeds(baselines.filter(({ name }) => name === "sparse"));
  /** A candidate with the trainings that repeated it. */
  const seedsOf = (id: string) => {
    const all = curves.filter(
      ({ kind, name }) => name === id && (kind === "candidate" || kind === "again"),
    );
    return all.length > 1 ? acrossSeeds(all) : (all[0] ?? null);
  };
  const chosen = selected === null ? null : seedsOf(selected);
  const leader = best === null || best === selected ? null : seedsOf(best);
  const drawn: DrawnCurve[] = [
    ...own
      .filter(({ name }) => name !== selected && name !== best)
      .map(
        (curve): DrawnCurve => ({
          label: curve.name,
          curve,
          color: curve.growing ? "--good" : "--text-faint",
          role: "quiet",
          onClick: () => onSelect(curve.name),
        }),
      ),
    ...(sparse ? [line("sparse reward", sparse, "--term-7", "baseline")] : []),
    ...(human ? [line("human reward", human, "--term-1", "baseline")] : []),
    ...(leader && best
      ? [{ ...line(`${best}, best`, leader, "--good", "shown"), onClick: () => onSelect(best) }]
      : []),
    ...(chosen && selected ? [line(selected, chosen, "--accent", "shown")] : []),
  ];
  const borrowed = human?.run ?? null;
  return (
    <section class={`lab-curves${folded.value ? " folded" : ""}`} aria-label="Learning curves">
      <header class="pane-head">
        <button
          type="button"
          class="pane-fold"
          aria-expanded={!folded.value}
          onClick={() => {
            folded.value = !folded.value;
          }}
        >
          <h2>Learning curves</h2>
        </button>
        <span class="soft">{plural(own.length, "candidate")}</span>
        <span class="spacer" />
        {selected && chosen && <Key color="--accent" text={`${selected}, ${bandOf(chosen)}`} />}
        {best && best !== selected && <Key color="--good" text={`${best}, best`} />}
        {human && (
          <Key
            color="--term-1"
            dashed
            text={`human, ${plural(human.n, "seed")}${borrowed ? ` (${borrowed})` : ""}`}
          />
        )}
        {sparse && <Key color="--term-7" dashed text="sparse" />}
      </header>
      {!folded.value &&
        (drawn.some(({ curve }) => curve.mean.some((value) => value !== null)) ? (
          <CurveChart curves={drawn} yLabel="fitness" />
        ) : (
          <p class="soft pane-empty">
            {drawn.length > 0
              ? "A curve begins where the first episode of a training ends."
              : "Curves grow here once a candidate trains."}
          </p>
        ))}
    </section>
  );
}

function Key({ color, text, dashed = false }: { color: string; text: string; dashed?: boolean }) {
  return (
    <span class="curve-key">
      <svg width="18" height="8" aria-hidden="true">
        <line
          x1="0"
          x2="18"
          y1="4"
          y2="4"
          stroke={`var(${color})`}
          stroke-width="2"
          stroke-dasharray={dashed ? "5 4" : undefined}
        />
      </svg>
      {text}
    </span>
  );
}

function line(
  label: string,
  curve: DrawnCurve["curve"],
  color: string,
  role: DrawnCurve["role"],
): DrawnCurve {
  return { label, curve, color, role };
}

function bandOf(curve: DrawnCurve["curve"] & { n?: number }): string {
  return curve.n === undefined ? "1 seed" : plural(curve.n, "seed");
}

/** Mean over trainings with several seeds, and between which of them it lies. */
function acrossSeeds(seeds: readonly Curve[]) {
  if (seeds.length === 0) return null;
  const longest = seeds.reduce((a, b) => (b.steps.length > a.steps.length ? b : a));
  const at = (i: number) => seeds.flatMap(({ mean }) => mean[i] ?? []);
  const each = (pick: (values: number[]) => number) =>
    longest.steps.map((_, i) => {
      const values = at(i);
      return values.length > 0 ? pick(values) : null;
    });
  return {
    steps: longest.steps,
    mean: each((values) => values.reduce((a, b) => a + b, 0) / values.length),
    low: each((values) => Math.min(...values)),
    high: each((values) => Math.max(...values)),
    n: seeds.length,
    run: longest.run,
  };
}
