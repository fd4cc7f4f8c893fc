/** Learning curves on one pair of axes: the pointed-at one in colour with its band, baselines dashed. */
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import "./curve-chart.css";
import type { Curve } from "../../../src/view/data/answers.js";
import { theme } from "../state/theme.js";
import { count, short } from "../ui/format.js";

export interface DrawnCurve {
  readonly label: string;
  readonly curve: Pick<Curve, "steps" | "mean" | "low" | "high">;
  /** A custom property's name ("--accent") or a CSS colour. */
  readonly color: string;
  readonly role: "quiet" | "shown" | "baseline";
  readonly onClick?: () => void;
}

interface CurveChartProps {
  readonly curves: readonly DrawnCurve[];
  readonly yLabel: string;
}

export function CurveChart({ curves, yLabel }: CurveChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const latest = useRef(curves);
  latest.current = curves;
  useEffect(() => {
    const host = box.current!;
    let plot: uPlot | null = null;
    const draw = () => {
      plot?.destroy();
      const { clientWidth: width, clientHeight: height } = host;
      if (width < 60 || height < 60 || curves.length === 0) return;
      plot = new uPlot(options(curves, yLabel, width, height), data(curves), host);
      plot.over.addEventListener("click", () => {
        const at = focused(plot!);
        if (at !== null) latest.current[at]?.onClick?.();
      });
    };
    draw();
    const resized = new ResizeObserver(() => {
      if (plot) plot.setSize({ width: host.clientWidth, height: host.clientHeight });
      else draw();
    });
    resized.observe(host);
    return () => {
      resized.disconnect();
      plot?.destroy();
    };
    // A curve that grew has more points; the same numbers draw the same picture.
  }, [fingerprint(curves), yLabel, theme.value]);
  return <div class="curve-chart" ref={box} />;
}

/** Curve nearest to the pointer; null where none is near. */
const nearest = new WeakMap<uPlot, number>();
function focused(plot: uPlot): number | null {
  return nearest.get(plot) ?? null;
}

function fingerprint(curves: readonly DrawnCurve[]): string {
  return curves
    .map(({ label, role, color, curve }) => {
      const n = curve.steps.length;
      return `${label} ${role} ${color} ${n} ${curve.steps[n - 1]} ${curve.mean[n - 1]}`;
    })
    .join("|");
}

/** Curves have steps of their own; joined, each has gaps at the others' steps. */
function data(curves: readonly DrawnCurve[]): uPlot.AlignedData {
  const tables = curves.map(({ curve, role }): uPlot.AlignedData => {
    const { steps, mean, low, high } = curve;
    const band = role === "quiet" ? [] : [low, high];
    return [[...steps], [...mean], ...band.map((values) => [...values])];
  });
  return uPlot.join(tables);
}

function options(
  curves: readonly DrawnCurve[],
  yLabel: string,
  width: number,
  height: number,
): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const paint = (color: string) =>
    color.startsWith("--") ? style.getPropertyValue(color).trim() : color;
  const series: uPlot.Series[] = [{ label: "steps", value: (_, v) => (v == null ? "" : count(v)) }];
  const bands: uPlot.Band[] = [];
  const owner: number[] = [-1];
  curves.forEach(({ label, color, role }, i) => {
    const stroke = paint(color);
    const quiet = role === "quiet";
    series.push({
      label,
      stroke: quiet ? `color-mix(in srgb, ${stroke} 42%, transparent)` : stroke,
      width: quiet ? 1 : 2,
      ...(role === "baseline" ? { dash: [6, 5] } : {}),
      spanGaps: true,
      // One measurement is no line yet.
      points: { show: curves[i].curve.steps.length === 1, size: 8, fill: stroke },
    });
    owner.push(i);
    if (quiet) return;
    const edge: uPlot.Series = {
      stroke: "transparent",
      width: 0,
      spanGaps: true,
      points: { show: false },
    };
    bands.push({
      series: [series.length + 1, series.length],
      fill: `color-mix(in srgb, ${stroke} 16%, transparent)`,
    });
    series.push({ ...edge, label: `${label}, least` }, { ...edge, label: `${label}, greatest` });
    owner.push(-1, -1);
  });
  const axis: uPlot.Axis = {
    stroke: paint("--text-faint"),
    grid: { stroke: paint("--line"), width: 1 },
    ticks: { show: false },
    font: `11px ${style.getPropertyValue("--font")}`,
    labelFont: `11px ${style.getPropertyValue("--font")}`,
  };
  return {
    width,
    height,
    series,
    bands,
    legend: { show: false },
    cursor: { focus: { prox: 24 }, points: { show: false }, y: false },
    focus: { alpha: 1 },
    scales: {
      x: { time: false },
      // Where all is zero still, an axis of zeros would say nothing; a curve at the edge is seen whole.
      y: {
        range: (_, low, high) => {
          const [from, span] = high > low ? [low, high - low] : [0, 1];
          return [from - 0.03 * span, from + 1.05 * span];
        },
      },
    },
    padding: [10, 20, 0, 0],
    axes: [
      { ...axis, values: (_, ticks) => ticks.map((v) => (v === 0 ? "0" : count(v))), size: 28 },
      { ...axis, label: yLabel, labelSize: 16, size: 46, values: (_, t) => t.map(short) },
    ],
    plugins: [pointer(curves, owner)],
  };
}

/** The name and value of the nearest curve, beside the pointer. */
function pointer(curves: readonly DrawnCurve[], owner: readonly number[]): uPlot.Plugin {
  const label = document.createElement("output");
  label.className = "curve-label";
  return {
    hooks: {
      init: (plot) => {
        plot.over.append(label);
      },
      setCursor: (plot) => {
        const { idx, left = -1, top = -1 } = plot.cursor;
        let best = -1;
        let distance = 28;
        let value = 0;
        if (idx != null && left >= 0) {
          for (let s = 1; s < owner.length; s++) {
            if (owner[s] < 0) continue;
            const at = near(plot.data[s], idx);
            if (at === null) continue;
            const d = Math.abs(plot.valToPos(at, "y") - top);
            if (d < distance) [best, distance, value] = [owner[s], d, at];
          }
        }
        label.hidden = best < 0;
        plot.over.style.cursor = best >= 0 && curves[best].onClick ? "pointer" : "";
        if (best < 0) {
          nearest.delete(plot);
          return;
        }
        nearest.set(plot, best);
        label.textContent = `${curves[best].label}  ${short(value)}`;
        const right = left > plot.over.clientWidth - 170;
        label.style.transform = `translate(${right ? left - 12 : left + 12}px, ${Math.max(0, top - 26)}px)${right ? " translateX(-100%)" : ""}`;
      },
    },
  };
}

/** The value at an index, or the last one before it: others' steps lie between. */
function near(values: ArrayLike<number | null | undefined>, index: number): number | null {
  for (let i = index; i >= Math.max(0, index - 80); i--) {
    const value = values[i];
    if (value != null) return value;
  }
  return null;
}
