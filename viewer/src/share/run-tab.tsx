/** The run in a few lines, and its learning curves: the shown candidate in colour, baselines dashed. */
import type { Curve } from "../../../src/view/data/answers.js";
import type { SharedAbout } from "../../../src/view/share/about.js";
import { CurveChart, type DrawnCurve } from "../runs/curve-chart.js";
import { basisText, ScoreText } from "../runs/score.js";
import { count, plural, short } from "../ui/format.js";

export function RunTab({ about }: { about: SharedAbout }) {
  const { run, candidate, curves, fitnessUnit } = about;
  if (run === null) return null;
  const { best, normalized, candidates } = run;
  const drawn = curves.map((curve) => drawnAs(curve, candidate));
  const own = curves.filter(({ kind }) => kind === "candidate").length;
  return (
    <div class="share-run">
      <dl>
        <dt>Run</dt>
        <dd>
          {run.name}, {run.task}
        </dd>
        <dt>Designed by</dt>
        <dd>
          {run.designer}, {plural(run.iterations.ended, "iteration")}
        </dd>
        <dt>Candidates</dt>
        <dd>
          {candidates.all}: {candidates.trained} trained, {candidates.lost} refused or failed
        </dd>
        <dt>Trained for</dt>
        <dd>{count(run.steps)} steps</dd>
        {best && (
          <>
            <dt>Best, {best.id}</dt>
            <dd>
              <ScoreText score={best.score} /> {fitnessUnit}
              <small class="faint"> {basisText(best.score)}</small>
            </dd>
          </>
        )}
        {normalized && (
          <>
            <dt title="0 is the sparse reward, 1 the human one">Normalized</dt>
            <dd class="number">
              {short(normalized.mean)} <small class="faint">n = {normalized.n}</small>
            </dd>
          </>
        )}
      </dl>
      {drawn.length > 0 && (
        <>
          <h3>
            Learning curves{" "}
            <small class="faint">{`${own} of ${plural(candidates.trained, "candidate")}`}</small>
          </h3>
          <div class="share-curves">
            <CurveChart curves={drawn} yLabel="fitness" />
          </div>
        </>
      )}
    </div>
  );
}

function drawnAs(curve: Curve, candidate: string | null): DrawnCurve {
  const { name, kind, seed } = curve;
  if (kind === "baseline") {
    const color = name === "human" ? "--term-1" : "--term-7";
    return { label: `${name} reward, seed ${seed}`, curve, color, role: "baseline" };
  }
  const shown = kind === "candidate" && name === candidate;
  if (shown) return { label: `${name}, shown`, curve, color: "--accent", role: "shown" };
  return { label: name, curve, color: "--text-faint", role: "quiet" };
}
