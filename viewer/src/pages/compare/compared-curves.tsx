/** Learning curves of what is compared, each with its band. */
import { CurveChart, type DrawnCurve } from "../../runs/curve-chart.js";
import type { Pane } from "./panes.js";

const colors = ["--term-0", "--term-1", "--term-2", "--term-3"];

export function ComparedCurves({ panes }: { panes: readonly Pane[] }) {
  const drawn = panes.flatMap(({ follower, candidate, letter }, i): DrawnCurve[] => {
    const curve = follower.curves.value.find(
      ({ kind, name }) => kind === "candidate" && name === candidate?.id,
    );
    return curve
      ? [{ label: `${letter}, ${curve.name}`, curve, color: colors[i], role: "shown" }]
      : [];
  });
  if (drawn.length === 0) return <p class="soft pane-empty">No curves yet.</p>;
  return <CurveChart curves={drawn} yLabel="fitness" />;
}
