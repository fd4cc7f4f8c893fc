/**
 * What the reward pays right now: a signed bar for every term, the remainder to the total, and the
 * last ten seconds stacked. Pointing at a term lights its line in the code; a click keeps it lit.
 */
import { useComputed, useSignalEffect } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { TermFocus } from "../state/term-focus.js";
import type { Player } from "../timeline/player.js";
import { signed } from "../ui/format.js";
import { sharesColor, termColor, termColors } from "../ui/term-colors.js";
import { RewardArea } from "./reward-area.js";
import { measureWindow, remainderOf, windowSeconds } from "./reward-scale.js";

export interface RewardsPanelProps {
  readonly player: Player;
  readonly focusEnv: () => number;
  readonly terms: TermFocus;
}

export function RewardsPanel({ player, focusEnv, terms }: RewardsPanelProps) {
  if (player.timeline.value === null) return null;
  return (
    <div class="rewards">
      <RewardBars player={player} focusEnv={focusEnv} terms={terms} />
      <div class="rewards-caption">
        <h3>Last {windowSeconds} s, stacked</h3>
        <span class="faint">click: go there</span>
      </div>
      <RewardArea player={player} focusEnv={focusEnv} terms={terms} />
    </div>
  );
}

/** More terms than this get narrower rows, so that the plot below stays in view. */
const denseFrom = 10;

/** A signed bar for every term, for the remainder where there is one, and for the total. */
export function RewardBars({ player, focusEnv, terms }: RewardsPanelProps) {
  const names = player.timeline.value?.model.terms.map(({ name }) => name) ?? [];
  const list = useRef<HTMLElement>(null);
  const colors = termColors(names);
  const hatched = sharesColor(colors);
  // Once a remainder was seen its row stays, so that rows do not jump.
  const shownScale = useRef(1);
  const restSeen = useRef(false);

  useSignalEffect(() => {
    if (player.tick.value < 0) return;
    const env = focusEnv();
    const timeline = player.timeline.peek();
    const element = list.current;
    if (timeline === null || element === null || timeline.end === 0) return;
    const step = timeline.stepAt(player.time);
    const { scale, means, hasRemainder } = measureWindow(timeline, step, env);
    shownScale.current = scale;
    restSeen.current ||= hasRemainder;
    const rows = element.children;
    for (let row = 0; row < rows.length; row++) {
      const line = rows[row] as HTMLElement;
      const isTotal = row === names.length + 1;
      const isRest = row === names.length;
      if (isRest) line.hidden = !restSeen.current;
      const value = isTotal
        ? timeline.total(step, env)
        : isRest
          ? remainderOf(timeline, step, env)
          : timeline.term(step, env, row);
      setRow(line, value, means[row], scale);
    }
  });
  const focused = useComputed(() => terms.term.value);

  return (
    <section
      class={`bars${names.length > denseFrom ? " dense" : ""}`}
      ref={list}
      aria-label={`Reward terms: all ${names.length} shown`}
    >
      {names.map((name, term) => (
        <BarRow
          key={name}
          name={name}
          color={termColor(colors[term])}
          hatched={hatched[term]}
          lit={focused.value === term}
          dim={focused.value >= 0 && focused.value !== term}
          onEnter={() => {
            terms.hovered.value = term;
          }}
          onLeave={() => {
            terms.hovered.value = -1;
          }}
          onClick={() => terms.pin(term)}
        />
      ))}
      <BarRow name="remainder" color="var(--text-faint)" title="total − sum of the terms" />
      <BarRow name="total" color="var(--text)" total />
    </section>
  );
}

interface BarRowProps {
  readonly name: string;
  readonly color: string;
  readonly title?: string;
  readonly total?: boolean;
  readonly hatched?: boolean;
  readonly lit?: boolean;
  readonly dim?: boolean;
  readonly onEnter?: () => void;
  readonly onLeave?: () => void;
  readonly onClick?: () => void;
}

function BarRow(props: BarRowProps) {
  const { name, color, title, total, hatched, lit, dim, onClick } = props;
  const classes = ["bar-row", total && "total", hatched && "hatched", lit && "lit", dim && "dim"];
  return (
    <button
      type="button"
      class={classes.filter(Boolean).join(" ")}
      style={{ "--bar": color }}
      title={title ?? (onClick ? `${name}: click to keep its line of code lit` : name)}
      onPointerEnter={props.onEnter}
      onPointerLeave={props.onLeave}
      onFocus={props.onEnter}
      onBlur={props.onLeave}
      onClick={onClick}
      data-term={name}
    >
      <span class="bar-name">{name}</span>
      <span class="bar-track">
        <i class="bar-fill" />
        <i class="bar-mean" />
      </span>
      <output class="bar-value number">–</output>
    </button>
  );
}

function setRow(row: HTMLElement, value: number, mean: number, scale: number): void {
  const fill = row.querySelector<HTMLElement>(".bar-fill")!;
  const tick = row.querySelector<HTMLElement>(".bar-mean")!;
  const share = Number.isFinite(value) ? Math.max(-1, Math.min(1, value / scale)) : 0;
  fill.style.transform = `scaleX(${share.toFixed(4)})`;
  tick.style.left = `${(50 + 50 * Math.max(-1, Math.min(1, mean / scale))).toFixed(2)}%`;
  const text = signed(value);
  const output = row.lastElementChild as HTMLElement;
  if (output.textContent !== text) output.textContent = text;
}
