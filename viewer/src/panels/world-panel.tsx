/** The knobs of the world: each with its nominal value, what training drew from, and what holds now. */
import type { WorldParameter } from "../../../src/stream/rollout-model.js";
import { live } from "../state/live-session.js";
import { short } from "../ui/format.js";
import { Icon } from "../ui/icon.js";
import { title } from "./knob-title.js";
import { StressTest } from "./stress-test.js";

export function WorldPanel() {
  const model = live.model.value;
  if (model === null) return null;
  const set = live.controls.value?.world ?? {};
  const changed = Object.keys(set).length;
  const allowed = live.can("world");
  return (
    <div class="panel-pad">
      <div class="panel-head">
        <h3>
          World, in all environments
          {model.parameters.length === 0 ? "" : ` · ${model.parameters.length} knobs`}
        </h3>
        <button
          type="button"
          class="text-button"
          disabled={changed === 0 || !allowed}
          onClick={() => {
            for (const parameter of Object.keys(set)) {
              live.send({ type: "world", parameter, value: null });
            }
          }}
        >
          <Icon name="reset" size={14} /> reset {changed > 0 ? changed : ""}
        </button>
      </div>
      {allowed ? null : <p class="faint">This link may only look.</p>}
      {model.parameters.map((parameter, i) => (
        <Knob
          key={parameter.name}
          parameter={parameter}
          index={i}
          value={set[parameter.name]}
          disabled={!allowed}
        />
      ))}
      <NoiseSwitch />
      <StressTest />
    </div>
  );
}

interface KnobProps {
  readonly parameter: WorldParameter;
  readonly index: number;
  /** Set by hand; undefined: as drawn. */
  readonly value: number | undefined;
  readonly disabled: boolean;
}

function Knob({ parameter, index, value, disabled }: KnobProps) {
  const { name, unit, min, max, nominal, trainedRange } = parameter;
  const { player, focusEnv } = live;
  // What the focused environment drew, read anew with the panels' clock.
  const drawn =
    player.tick.value >= 0 && player.shown !== null
      ? player.shown.parameters[focusEnv.value * player.shown.shape.numParameters + index]
      : Number.NaN;
  const shown = value ?? (Number.isFinite(drawn) ? drawn : (nominal ?? (min + max) / 2));
  const share = (at: number) =>
    `${(100 * Math.min(1, Math.max(0, (at - min) / (max - min)))).toFixed(2)}%`;
  const [low, high] = trainedRange ?? [nominal ?? Number.NaN, nominal ?? Number.NaN];
  const slack = 1e-6 * (max - min);
  const outside = value !== undefined && (value < low - slack || value > high + slack);
  const reset = () => live.send({ type: "world", parameter: name, value: null });
  return (
    <div class={`knob${outside ? " outside" : ""}${value === undefined ? "" : " set"}`}>
      <label class="knob-name" for={`knob-${index}`}>
        {title(name)}
      </label>
      <output
        class="number"
        title={value === undefined ? "as drawn by this environment" : "set by hand"}
      >
        {short(shown)} {unit}
      </output>
      <span class="knob-track">
        {trainedRange ? (
          <i
            class="knob-trained"
            title={`training drew from ${short(low)} to ${short(high)} ${unit}`}
            style={{ left: share(low), right: `calc(100% - ${share(high)})` }}
          />
        ) : null}
        {nominal === null ? null : <i class="knob-nominal" style={{ left: share(nominal) }} />}
        <input
          id={`knob-${index}`}
          type="range"
          min={min}
          max={max}
          step={(max - min) / 200}
          value={shown}
          disabled={disabled}
          title={`${name}: double-click to reset`}
          onDblClick={reset}
          onInput={(event) =>
            live.send({
              type: "world",
              parameter: name,
              value: event.currentTarget.valueAsNumber,
            })
          }
        />
      </span>
      <small class="faint">
        {outside
          ? "outside what it was trained on"
          : trainedRange
            ? `trained on ${short(low)} to ${short(high)}`
            : nominal === null
              ? "not varied in training"
              : `trained at ${short(nominal)} alone`}
      </small>
    </div>
  );
}

function NoiseSwitch() {
  if (!live.capabilities.value.has("noise")) return null;
  return (
    <label class="check noise">
      <input
        type="checkbox"
        checked={live.controls.value?.noise ?? false}
        disabled={!live.can("noise")}
        onChange={(event) => live.send({ type: "noise", on: event.currentTarget.checked })}
      />
      <span>Sensor noise on observations</span>
    </label>
  );
}
