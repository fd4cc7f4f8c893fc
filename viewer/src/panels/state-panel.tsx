/** Numbers of the focused environment by name: joints, action, observation, contacts, signals. */
import { useSignal, useSignalEffect } from "@preact/signals";
import { useMemo, useRef } from "preact/hooks";
import type { RolloutFrame } from "../../../src/stream/frame.js";
import type { RolloutModel } from "../../../src/stream/rollout-model.js";
import type { Player } from "../timeline/player.js";
import { short } from "../ui/format.js";

interface Row {
  readonly name: string;
  readonly unit: string;
  /** Values between which its bar goes; null draws none. */
  readonly range: readonly [number, number] | null;
  readonly value: (frame: RolloutFrame, env: number) => number;
}

interface Group {
  readonly title: string;
  readonly rows: readonly Row[];
}

export interface StatePanelProps {
  readonly player: Player;
  readonly model: RolloutModel;
  readonly focusEnv: () => number;
}

export function StatePanel({ player, model, focusEnv }: StatePanelProps) {
  const query = useSignal("");
  const groups = useMemo(() => groupsOf(model), [model]);
  const total = groups.reduce((sum, { rows }) => sum + rows.length, 0);
  const wanted = query.value.toLowerCase();
  const shown = groups
    .map(({ title, rows }) => ({
      title,
      rows: rows.filter(({ name }) => `${title} ${name}`.toLowerCase().includes(wanted)),
    }))
    .filter(({ rows }) => rows.length > 0);
  const count = shown.reduce((sum, { rows }) => sum + rows.length, 0);
  return (
    <div class="panel-pad">
      <div class="panel-head">
        <input
          class="field"
          type="search"
          placeholder="Filter by name"
          aria-label="Filter values by name"
          value={query.value}
          onInput={(event) => {
            query.value = event.currentTarget.value;
          }}
        />
        <small class="faint">
          {count} of {total} values
        </small>
      </div>
      {shown.map(({ title, rows }) => (
        <details open key={title}>
          <summary>
            {title} <span class="faint">{rows.length}</span>
          </summary>
          <Values player={player} focusEnv={focusEnv} rows={rows} />
        </details>
      ))}
    </div>
  );
}

function Values({
  player,
  focusEnv,
  rows,
}: Pick<StatePanelProps, "player" | "focusEnv"> & { rows: readonly Row[] }) {
  const list = useRef<HTMLDListElement>(null);
  useSignalEffect(() => {
    if (player.tick.value < 0 || list.current === null) return;
    const frame = player.shown;
    const env = focusEnv();
    if (frame === null) return;
    for (let i = 0; i < rows.length; i++) {
      const line = list.current.children[i];
      const output = line?.children[2] as HTMLElement | undefined;
      if (output === undefined) continue;
      const { value, range } = rows[i];
      const number = value(frame, env);
      const text = short(number);
      if (output.textContent !== text) output.textContent = text;
      if (range === null) continue;
      const share = Math.max(0, Math.min(1, (number - range[0]) / (range[1] - range[0])));
      const dot = line.children[1].firstElementChild as HTMLElement;
      dot.style.left = `${(100 * share).toFixed(1)}%`;
    }
  });
  return (
    <dl class="values" ref={list}>
      {rows.map(({ name, unit, range }) => (
        <div key={name}>
          <dt title={name}>{name}</dt>
          <span class={range === null ? "" : "value-range"}>{range === null ? null : <i />}</span>
          <dd class="number" />
          <small class="faint">{unit}</small>
        </div>
      ))}
    </dl>
  );
}

function groupsOf(model: RolloutModel): Group[] {
  const { robot, jointNames } = model;
  const numJoints = jointNames.length;
  const joints: Row[] = jointNames.map((name, j) => {
    const joint = robot.joints.find((one) => one.name === name);
    return {
      name,
      unit: joint?.kind === "slide" ? "m" : "rad",
      range: joint?.range ?? null,
      value: (frame, env) => frame.jointPosition[env * numJoints + j],
    };
  });
  const numActions = model.actionNames.length;
  const numObservations = model.observationNames.length;
  const row = (name: string, unit: string, range: Row["range"], value: Row["value"]): Row => {
    return { name, unit, range, value };
  };
  return [
    { title: "Joint positions", rows: joints },
    {
      title: "Joint efforts",
      rows: jointNames.map((name, j) =>
        row(name, "", null, (frame, env) => frame.jointEffort[env * numJoints + j]),
      ),
    },
    {
      title: "Action",
      rows: model.actionNames.map((name, i) =>
        row(name, "", [-1, 1], (frame, env) => frame.actions[env * numActions + i]),
      ),
    },
    {
      title: "Observation",
      rows: model.observationNames.map((name, i) =>
        row(name, "", null, (frame, env) => frame.observations[env * numObservations + i]),
      ),
    },
    {
      title: "Contact force",
      rows: robot.bodies.map(({ name }, body) =>
        row(name, "N", null, (frame, env) => contactForce(frame, env, body)),
      ),
    },
    {
      title: "Signals",
      rows: model.signals.flatMap(({ name, offset, size, unit, range }) =>
        Array.from({ length: size }, (_, k) => ({
          name: size === 1 ? name : `${name}[${k}]`,
          unit,
          range,
          value: (frame: RolloutFrame, env: number) =>
            frame.signals[env * frame.shape.numSignals + offset + k],
        })),
      ),
    },
  ].filter(({ rows }) => rows.length > 0);
}

function contactForce({ contacts }: RolloutFrame, env: number, body: number): number {
  let sum = 0;
  for (let i = 0; i < contacts.count; i++) {
    if (contacts.env[i] !== env || contacts.body[i] !== body) continue;
    const { force } = contacts;
    sum += Math.hypot(force[3 * i], force[3 * i + 1], force[3 * i + 2]);
  }
  return sum;
}
