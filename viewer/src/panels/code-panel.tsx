/** The reward's text beside what it pays: lines that give a term carry its colour and its value now. */
import { useSignalEffect } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { RolloutModel } from "../../../src/stream/rollout-model.js";
import type { TermFocus } from "../state/term-focus.js";
import type { Player } from "../timeline/player.js";
import { signed } from "../ui/format.js";
import { linesInComment, tokens } from "../ui/highlight.js";
import { termColor, termColors } from "../ui/term-colors.js";

export interface CodePanelProps {
  readonly model: RolloutModel;
  readonly player: Player;
  readonly focusEnv: () => number;
  readonly terms: TermFocus;
}

export function CodePanel({ model, player, focusEnv, terms }: CodePanelProps) {
  const { rewardCode } = model;
  const lines = useMemo(() => rewardCode.replace(/\n$/, "").split("\n"), [rewardCode]);
  const comments = useMemo(() => linesInComment(lines), [lines]);
  const colors = termColors(model.terms.map(({ name }) => name));
  const list = useRef<HTMLOListElement>(null);
  const focused = terms.term.value;
  const pinned = terms.pinned.value;

  useEffect(() => {
    const line = pinned >= 0 ? model.terms[pinned]?.line : null;
    if (line == null) return;
    const row = list.current?.children[line - 1];
    row?.scrollIntoView({ block: "center", behavior: "smooth" });
  }, [pinned, model]);

  useSignalEffect(() => {
    if (player.tick.value < 0) return;
    const timeline = player.timeline.peek();
    const element = list.current;
    if (timeline === null || timeline.end === 0 || element === null) return;
    const step = timeline.stepAt(player.time);
    for (const value of element.querySelectorAll<HTMLElement>("[data-value]")) {
      const text = signed(timeline.term(step, focusEnv(), Number(value.dataset["value"])));
      if (value.textContent !== text) value.textContent = text;
    }
  });

  return (
    <ol class="code" ref={list} aria-label="Reward code">
      {lines.map((text, i) => {
        const term = model.terms.findIndex(({ line }) => line === i + 1);
        const content = (
          <>
            <span class="code-number">{i + 1}</span>
            <output class="code-value number" data-value={term < 0 ? undefined : term} />
            <code>
              {tokens(text, comments[i]).map(({ kind, text }) => (
                <span class={kind === "plain" ? undefined : `code-${kind}`}>{text}</span>
              ))}
            </code>
          </>
        );
        if (term < 0) {
          return (
            <li>
              <div class="code-line">{content}</div>
            </li>
          );
        }
        return (
          <li>
            <button
              type="button"
              class={`code-line pays${term === focused ? " lit" : ""}`}
              style={{ "--bar": termColor(colors[term]) }}
              onPointerEnter={() => {
                terms.hovered.value = term;
              }}
              onPointerLeave={() => {
                terms.hovered.value = -1;
              }}
              onClick={() => terms.pin(term)}
            >
              {content}
            </button>
          </li>
        );
      })}
    </ol>
  );
}
