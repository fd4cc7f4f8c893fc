/**
 * Time below the picture: what was paid, marks where episodes ended and pushes came, and the moment
 * shown. Drag to go elsewhere in time; with `live`, a button leads back to the newest step.
 */
import { useSignalEffect } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { envFlag } from "../../../src/stream/frame.js";
import type { Player } from "../timeline/player.js";
import type { Timeline } from "../timeline/timeline.js";
import { clock } from "../ui/format.js";
import { Icon } from "../ui/icon.js";
import { Canvas, type Drawing } from "./canvas.js";

export interface TimeBarProps {
  readonly player: Player;
  readonly focusEnv: () => number;
  /** Present when the newest step is still growing. */
  readonly live: boolean;
  readonly playing: boolean;
  readonly onPlay: () => void;
  readonly onReset?: (() => void) | undefined;
  readonly onStep: (steps: number) => void;
  readonly onSpeed: (direction: 1 | -1) => void;
  readonly speed: number;
  /** Rows above the track, on the same scale. */
  readonly tracks?: ComponentChildren;
}

export function TimeBar(props: TimeBarProps) {
  const { player, focusEnv, playing, onPlay, onReset, onStep, onSpeed, speed } = props;
  return (
    <div class="time-bar">
      {props.tracks}
      <div class="time-buttons">
        <button
          type="button"
          class="icon-button"
          title={playing ? "Pause (Space)" : "Play (Space)"}
          onClick={onPlay}
        >
          <Icon name={playing ? "pause" : "play"} size={20} />
        </button>
        <button type="button" class="icon-button" title="Step back (←)" onClick={() => onStep(-1)}>
          <Icon name="stepBack" />
        </button>
        <button type="button" class="icon-button" title="Step on (→)" onClick={() => onStep(1)}>
          <Icon name="step" />
        </button>
        {onReset ? (
          <button
            type="button"
            class="icon-button"
            title="New episodes (Backspace)"
            onClick={onReset}
          >
            <Icon name="reset" />
          </button>
        ) : null}
        <span class="speed">
          <button type="button" title="Slower (-)" onClick={() => onSpeed(-1)}>
            −
          </button>
          <output class="number">{speedText(speed)}</output>
          <button type="button" title="Faster (=)" onClick={() => onSpeed(1)}>
            +
          </button>
        </span>
      </div>
      <TimeTrack player={player} focusEnv={focusEnv} />
      <div class="time-end">
        <TimeText player={player} />
        {props.live ? (
          <button
            type="button"
            class={`live-button${player.atLive.value ? " on" : ""}`}
            title="Back to the newest step (L)"
            aria-pressed={player.atLive.value}
            onClick={() => player.goLive()}
          >
            <i /> live
          </button>
        ) : null}
      </div>
    </div>
  );
}

function speedText(speed: number): string {
  return speed >= 1 ? `${speed}×` : `1/${Math.round(1 / speed)}×`;
}

function TimeText({ player }: { player: Player }) {
  const output = useRef<HTMLOutputElement>(null);
  useSignalEffect(() => {
    if (player.tick.value < 0 || output.current === null) return;
    const timeline = player.timeline.peek();
    if (timeline === null || timeline.end === 0) return;
    const behind = timeline.lastTime - player.time;
    output.current.textContent = player.atLive.peek()
      ? clock(player.time)
      : `${clock(player.time)}  −${behind.toFixed(1)} s`;
  });
  return <output class="time-text number" ref={output} />;
}

export function TimeTrack({ player, focusEnv }: Pick<TimeBarProps, "player" | "focusEnv">) {
  /** Where a range begins that is being chosen, s. */
  const rangeFrom = useRef<number | null>(null);
  const go = (event: PointerEvent) => {
    const timeline = player.timeline.peek();
    if (timeline === null) return;
    const target = event.currentTarget as HTMLElement;
    const box = target.getBoundingClientRect();
    const share = (event.clientX - box.left) / box.width;
    const [from, to] = spanOf(timeline, player);
    const time = from + share * (to - from);
    if (event.type === "pointerdown") {
      rangeFrom.current = event.shiftKey ? time : null;
      if (!event.shiftKey) player.range.value = null;
    }
    const start = rangeFrom.current;
    if (start === null) player.seek(time);
    else if (Math.abs(time - start) > 0.05) {
      player.range.value = [Math.min(start, time), Math.max(start, time)];
    }
  };
  return (
    <Canvas
      class="time-track"
      label="Time: drag to go to another moment"
      draw={(drawing) => {
        if (player.tick.value < 0) return;
        const timeline = player.timeline.peek();
        if (timeline && timeline.end > 0) drawTrack(drawing, timeline, player, focusEnv());
      }}
      onPointerDown={(event) => {
        (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
        go(event);
      }}
      onPointerMove={(event) => {
        if (event.buttons === 1) go(event);
      }}
    />
  );
}

/** Times at the left and the right edge: a live track is a minute wide from the start. */
function spanOf(timeline: Timeline, player: Player): readonly [number, number] {
  const { lastTime, firstTime } = timeline;
  const wide = player.atLive.peek() || player.growing ? 60 : 0;
  return [Math.min(firstTime, lastTime - wide), lastTime];
}

function drawTrack(
  { context, width, height, color }: Drawing,
  timeline: Timeline,
  player: Player,
  env: number,
): void {
  const [from, to] = spanOf(timeline, player);
  const x = (time: number) => ((time - from) / Math.max(1e-9, to - from)) * width;
  const columns = Math.max(1, Math.floor(width / 2));
  const top = 6;
  const bottom = height - 12;
  let low = 0;
  let high = 1e-9;
  const values = new Float64Array(columns).fill(Number.NaN);
  for (let column = 0; column < columns; column++) {
    const time = from + ((column + 0.5) / columns) * (to - from);
    if (time < timeline.firstTime) continue;
    const value = timeline.total(timeline.stepAt(time), env);
    values[column] = value;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const y = (value: number) => bottom - ((value - low) / (high - low)) * (bottom - top);
  context.fillStyle = color("--accent-soft");
  context.beginPath();
  let begun = false;
  let lastX = 0;
  for (let column = 0; column < columns; column++) {
    if (!Number.isFinite(values[column])) continue;
    lastX = ((column + 0.5) / columns) * width;
    if (!begun) context.moveTo(lastX, y(0));
    begun = true;
    context.lineTo(lastX, y(values[column]));
  }
  context.lineTo(lastX, y(0));
  context.fill();
  const range = player.range.value;
  if (range !== null) {
    context.fillStyle = color("--accent-soft");
    context.fillRect(x(range[0]), 0, x(range[1]) - x(range[0]), height - 12);
    context.fillStyle = color("--accent");
    for (const edge of range) context.fillRect(x(edge) - 1, 0, 2, height - 12);
  }
  drawMarks(context, timeline, env, x, height, color);
  context.fillStyle = color("--text-faint");
  context.font = `10px ${color("--font")}`;
  const every = to - from > 90 ? 30 : 10;
  for (let t = Math.ceil(from / every) * every; t < to; t += every) {
    if (t < 0) continue;
    context.fillRect(Math.round(x(t)), height - 11, 1, 4);
    const label = `${t} s`;
    const needed = context.measureText(label).width + 3;
    context.fillText(label, x(t) + needed <= width ? x(t) + 3 : x(t) - needed, height - 2);
  }
  const at = x(player.time);
  context.fillStyle = color("--text");
  context.fillRect(at - 1, 0, 2, height);
  context.beginPath();
  context.arc(at, 4, 4, 0, 2 * Math.PI);
  context.fill();
}

function drawMarks(
  context: CanvasRenderingContext2D,
  timeline: Timeline,
  env: number,
  x: (time: number) => number,
  height: number,
  color: (name: string) => string,
): void {
  for (let step = timeline.begin + 1; step < timeline.end; step++) {
    const flags = timeline.flags(step, env);
    if (flags === 0) continue;
    const at = x(timeline.timeOf(step));
    if ((flags & (envFlag.fell | envFlag.nonFinite)) !== 0) {
      context.fillStyle = color("--bad");
      context.fillRect(at - 1, 0, 2, height - 12);
    } else if ((flags & envFlag.timeOut) !== 0) {
      context.fillStyle = color("--text-faint");
      context.fillRect(at - 0.5, 0, 1, height - 12);
    }
    if ((flags & envFlag.pushed) !== 0) {
      context.fillStyle = color("--warn");
      context.beginPath();
      context.moveTo(at, height - 12);
      context.lineTo(at - 4, height - 5);
      context.lineTo(at + 4, height - 5);
      context.fill();
    }
  }
}
