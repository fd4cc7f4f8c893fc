/**
 * Drives the robot: a stick for the first two commands, sliders for the rest. The keys W A S D work
 * while it is armed, so that they do not clash with others.
 */
import { type Signal, useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { RolloutModel } from "../../../src/stream/rollout-model.js";
import { takesKeys } from "../state/commands.js";
import { live } from "../state/live-session.js";
import { short } from "../ui/format.js";
import { Icon } from "../ui/icon.js";

type Command = RolloutModel["commands"][number];

export function CommandStick({ armed }: { armed: Signal<boolean> }) {
  const model = live.model.value;
  const commands = model?.commands ?? [];
  const values = useSignal<readonly number[]>([]);
  const send = (next: readonly number[]) => {
    values.value = next;
    live.send({ type: "command", values: [...next] });
  };
  const allowed = live.can("command") && commands.length > 0;

  // Bound as soon as the stick is there, so that a slow picture costs no key.
  useLayoutEffect(() => {
    if (!armed.value || !allowed) return;
    const held = new Set<string>();
    const drive = () => {
      const ahead = Number(held.has("w")) - Number(held.has("s"));
      const aside = Number(held.has("a")) - Number(held.has("d"));
      const next = commands.map(() => 0);
      next[0] = scaled(commands[0], ahead);
      const turn = commands.length - 1;
      if (turn > 0) next[turn] = scaled(commands[turn], aside);
      send(next);
    };
    const onKey = (event: KeyboardEvent) => {
      const key = event.key.toLowerCase();
      if (!"wasd".includes(key) || event.ctrlKey || takesKeys(event.target, key)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      const before = held.size;
      if (event.type === "keydown") held.add(key);
      else held.delete(key);
      if (held.size !== before) drive();
    };
    addEventListener("keydown", onKey, true);
    addEventListener("keyup", onKey, true);
    // A stick at rest says so once, and then leaves the command to keys and sliders.
    let steering = false;
    const pad = setInterval(() => {
      const stick = navigator.getGamepads().find((one) => one !== null);
      if (stick == null) return;
      let [x, y] = [stick.axes[0] ?? 0, stick.axes[1] ?? 0];
      const rests = Math.hypot(x, y) < 0.12;
      if (rests && !steering) return;
      steering = !rests;
      if (rests) [x, y] = [0, 0];
      const next = commands.map(() => 0);
      next[0] = scaled(commands[0], -y);
      if (commands.length > 1)
        next[commands.length - 1] = scaled(commands[commands.length - 1], -x);
      send(next);
    }, 50);
    return () => {
      removeEventListener("keydown", onKey, true);
      removeEventListener("keyup", onKey, true);
      clearInterval(pad);
    };
    // Not at every value: keys that are held would be forgotten.
  }, [armed.value, allowed, model]);

  if (!allowed) return null;
  if (!armed.value) {
    return (
      <button
        type="button"
        class="button stick-arm"
        title="Drive it yourself: W A S D, stick or gamepad"
        onClick={() => {
          armed.value = true;
        }}
      >
        <Icon name="stick" /> Drive
      </button>
    );
  }
  return (
    <div class="stick-panel">
      <Stick commands={commands} values={values.value} onValues={send} />
      <div class="stick-side">
        {commands.map(({ name, unit, range }, i) => (
          <label key={name}>
            <span>
              {name} <output class="number">{short(values.value[i] ?? 0)}</output> {unit}
            </span>
            <input
              type="range"
              min={range[0]}
              max={range[1]}
              step={(range[1] - range[0]) / 100}
              value={values.value[i] ?? 0}
              onInput={(event) => {
                const next = commands.map((_, k) => values.peek()[k] ?? 0);
                next[i] = event.currentTarget.valueAsNumber;
                send(next);
              }}
            />
          </label>
        ))}
        <button
          type="button"
          class="text-button"
          onClick={() => {
            armed.value = false;
            live.send({ type: "command", values: null });
          }}
        >
          hand back
        </button>
      </div>
    </div>
  );
}

/** −1 to 1 along a command's range; 0 is no motion where the range allows it. */
function scaled({ range: [low, high] }: Command, share: number): number {
  const rest = Math.min(high, Math.max(low, 0));
  return share >= 0 ? rest + share * (high - rest) : rest + share * (rest - low);
}

interface StickProps {
  readonly commands: readonly Command[];
  readonly values: readonly number[];
  readonly onValues: (values: readonly number[]) => void;
}

/** Up is the first command, aside the last. */
function Stick({ commands, values, onValues }: StickProps) {
  const pad = useRef<HTMLDivElement>(null);
  const turn = commands.length - 1;
  const share = (command: Command | undefined, value = 0) => {
    if (command === undefined) return 0;
    const edge = value >= 0 ? scaled(command, 1) : -scaled(command, -1);
    return edge === 0 ? 0 : value / Math.abs(edge);
  };
  const move = (event: PointerEvent) => {
    const box = pad.current!.getBoundingClientRect();
    const x = clampUnit((2 * (event.clientX - box.left)) / box.width - 1);
    const y = clampUnit(1 - (2 * (event.clientY - box.top)) / box.height);
    const next = commands.map((_, i) => values[i] ?? 0);
    next[0] = scaled(commands[0], y);
    if (turn > 0) next[turn] = scaled(commands[turn], -x);
    onValues(next);
  };
  const release = () => onValues(commands.map((command) => scaled(command, 0)));
  const left = 50 - (turn > 0 ? 42 * share(commands[turn], values[turn]) : 0);
  const top = 50 - 42 * share(commands[0], values[0]);
  return (
    <div
      class="stick"
      ref={pad}
      title="Drag: up is forward"
      onPointerDown={(event) => {
        pad.current!.setPointerCapture(event.pointerId);
        move(event);
      }}
      onPointerMove={(event) => {
        if (event.buttons !== 0) move(event);
      }}
      onPointerUp={release}
      onPointerCancel={release}
    >
      <i style={{ left: `${left}%`, top: `${top}%` }} />
    </div>
  );
}

function clampUnit(value: number): number {
  return Math.min(1, Math.max(-1, value));
}
