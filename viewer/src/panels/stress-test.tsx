/**
 * Will it survive? Two world parameters on a grid of environments, and how many episodes in each ran
 * to their time limit. A click on a cell watches the robot that lives there.
 */
import { useSignal } from "@preact/signals";
import type { WorldParameter } from "../../../src/stream/rollout-model.js";
import { live } from "../state/live-session.js";
import { short } from "../ui/format.js";
import { title } from "./knob-title.js";

const side = 4;

export function StressTest() {
  const model = live.model.value;
  const stress = live.stress.value;
  const axes = useSignal<readonly [number, number]>([0, 1]);
  if (model === null || model.parameters.length < 2 || !live.capabilities.value.has("stress")) {
    return null;
  }
  const { parameters } = model;
  const choose = (axis: 0 | 1) => (event: Event) => {
    const chosen = Number((event.currentTarget as HTMLSelectElement).value);
    const [x, y] = axes.value;
    axes.value = axis === 0 ? [chosen, y] : [x, chosen];
  };
  const [x, y] = axes.value;
  const allowed = live.can("stress");
  return (
    <section class="stress">
      <h3>Stress test: a grid over two knobs</h3>
      <div class="stress-form">
        {([0, 1] as const).map((axis) => (
          <label key={axis}>
            <span class="faint">{axis === 0 ? "across" : "up"}</span>
            <select class="field" value={axes.value[axis]} onChange={choose(axis)}>
              {parameters.map(({ name }, i) => (
                <option key={name} value={i}>
                  {title(name)}
                </option>
              ))}
            </select>
          </label>
        ))}
        <button
          type="button"
          class="button primary"
          disabled={!allowed || x === y}
          title={x === y ? "choose two different knobs" : ""}
          onClick={() =>
            live.send({
              type: "stress",
              grid: { x: axisOf(parameters[x]), y: axisOf(parameters[y]) },
            })
          }
        >
          {stress === null ? "Start" : "Again"}
        </button>
      </div>
      {stress?.grid ? <StressMap /> : null}
    </section>
  );
}

/** From the lower to the upper end of the trained range and as far again on both sides, within the slider's. */
function axisOf({ name, min, max, nominal, trainedRange }: WorldParameter) {
  const [low, high] = trainedRange ?? [nominal ?? min, nominal ?? max];
  const wide = high > low ? high - low : 0.5 * (max - min);
  const from = Math.max(min, low - wide);
  const to = Math.min(max, high + wide);
  const values = Array.from({ length: side }, (_, i) => from + (i / (side - 1)) * (to - from));
  return { parameter: name, values };
}

function StressMap() {
  const { grid, cells } = live.stress.value!;
  if (grid === null) return null;
  const columns = grid.x.values.length;
  const rows = grid.y.values.length;
  const episodes = cells.reduce((sum, cell) => sum + cell.episodes, 0);
  return (
    <>
      <div class="stress-map" style={{ "--columns": columns }}>
        {Array.from({ length: rows }, (_, i) => rows - 1 - i).map((row) => (
          <>
            <span class="stress-label number">{short(grid.y.values[row])}</span>
            {grid.x.values.map((value, column) => {
              const env = row * columns + column;
              const cell = cells[env];
              const share = cell && cell.episodes > 0 ? cell.survived / cell.episodes : null;
              return (
                <button
                  type="button"
                  class="stress-cell number"
                  aria-pressed={live.focusEnv.value === env}
                  title={`${grid.x.parameter} ${short(value)}, ${grid.y.parameter} ${short(grid.y.values[row])}: ${
                    cell ? `${cell.survived} of ${cell.episodes} episodes survived` : ""
                  }. Click to watch it`}
                  style={
                    share === null
                      ? undefined
                      : {
                          background: `color-mix(in oklab, var(--survive-1) ${100 * share}%, var(--survive-0))`,
                        }
                  }
                  onClick={() => live.focus(env)}
                >
                  {share === null ? "…" : `${Math.round(100 * share)} %`}
                </button>
              );
            })}
          </>
        ))}
        <span />
        {grid.x.values.map((value) => (
          <span class="stress-label number">{short(value)}</span>
        ))}
      </div>
      <div class="panel-head">
        <small class="faint">
          across {title(grid.x.parameter)}, up {title(grid.y.parameter)} · share of episodes that
          ran to their time limit · {episodes} episodes
        </small>
        <button
          type="button"
          class="text-button"
          onClick={() => live.send({ type: "stress", grid: null })}
        >
          end
        </button>
      </div>
    </>
  );
}
