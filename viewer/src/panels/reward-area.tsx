/** The reward of the last ten seconds: terms above zero stacked up, those below stacked down. */
import { useSignal } from "@preact/signals";
import { envFlag } from "../../../src/stream/frame.js";
import type { Player } from "../timeline/player.js";
import type { Timeline } from "../timeline/timeline.js";
import { short } from "../ui/format.js";
import { termColors } from "../ui/term-colors.js";
import { Canvas, type Drawing } from "./canvas.js";
import { windowSeconds } from "./reward-scale.js";
import type { RewardsPanelProps } from "./rewards-panel.js";

/** At most so many points across. */
const mostPoints = 260;
const ended = envFlag.fell | envFlag.timeOut | envFlag.nonFinite;

export function RewardArea({ player, focusEnv, terms }: RewardsPanelProps) {
  /** Share of the width under the pointer, or −1. */
  const hover = useSignal(-1);
  const draw = (drawing: Drawing) => {
    if (player.tick.value < 0) return;
    const timeline = player.timeline.peek();
    if (timeline === null || timeline.end === 0) return;
    drawArea(drawing, timeline, player.time, focusEnv(), terms.term.value, hover.value);
  };
  const at = (event: PointerEvent) => event.offsetX / (event.target as HTMLElement).clientWidth;
  return (
    <Canvas
      class="reward-area"
      label="Stacked reward of the last ten seconds"
      draw={draw}
      onPointerMove={(event) => {
        hover.value = at(event);
        terms.hovered.value = termUnder(player, focusEnv(), at(event), event);
      }}
      onPointerLeave={() => {
        hover.value = -1;
        terms.hovered.value = -1;
      }}
      onPointerDown={(event) => player.seek(timeAt(player, at(event)))}
    />
  );
}

function timeAt(player: Player, share: number): number {
  return player.time - windowSeconds * (1 - share);
}

/** What was drawn last, for hit tests. */
let plotScale = { low: -1, high: 1 };

function drawArea(
  { context, width, height, color }: Drawing,
  timeline: Timeline,
  time: number,
  env: number,
  focused: number,
  hover: number,
): void {
  const start = time - windowSeconds;
  const first = Math.max(timeline.begin, timeline.stepAt(start));
  const last = timeline.stepAt(time);
  const stride = Math.max(1, Math.ceil((last - first) / mostPoints));
  const points: number[] = [];
  // Aligned to the step's number, so that a moving window does not shimmer.
  for (let step = Math.ceil(first / stride) * stride; step <= last; step += stride) {
    if (Number.isFinite(timeline.total(step, env))) points.push(step);
  }
  const numTerms = timeline.model.terms.length;
  let low = 0;
  let high = 0;
  for (const step of points) {
    let up = 0;
    let down = 0;
    for (let term = 0; term < numTerms; term++) {
      const value = timeline.term(step, env, term);
      if (value > 0) up += value;
      else down += value;
    }
    high = Math.max(high, up, timeline.total(step, env));
    low = Math.min(low, down, timeline.total(step, env));
  }
  if (high === low) high = 1;
  const pad = 0.06 * (high - low);
  plotScale = { low: low - pad, high: high + pad };
  const x = (step: number) => ((timeline.timeOf(step) - start) / windowSeconds) * width;
  const y = (value: number) =>
    height - ((value - plotScale.low) / (plotScale.high - plotScale.low)) * height;
  const colors = termColors(timeline.model.terms.map(({ name }) => name));
  for (const sign of [1, -1]) {
    const base = new Float64Array(points.length);
    for (let term = 0; term < numTerms; term++) {
      context.beginPath();
      for (let i = 0; i < points.length; i++) context.lineTo(x(points[i]), y(base[i]));
      for (let i = points.length - 1; i >= 0; i--) {
        const value = timeline.term(points[i], env, term);
        if (value * sign > 0) base[i] += value;
        context.lineTo(x(points[i]), y(base[i]));
      }
      context.closePath();
      context.globalAlpha = focused < 0 ? 0.82 : focused === term ? 1 : 0.18;
      context.fillStyle = color(`--term-${colors[term]}`);
      context.fill();
    }
  }
  context.globalAlpha = 1;
  context.strokeStyle = color("--line-strong");
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(0, Math.round(y(0)) + 0.5);
  context.lineTo(width, Math.round(y(0)) + 0.5);
  context.stroke();
  context.setLineDash([3, 3]);
  for (let step = first + 1; step <= last; step++) {
    if ((timeline.flags(step, env) & ended) === 0) continue;
    context.strokeStyle = color(
      (timeline.flags(step, env) & envFlag.fell) !== 0 ? "--bad" : "--text-faint",
    );
    context.beginPath();
    context.moveTo(x(step), 0);
    context.lineTo(x(step), height);
    context.stroke();
  }
  context.setLineDash([]);
  context.strokeStyle = color("--text");
  context.lineWidth = 1.4;
  context.beginPath();
  for (const step of points) context.lineTo(x(step), y(timeline.total(step, env)));
  context.stroke();
  context.font = `10px ${color("--font")}`;
  context.fillStyle = color("--text-faint");
  context.fillText(short(high), 4, Math.max(10, y(high) + 9));
  if (low < 0) context.fillText(short(low), 4, Math.min(height - 3, y(low) - 3));
  if (hover < 0) return;
  const step = timeline.stepAt(start + hover * windowSeconds);
  context.strokeStyle = color("--text-soft");
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(hover * width, 0);
  context.lineTo(hover * width, height);
  context.stroke();
  const name = focused >= 0 ? timeline.model.terms[focused].name : "total";
  const value = focused >= 0 ? timeline.term(step, env, focused) : timeline.total(step, env);
  const text = `${name} ${short(value)}  ·  −${(windowSeconds * (1 - hover)).toFixed(1)} s`;
  const wide = context.measureText(text).width + 10;
  const left = Math.min(width - wide - 2, Math.max(2, hover * width + 6));
  context.fillStyle = color("--raised");
  context.fillRect(left, 3, wide, 17);
  context.fillStyle = color("--text");
  context.fillText(text, left + 5, 15);
}

/** The term whose area is under the pointer, −1 where there is none. */
function termUnder(player: Player, env: number, share: number, event: PointerEvent): number {
  const timeline = player.timeline.peek();
  if (timeline === null || timeline.end === 0) return -1;
  const step = timeline.stepAt(timeAt(player, share));
  const height = (event.target as HTMLElement).clientHeight;
  const { low, high } = plotScale;
  const value = high - (event.offsetY / height) * (high - low);
  let up = 0;
  let down = 0;
  for (let term = 0; term < timeline.model.terms.length; term++) {
    const paid = timeline.term(step, env, term);
    if (paid > 0) {
      if (value >= up && value < up + paid) return term;
      up += paid;
    } else {
      if (value <= down && value > down + paid) return term;
      down += paid;
    }
  }
  return -1;
}
