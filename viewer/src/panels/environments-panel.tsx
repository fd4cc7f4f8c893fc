/** All environments, best first: how each fares and what it drew. A click watches one. */
import type { RolloutFrame } from "../../../src/stream/frame.js";
import type { RolloutModel } from "../../../src/stream/rollout-model.js";
import type { Player } from "../timeline/player.js";
import type { Timeline } from "../timeline/timeline.js";
import { plural, short } from "../ui/format.js";
import { Canvas } from "./canvas.js";
import { title } from "./knob-title.js";
import { ranking, rankOf } from "./ranking.js";

export interface EnvironmentsPanelProps {
  readonly player: Player;
  readonly model: RolloutModel;
  readonly focusEnv: () => number;
  readonly onFocus: (env: number) => void;
}

export function EnvironmentsPanel({ player, model, focusEnv, onFocus }: EnvironmentsPanelProps) {
  const frame = player.tick.value >= 0 ? player.shown : null;
  const timeline = player.timeline.value;
  if (frame === null || timeline === null || timeline.end === 0) return null;
  const order = ranking(timeline, player.time);
  const best = Math.max(1e-9, ...order.map(({ score }) => Math.abs(score)));
  return (
    <div class="panel-pad">
      <div class="panel-head">
        <div class="segments">
          {(["worst", "median", "best"] as const).map((which) => (
            <button
              type="button"
              key={which}
              title={`${which[0].toUpperCase()}: the ${which} of all`}
              onClick={() => onFocus(rankOf(order, which))}
            >
              {which}
            </button>
          ))}
        </div>
        <small class="faint">
          {order.length} of {plural(model.numEnvs, "environment")}
        </small>
      </div>
      <p class="faint">By return: of the last episode that ended here, else of this one so far.</p>
      <ol class="envs">
        {order.map(({ env, score }) => (
          <li key={env}>
            <button
              type="button"
              class="env"
              aria-pressed={focusEnv() === env}
              onClick={() => onFocus(env)}
            >
              <span class="env-name number">#{env}</span>
              <Sparkline player={player} timeline={timeline} env={env} />
              <span class="env-score number">
                {short(score)}
                <i style={{ width: `${((100 * Math.abs(score)) / best).toFixed(1)}%` }} />
              </span>
              <span class="env-drawn">{drawn(frame, model, env)}</span>
            </button>
          </li>
        ))}
      </ol>
    </div>
  );
}

/** What differs between environments. */
function drawn({ parameters }: RolloutFrame, model: RolloutModel, env: number) {
  const width = model.parameters.length;
  return model.parameters.flatMap(({ name, unit }, p) => {
    const value = parameters[env * width + p];
    const varies = Array.from({ length: model.numEnvs }, (_, e) => parameters[e * width + p]).some(
      (other) => other !== value,
    );
    if (!varies || !Number.isFinite(value)) return [];
    return [
      <span class="chip" key={name}>
        {title(name)} {short(value)} {unit}
      </span>,
    ];
  });
}

function Sparkline({ player, timeline, env }: { player: Player; timeline: Timeline; env: number }) {
  return (
    <Canvas
      class="env-spark"
      label={`Reward of environment ${env} in the last ten seconds`}
      draw={({ context, width, height, color }) => {
        if (player.tick.value < 0) return;
        const points = 60;
        let low = 0;
        let high = 1e-6;
        const values: number[] = [];
        for (let i = 0; i < points; i++) {
          const value = timeline.total(
            timeline.stepAt(player.time - 10 * (1 - i / (points - 1))),
            env,
          );
          values.push(value);
          if (value < low) low = value;
          if (value > high) high = value;
        }
        context.strokeStyle = color("--accent");
        context.lineWidth = 1.2;
        context.beginPath();
        values.forEach((value, i) => {
          const y = height - 2 - ((value - low) / (high - low)) * (height - 4);
          if (Number.isFinite(y)) context.lineTo((i / (points - 1)) * width, y);
        });
        context.stroke();
      }}
    />
  );
}
