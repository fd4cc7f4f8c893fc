/** Replay in one file: the robot, what it was paid and for which line of code, and the run it is from. */
import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import type { SharedAbout } from "../../../src/view/share/about.js";
import { replayCommands } from "../pages/replay/replay-commands.js";
import { CodePanel } from "../panels/code-panel.js";
import { EnvironmentsPanel } from "../panels/environments-panel.js";
import { ExportMenu } from "../panels/export-menu.js";
import { RewardsPanel } from "../panels/rewards-panel.js";
import { SidePanel, type Tab } from "../panels/side-panel.js";
import { StageTools } from "../panels/stage-tools.js";
import { StageView } from "../panels/stage-view.js";
import { StatePanel } from "../panels/state-panel.js";
import { TimeBar } from "../panels/time-bar.js";
import { TimeTracks } from "../panels/time-tracks.js";
import { addCommands, runKey, takesKeys } from "../state/commands.js";
import { keySheet } from "../state/overlays.js";
import { StageSettings } from "../state/stage-settings.js";
import { TermFocus } from "../state/term-focus.js";
import { theme, toggleTheme } from "../state/theme.js";
import type { Player } from "../timeline/player.js";
import { Icon } from "../ui/icon.js";
import { KeySheet } from "../ui/key-sheet.js";
import { Notices } from "../ui/notices.js";
import { RunTab } from "./run-tab.js";

interface SharePageProps {
  readonly about: SharedAbout;
  readonly player: Player;
  readonly problems: readonly string[];
}

export function SharePage({ about, player, problems }: SharePageProps) {
  const settings = useMemo(() => new StageSettings(), []);
  const terms = useMemo(() => new TermFocus(), []);
  const focus = useSignal(0);
  const tab = useSignal("rewards");
  const timeline = player.timeline.value!;
  const { model } = timeline;
  const focusEnv = () => focus.value;
  const setFocus = (env: number) => {
    focus.value = env;
  };
  useEffect(
    () => addCommands(replayCommands(player, settings, setFocus, () => focus.peek())),
    [player, settings],
  );
  useEffect(listenToKeys, []);

  const tabs: Tab[] = [
    {
      id: "rewards",
      title: "Rewards",
      content: () => <RewardsPanel player={player} focusEnv={focusEnv} terms={terms} />,
    },
    {
      id: "state",
      title: "State",
      content: () => <StatePanel player={player} model={model} focusEnv={focusEnv} />,
    },
    {
      id: "environments",
      title: "Environments",
      content: () => (
        <EnvironmentsPanel player={player} model={model} focusEnv={focusEnv} onFocus={setFocus} />
      ),
    },
    ...(about.run === null
      ? []
      : [{ id: "run", title: "Run", content: () => <RunTab about={about} /> }]),
  ];
  return (
    <div class="share">
      <header class="top-bar">
        <h1 title={about.title}>{about.title}</h1>
        <span class="spacer" />
        <small class="faint share-made">
          {about.program}, {about.createdAt.slice(0, 10)}
        </small>
        <button
          type="button"
          class="icon-button"
          title="Keys and mouse (?)"
          onClick={() => {
            keySheet.value = true;
          }}
        >
          <Icon name="help" />
        </button>
        <button
          type="button"
          class="icon-button"
          title={theme.value === "dark" ? "Light colours" : "Dark colours"}
          onClick={toggleTheme}
        >
          <Icon name={theme.value === "dark" ? "sun" : "moon"} />
        </button>
      </header>
      <main class="workspace">
        <StageView
          player={player}
          settings={settings}
          focusEnv={() => focus.peek()}
          gestures={{
            pull: null,
            select: (pick) => {
              if (pick !== null) setFocus(pick.env);
              settings.selectedBody.value = pick?.body ?? -1;
            },
          }}
        >
          <StageTools settings={settings} many={model.numEnvs > 1} />
          <div class="stage-actions">
            <ExportMenu player={player} settings={settings} title={about.title} />
          </div>
          <div class="stage-notes">
            {problems.map((problem) => (
              <p key={problem} class="stage-note warning">
                <Icon name="warning" size={16} /> {problem}
              </p>
            ))}
          </div>
        </StageView>
        <SidePanel
          tabs={tabs}
          tab={tab.value}
          onTab={(id) => {
            tab.value = id;
          }}
          belowTitle="Reward code"
          below={<CodePanel model={model} player={player} focusEnv={focusEnv} terms={terms} />}
        />
        <TimeBar
          tracks={<TimeTracks player={player} timeline={timeline} env={focus.value} />}
          player={player}
          focusEnv={focusEnv}
          live={false}
          playing={player.playing.value}
          speed={player.speed.value}
          onPlay={() => player.togglePlay()}
          onStep={(steps) => player.stepBy(steps)}
          onSpeed={(direction) => player.changeSpeed(direction)}
        />
      </main>
      <Notices />
      <KeySheet />
    </div>
  );
}

function listenToKeys(): () => void {
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "Escape") keySheet.value = false;
    else if (event.key === "?") keySheet.value = !keySheet.peek();
    else if (!event.altKey && !takesKeys(event.target, event.key)) runKey(event);
  };
  addEventListener("keydown", onKey);
  return () => removeEventListener("keydown", onKey);
}
