/** One policy's roll-out, with what it scored. */
import { useEffect, useMemo } from "preact/hooks";
import { searchFitness } from "../../../../src/events/search-fitness.js";
import { RewardsPanel } from "../../panels/rewards-panel.js";
import { StageView } from "../../panels/stage-view.js";
import { LiveSession, streamUrl } from "../../state/live-session.js";
import { open } from "../../state/route.js";
import { StageSettings } from "../../state/stage-settings.js";
import { TermFocus } from "../../state/term-focus.js";
import { short } from "../../ui/format.js";
import type { Pane } from "./panes.js";
import type { SharedClock } from "./shared-clock.js";
import type { TiedCameras } from "./tied-cameras.js";

interface StagePaneProps {
  readonly pane: Pane;
  readonly index: number;
  readonly clock: SharedClock;
  readonly cameras: TiedCameras;
}

export function StagePane({ pane, index, clock, cameras }: StagePaneProps) {
  const session = useMemo(() => new LiveSession(), []);
  const settings = useMemo(() => new StageSettings(), []);
  const terms = useMemo(() => new TermFocus(), []);
  const gestures = useMemo(() => ({ pull: null, select: () => {} }), []);
  const { run } = pane.name;
  const candidate = pane.candidate?.id;
  const link = session.link.value;
  // A stream that lags goes on; only a new connection begins anew.
  const connected = link === "live" || link === "lagging";
  useEffect(() => {
    session.start(streamUrl(`compare-${index + 1}`));
    return () => session.stop();
  }, [session, index]);
  const stage = settings.stage.value;
  useEffect(() => (stage === null ? undefined : cameras.add(stage.rig)), [stage, cameras]);
  useEffect(() => {
    if (!connected || candidate === undefined) return;
    return clock.add(session, (seed) => {
      const may = session.can("select");
      if (may) {
        session.send({ type: "select", policy: { kind: "candidate", run, candidate }, seed });
      }
      return may;
    });
  }, [connected, candidate, session, clock, run]);
  const fitness = pane.candidate && searchFitness(pane.candidate);
  const focusEnv = () => session.focusEnv.value;
  return (
    <article class="stage-pane" style={{ "--pane": pane.color }} aria-label={`Pane ${pane.letter}`}>
      <header>
        <b class="pane-letter">{pane.letter}</b>
        <button
          type="button"
          class="pane-name"
          title="Open in the Lab"
          onClick={() => open("lab", { run, ...(candidate ? { candidate } : {}) })}
        >
          {candidate ?? "…"} <span class="soft">{run}</span>
        </button>
        <span class="spacer" />
        {fitness !== null && <b class="number">{short(fitness)}</b>}
      </header>
      <StageView
        player={session.player}
        settings={settings}
        focusEnv={focusEnv}
        gestures={gestures}
      >
        {session.statuses.value.map(({ id, message }) => (
          <p class="pane-status" key={id}>
            {message}
          </p>
        ))}
        {session.refusal.value !== null && (
          <p class="pane-status">{session.refusal.value.message}</p>
        )}
        {(link === "offline" || link === "refused") && (
          <p class="pane-status">
            {session.reason.value ||
              "This server rolls nothing out; terms, code and curves are here."}
          </p>
        )}
      </StageView>
      <div class="pane-rewards">
        <RewardsPanel player={session.player} focusEnv={focusEnv} terms={terms} />
      </div>
    </article>
  );
}
