/** The column beside the picture: tabs above, the reward's code below; both fold and resize. */
import { signal, useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { Icon } from "../ui/icon.js";

export interface Tab {
  readonly id: string;
  readonly title: string;
  readonly content: () => ComponentChildren;
}

const widthKey = "rewardsmith.side";

export interface SidePanelProps {
  readonly tabs: readonly Tab[];
  readonly tab: string;
  readonly onTab: (id: string) => void;
  readonly below?: ComponentChildren;
  readonly belowTitle?: ComponentChildren;
}

/** A narrow page has no room for the part below: it is a tab there. */
const narrowQuery = matchMedia("(max-width: 700px)");
const narrow = signal(narrowQuery.matches);
narrowQuery.addEventListener("change", () => {
  narrow.value = narrowQuery.matches;
});

export function SidePanel(props: SidePanelProps) {
  const { tab, onTab, belowTitle } = props;
  const below = narrow.value ? undefined : props.below;
  const tabs: readonly Tab[] =
    narrow.value && props.below
      ? [...props.tabs, { id: "code", title: "Code", content: () => props.below }]
      : props.tabs;
  const width = useSignal(Number(localStorage.getItem(widthKey)) || 400);
  const folded = useSignal(false);
  const shown = tabs.find(({ id }) => id === tab) ?? tabs[0];
  return (
    <aside class="side" style={{ "--side": `${width.value}px` }}>
      <div
        class="side-grip"
        title="Drag to resize"
        onPointerDown={(event) => {
          (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
        }}
        onPointerMove={(event) => {
          if (event.buttons !== 1) return;
          width.value = Math.min(800, Math.max(280, innerWidth - event.clientX));
          localStorage.setItem(widthKey, String(width.value));
        }}
      />
      <div class="tabs" role="tablist">
        {tabs.map(({ id, title }) => (
          <button
            type="button"
            role="tab"
            key={id}
            aria-selected={id === shown.id}
            onClick={() => onTab(id)}
          >
            {title}
          </button>
        ))}
      </div>
      <div class="side-content" role="tabpanel" aria-label={shown.title}>
        {shown.content()}
      </div>
      {below ? (
        <section class={`side-below${folded.value ? " folded" : ""}`}>
          <button
            type="button"
            class="side-title"
            aria-expanded={!folded.value}
            onClick={() => {
              folded.value = !folded.value;
            }}
          >
            <Icon name={folded.value ? "chevronRight" : "chevronDown"} size={14} />
            {belowTitle}
          </button>
          {folded.value ? null : below}
        </section>
      ) : null}
    </aside>
  );
}
