/** A fitness with its 95 % interval and what it rests on; never a bare number. */
import type { Score as ScoreValue } from "../../../src/view/data/answers.js";
import { plural, short } from "../ui/format.js";

export function ScoreText({ score }: { score: ScoreValue }) {
  const { fitness, low, high, n, of } = score;
  const basis = of === "seeds" ? plural(n, "training") : `1 training, ${n} episodes`;
  return (
    <span class="score" title={`mean and 95 % interval over ${basis}`}>
      <b class="number">{short(fitness)}</b>
      <small class="number soft">
        {low === null || high === null ? "no interval" : `${short(low)} … ${short(high)}`}
      </small>
    </span>
  );
}

export function basisText({ n, of }: ScoreValue): string {
  return of === "seeds" ? plural(n, "seed") : `1 seed, ${n} ep.`;
}
