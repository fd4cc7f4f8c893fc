/** What happened when, in rows under the time bar: episodes, falls, pushes, contact of each foot. */
import { useMemo } from "preact/hooks";
import { envFlag } from "../../../src/stream/frame.js";
import type { Player } from "../timeline/player.js";
import type { Timeline } from "../timeline/timeline.js";
import { Canvas, type Drawing } from "./canvas.js";

const rowHeight = 13;
/** At most so many feet. */
const mostFeet = 6;
const ended = envFlag.fell | envFlag.timeOut | envFlag.nonFinite;

interface Row {
  readonly title: string;
  readonly draw: (drawing: Drawing, x: (time: number) => number, y: number) => void;
}

export interface TimeTracksProps {
  readonly player: Player;
  readonly timeline: Timeline;
  readonly env: number;
}

export function TimeTracks({ player, timeline, env }: TimeTracksProps) {
  const rows = useMemo(() => rowsOf(timeline, env), [timeline, env]);
  const seek = (event: PointerEvent) => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const share = (event.clientX - box.left) / box.width;
    player.seek(timeline.firstTime + share * (timeline.lastTime - timeline.firstTime));
  };
  return (
    <>
      <ul class="track-names">
        {rows.map(({ title }) => (
          <li key={title} title={title}>
            {title}
          </li>
        ))}
      </ul>
      <div class="track-rows" style={{ height: `${rows.length * rowHeight + 6}px` }}>
        <Canvas
          class="track-canvas"
          label={`Tracks: ${rows.map(({ title }) => title).join(", ")}`}
          onPointerDown={seek}
          onPointerMove={(event) => event.buttons === 1 && seek(event)}
          draw={(drawing) => {
            if (player.tick.value < 0) return;
            const { firstTime, lastTime } = timeline;
            const x = (time: number) =>
              ((time - firstTime) / Math.max(1e-9, lastTime - firstTime)) * drawing.width;
            rows.forEach(({ draw }, i) => {
              drawing.context.fillStyle = drawing.color("--raised");
              drawing.context.fillRect(0, i * rowHeight + 2, drawing.width, rowHeight - 3);
              draw(drawing, x, i * rowHeight + 2);
            });
            drawing.context.fillStyle = drawing.color("--text");
            drawing.context.fillRect(x(player.time) - 1, 0, 2, drawing.height);
          }}
        />
      </div>
    </>
  );
}

function rowsOf(timeline: Timeline, env: number): Row[] {
  const feet = feetOf(timeline, env);
  const marks = (title: string, bits: number, color: string): Row => ({
    title,
    draw: ({ context, color: read }, x, y) => {
      context.fillStyle = read(color);
      for (let step = timeline.begin + 1; step < timeline.end; step++) {
        if ((timeline.flags(step, env) & bits) !== 0) {
          context.fillRect(x(timeline.timeOf(step)) - 1.5, y, 3, rowHeight - 3);
        }
      }
    },
  });
  return [
    {
      title: "episodes",
      draw: ({ context, color }, x, y) => {
        let from = timeline.begin;
        for (let step = from + 1; step <= timeline.end; step++) {
          const same =
            step < timeline.end && timeline.episode(step, env) === timeline.episode(from, env);
          if (same) continue;
          const right = x(timeline.timeOf(Math.min(step, timeline.end - 1)));
          context.fillStyle = color("--accent-soft");
          context.fillRect(
            x(timeline.timeOf(from)) + 1,
            y,
            right - x(timeline.timeOf(from)) - 2,
            rowHeight - 3,
          );
          from = step;
        }
      },
    },
    marks("resets", ended, "--text-faint"),
    marks("falls", envFlag.fell | envFlag.nonFinite, "--bad"),
    marks("pushes", envFlag.pushed, "--warn"),
    ...feet.map((body) => ({
      title: timeline.model.robot.bodies[body].name,
      draw: ({ context, color }: Drawing, x: (time: number) => number, y: number) => {
        context.fillStyle = color("--term-2");
        let from = -1;
        for (let step = timeline.begin; step <= timeline.end; step++) {
          const down = step < timeline.end && timeline.touches(step, env, body);
          if (down && from < 0) from = step;
          if (down || from < 0) continue;
          const left = x(timeline.timeOf(from));
          const right = x(timeline.timeOf(Math.min(step, timeline.end - 1)));
          context.fillRect(left, y + 1, Math.max(1, right - left), rowHeight - 5);
          from = -1;
        }
      },
    })),
  ];
}

/** Bodies that touch something now and again, most often first. */
function feetOf(timeline: Timeline, env: number): number[] {
  const counts = timeline.model.robot.bodies.map((_, body) => ({ body, count: 0 }));
  for (let step = timeline.begin; step < timeline.end; step += 2) {
    for (const one of counts) if (timeline.touches(step, env, one.body)) one.count++;
  }
  return counts
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, mostFeet)
    .map(({ body }) => body)
    .sort((a, b) => a - b);
}
