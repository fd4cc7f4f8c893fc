/** Replay in one file: the robot, what it was paid and for which line of code, and the run it is from. */
import { useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { SharedAbout } from "../../../src/view/share/about.js";
import { replayCommands } from "../pages/replay/replay-commands.js";
import { CodePanel } from "../panels/code-panel.js";
import { ExportMenu } from "../panels/export-menu.js";
import { playbackTabs } from "../panels/playback-tabs.js";
import { dragOf, pullArrow } from "../panels/pull.js";
import { shoveOf } from "../panels/shove.js";
import { SidePanel, type Tab } from "../panels/side-panel.js";
import { StageTools } from "../panels/stage-tools.js";
import { StageView } from "../panels/stage-view.js";
import { TimeBar } from "../panels/time-bar.js";
import { TimeTracks } from "../panels/time-tracks.js";
import type { Pull } from "../stage/gestures.js";
import type { Arrow } from "../stage/overlays.js";
import { addCommands, runKey, takesKeys } from "../state/commands.js";
import { keySheet } from "../state/overlays.js";
import { StageSettings } from "../state/stage-settings.js";
import { TermFocus } from "../state/term-focus.js";
import type { Player } from "../timeline/player.js";
import { Icon } from "../ui/icon.js";
import { KeySheet } from "../ui/key-sheet.js";
import { Notices } from "../ui/notices.js";
import { ThemeButton } from "../ui/theme-button.js";
import type { Sandbox } from "./physics/sandbox.js";
import { RunTab } from "./run-tab.js";

interface SharePageProps {
  readonly about: SharedAbout;
  readonly player: Player;
  readonly problems: readonly string[];
  /** Physics in the page; null where it only shows the recording. */
  readonly sandbox: Sandbox | null;
}

export function SharePage(props: SharePageProps) {
  const { about, problems, sandbox } = props;
  /** The sandbox plays instead of the recording. */
  const mine = useSignal(false);
  const hands = mine.value && sandbox?.player.timeline.value ? sandbox : null;
  const player = hands?.player ?? props.player;
  const settings = useMemo(() => new StageSettings(), []);
  const terms = useMemo(() => new TermFocus(), []);
  const focus = useSignal(0);
  const tab = useSignal("rewards");
  const timeline = player.timeline.value!;
  const { model } = timeline;
  const focusEnv = () => focus.value;
  const setFocus = (env: number) => {
    focus.value = env;
    sandbox?.focus(env);
  };
  useEffect(
    () => addCommands(replayCommands(player, settings, setFocus, () => focus.peek())),
    [player, settings],
  );
  useEffect(listenToKeys, []);
  const pull = useRef<Pull | null>(null);
  const arrows = useRef<Arrow[]>([]);
  const switchTo = (own: boolean) => {
    mine.value = own;
    if (own) void sandbox?.run();
    else sandbox?.stop();
  };

  const tabs: Tab[] = [
    ...playbackTabs({ player, model, focusEnv, terms, onFocus: setFocus }),
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
        <ThemeButton />
      </header>
      <main class="workspace">
        <StageView
          player={player}
          settings={settings}
          focusEnv={() => focus.peek()}
          arrows={(scene, stage) => {
            arrows.current.length = 0;
            if (pull.current !== null) arrows.current.push(pullArrow(pull.current, scene, stage));
            return arrows.current;
          }}
          gestures={{
            pull:
              hands && player.atLive.value
                ? (next) => {
                    const drag = dragOf(next, pull.current);
                    pull.current = next;
                    if (drag !== null) hands.control(drag);
                  }
                : null,
            select: (pick) => {
              if (pick !== null) setFocus(pick.env);
              settings.selectedBody.value = pick?.body ?? -1;
            },
          }}
        >
          <StageTools settings={settings} many={model.numEnvs > 1} />
          <div class="stage-actions">
            {sandbox === null ? null : (
              <button type="button" class="button" onClick={() => switchTo(!mine.value)}>
                <Icon name={mine.value ? "replay" : "robot"} size={15} />
                {mine.value ? " Back to the recording" : " Push it yourself"}
              </button>
            )}
            {hands === null ? null : (
              <button
                type="button"
                class="button"
                title="Push it in a random direction; drag a body to pull it"
                onClick={() => hands.control(shoveOf(model, focus.peek()))}
              >
                <Icon name="push" size={15} /> Push
              </button>
            )}
            <ExportMenu player={player} settings={settings} title={about.title} toPage={null} />
          </div>
          <div class="stage-notes">
            {mine.value && hands === null ? (
              <p class="stage-env">{sandbox?.problem.value ?? "The physics begins…"}</p>
            ) : null}
            {hands?.problem.value ? <p class="stage-note warning">{hands.problem.value}</p> : null}
            {problems.map((problem) => (
              <p key={problem} class="stage-note warning">
                <Icon name="warning" size={16} /> {problem}
              </p>
            ))}
          </div>
        </StageView>
        <SidePanel
          key={hands === null ? "recording" : "sandbox"}
          tabs={tabs}
          tab={tab.value}
          onTab={(id) => {
            tab.value = id;
          }}
          belowTitle="Reward code"
          below={<CodePanel model={model} player={player} focusEnv={focusEnv} terms={terms} />}
        />
        {hands === null ? (
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
        ) : (
          <SandboxBar sandbox={hands} focusEnv={focusEnv} />
        )}
      </main>
      <Notices />
      <KeySheet />
    </div>
  );
}

/** Time of the page's own roll-out: at its newest step or, dragged back, in what is kept of it. */
function SandboxBar({ sandbox, focusEnv }: { sandbox: Sandbox; focusEnv: () => number }) {
  const { player, paused, control } = sandbox;
  const atLive = player.atLive.value;
  const go = (steps: number) => {
    if (atLive) control({ type: "playback", step: steps });
    else player.stepBy(steps);
  };
  return (
    <TimeBar
      player={player}
      focusEnv={focusEnv}
      live={true}
      playing={atLive ? !paused.value : player.playing.value}
      speed={player.speed.value}
      onPlay={() => {
        if (atLive) control({ type: "playback", paused: !paused.peek() });
        else player.togglePlay();
      }}
      onStep={go}
      onSpeed={(direction) => {
        player.changeSpeed(direction);
        control({ type: "playback", speed: player.speed.peek() });
      }}
      onReset={() => control({ type: "playback", reset: true })}
    />
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
