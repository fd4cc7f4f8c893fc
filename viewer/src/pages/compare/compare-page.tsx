/** Two to four policies beside each other: one clock, same seed, same world; code, terms and curves. */
import { useComputed, useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import "../../styles/workspace.css";
import "../../runs/runs.css";
import "./compare.css";
import { watchRuns } from "../../runs/run-list.js";
import { route, setParameters } from "../../state/route.js";
import { Icon } from "../../ui/icon.js";
import { ChoosePanes } from "./choose-panes.js";
import { CodeDifference } from "./code-difference.js";
import { ComparedCurves } from "./compared-curves.js";
import { formatPanes, type PaneName, parsePanes, usePane } from "./panes.js";
import { SharedClock } from "./shared-clock.js";
import { StagePane } from "./stage-pane.js";
import { TermDifference } from "./term-difference.js";
import { TiedCameras } from "./tied-cameras.js";
import { VoteBar } from "./vote-bar.js";

const views = [
  ["terms", "Terms"],
  ["code", "Code"],
  ["curves", "Curves"],
] as const;

export function ComparePage() {
  useEffect(watchRuns, []);
  const names = useComputed(() => parsePanes(route.value.parameters["panes"] ?? ""));
  if (names.value.length < 2) return <ChoosePanes chosen={names.value} />;
  return <Compared key={formatPanes(names.value)} names={names.value} />;
}

function Compared({ names }: { names: readonly PaneName[] }) {
  const clock = useMemo(() => new SharedClock(), []);
  const cameras = useMemo(() => new TiedCameras(), []);
  const view = useSignal<(typeof views)[number][0]>("terms");
  useEffect(() => clock.start(), [clock]);
  // The same number of panes for as long as this is mounted: the key says so.
  const panes = names.map((name, i) => usePane(name, i));
  return (
    <section class="compare" aria-label="Compare">
      <header class="compare-head">
        <button type="button" class="button small" onClick={() => clock.toggle()}>
          <Icon name={clock.playing.value ? "pause" : "play"} size={15} />
          {clock.playing.value ? "Pause" : "Play"}
        </button>
        <button type="button" class="button small" onClick={() => clock.restart()}>
          <Icon name="reset" size={15} />
          Again
        </button>
        <input
          type="range"
          class="compare-time"
          aria-label="Moment"
          min={clock.firstSeconds.value}
          max={Math.max(clock.lastSeconds.value, clock.firstSeconds.value + 0.1)}
          step={0.02}
          value={clock.seconds.value}
          onInput={(event) => clock.seek(event.currentTarget.valueAsNumber)}
        />
        <output class="number soft compare-seconds">{clock.seconds.value.toFixed(1)} s</output>
        <span class="chip" title="Every pane begins with the same seed and the same drawn worlds">
          <Icon name="lock" size={13} />
          same seed, same world
        </span>
        <button
          type="button"
          class="button small"
          title="Every pane is seen from the same side"
          aria-pressed={cameras.tied.value}
          onClick={() => cameras.toggle()}
        >
          <Icon name="follow" size={15} />
          cameras tied
        </button>
        <span class="spacer" />
        <VoteBar panes={panes} />
      </header>
      <div class="compare-stages" data-count={panes.length}>
        {panes.map((pane, i) => (
          <StagePane
            key={formatPanes([pane.name])}
            pane={pane}
            index={i}
            clock={clock}
            cameras={cameras}
          />
        ))}
      </div>
      <div class="compare-below">
        <div class="tabs" role="tablist">
          {views.map(([id, title]) => (
            <button
              type="button"
              role="tab"
              key={id}
              aria-selected={view.value === id}
              onClick={() => {
                view.value = id;
              }}
            >
              {title}
            </button>
          ))}
          <span class="spacer" />
          <button type="button" onClick={() => setParameters({ panes: null })}>
            Choose others
          </button>
        </div>
        <div class="compare-view" role="tabpanel">
          {view.value === "terms" && <TermDifference panes={panes} />}
          {view.value === "code" && <CodeDifference panes={panes} />}
          {view.value === "curves" && <ComparedCurves panes={panes} />}
        </div>
      </div>
    </section>
  );
}
