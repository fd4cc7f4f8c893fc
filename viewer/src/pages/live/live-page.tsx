/** The policy as it is now: robot, reward terms and code on one clock. */
import { useEffect, useMemo } from "preact/hooks";
import { CodePanel } from "../../panels/code-panel.js";
import { RewardsPanel } from "../../panels/rewards-panel.js";
import { SidePanel, type Tab } from "../../panels/side-panel.js";
import { StageOverlay } from "../../panels/stage-overlay.js";
import { StageTools } from "../../panels/stage-tools.js";
import { StageView } from "../../panels/stage-view.js";
import { TimeBar } from "../../panels/time-bar.js";
import { live } from "../../state/live-session.js";
import { route, setParameters } from "../../state/route.js";
import { StageSettings } from "../../state/stage-settings.js";
import { TermFocus } from "../../state/term-focus.js";
import "../../styles/workspace.css";

const focusEnv = () => live.focusEnv.value;

export function LivePage() {
  const settings = useMemo(() => new StageSettings(), []);
  const terms = useMemo(() => new TermFocus(), []);
  const model = live.model.value;
  useEffect(() => {
    terms.pinned.value = -1;
  }, [model, terms]);
  const { player } = live;
  const tabs: Tab[] = [
    {
      id: "rewards",
      title: "Rewards",
      content: () => <RewardsPanel player={player} focusEnv={focusEnv} terms={terms} />,
    },
  ];
  const atLive = player.atLive.value;
  const paused = atLive ? (live.controls.value?.paused ?? false) : !player.playing.value;
  return (
    <section class="workspace" aria-label="Live">
      <StageView
        player={player}
        settings={settings}
        focusEnv={() => live.focusEnv.peek()}
        gestures={{ pull: null, select: () => {} }}
      >
        <StageOverlay />
        <StageTools settings={settings} many={(model?.numEnvs ?? 1) > 1} />
      </StageView>
      {model ? (
        <SidePanel
          tabs={tabs}
          tab={route.value.parameters["tab"] ?? "rewards"}
          onTab={(tab) => setParameters({ tab })}
          belowTitle="Reward code"
          below={<CodePanel model={model} player={player} focusEnv={focusEnv} terms={terms} />}
        />
      ) : null}
      <TimeBar
        player={player}
        focusEnv={focusEnv}
        live
        playing={!paused}
        speed={player.speed.value}
        onPlay={() => togglePlay()}
        onStep={(steps) => player.stepBy(steps)}
        onSpeed={(direction) => player.changeSpeed(direction)}
        onReset={
          live.can("playback") ? () => live.send({ type: "playback", reset: true }) : undefined
        }
      />
    </section>
  );
}

function togglePlay(): void {
  const { player } = live;
  if (!player.atLive.peek()) {
    player.playing.value = !player.playing.peek();
  } else if (live.can("playback")) {
    live.send({ type: "playback", paused: !(live.controls.peek()?.paused ?? false) });
  } else {
    player.atLive.value = false;
    player.playing.value = false;
  }
}
