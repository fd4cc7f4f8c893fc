/** A roll-out that is over, or a checkpoint rolled out anew: time, tracks, exports. */
import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { CheckpointStrip } from "../../panels/checkpoint-strip.js";
import { CodePanel } from "../../panels/code-panel.js";
import { ExportMenu, type ExportMenuProps } from "../../panels/export-menu.js";
import { playbackTabs } from "../../panels/playback-tabs.js";
import { PosePanel } from "../../panels/pose-panel.js";
import { SidePanel, type Tab } from "../../panels/side-panel.js";
import { StageTools } from "../../panels/stage-tools.js";
import { StageView } from "../../panels/stage-view.js";
import { TimeBar } from "../../panels/time-bar.js";
import { TimeTracks } from "../../panels/time-tracks.js";
import { addCommands } from "../../state/commands.js";
import { streamUrl } from "../../state/live-session.js";
import { replay } from "../../state/replay.js";
import { route, setParameters } from "../../state/route.js";
import { StageSettings } from "../../state/stage-settings.js";
import { TermFocus } from "../../state/term-focus.js";
import { Icon } from "../../ui/icon.js";
import { NothingToReplay } from "./nothing-to-replay.js";
import { replayCommands } from "./replay-commands.js";
import "../../styles/workspace.css";

const toPage: ExportMenuProps["toPage"] = async (...range) =>
  (await import("../../export/single-page.js")).toSinglePage(...range);

export function ReplayPage() {
  const settings = useMemo(() => new StageSettings(), []);
  const terms = useMemo(() => new TermFocus(), []);
  const over = useSignal(false);
  const rolled = replay.fromCheckpoint.value;
  const session = rolled ? replay.session : null;
  const player = session?.player ?? replay.player;
  const focus = session?.focusEnv ?? replay.focusEnv;
  const timeline = player.timeline.value;
  const model = timeline?.model ?? null;
  const focusEnv = () => focus.value;
  const setFocus = (env: number) => {
    if (session !== null) session.focus(env);
    else focus.value = env;
  };

  useEffect(() => {
    const name = route.peek().parameters["file"];
    if (name !== undefined && replay.player.timeline.peek() === null) void replay.openServed(name);
  }, []);
  useEffect(() => {
    if (!rolled) return;
    replay.session.start(streamUrl("replay"));
    return () => replay.session.stop();
  }, [rolled]);
  useEffect(
    () => addCommands(replayCommands(player, settings, setFocus, () => focus.peek())),
    [player, settings],
  );

  const tabs: Tab[] =
    model === null
      ? []
      : [
          ...playbackTabs({ player, model, focusEnv, terms, onFocus: setFocus }),
          ...(session === null
            ? []
            : [
                {
                  id: "pose",
                  title: "Pose",
                  content: () => <PosePanel session={session} model={model} terms={terms} />,
                },
              ]),
        ];
  return (
    <section
      class={`workspace${over.value ? " dropping" : ""}`}
      aria-label="Replay"
      onDragOver={(event) => {
        event.preventDefault();
        over.value = true;
      }}
      onDragLeave={() => {
        over.value = false;
      }}
      onDrop={(event) => {
        event.preventDefault();
        over.value = false;
        const file = event.dataTransfer?.files[0];
        if (file) void replay.openFile(file);
      }}
    >
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
        {model === null ? (
          <NothingToReplay />
        ) : (
          <StageTools settings={settings} many={model.numEnvs > 1} />
        )}
        {rolled ? <CheckpointStrip session={replay.session} /> : null}
        {model === null ? null : (
          <div class="stage-actions">
            <ExportMenu
              player={player}
              settings={settings}
              title={rolled ? (replay.session.policy.value?.label ?? "") : replay.title.value}
              toPage={toPage}
            />
            <button
              type="button"
              class="button"
              onClick={() => {
                replay.fromCheckpoint.value = false;
                replay.close();
              }}
            >
              <Icon name="close" size={15} /> Close
            </button>
          </div>
        )}
        <div class="stage-notes">
          {replay.problems.value.map((problem) => (
            <p key={problem} class="stage-note warning">
              <Icon name="warning" size={16} /> {problem}
            </p>
          ))}
          {model === null || rolled ? null : <p class="stage-env">{replay.title.value}</p>}
        </div>
      </StageView>
      {model === null || timeline === null ? null : (
        <>
          <SidePanel
            tabs={tabs}
            tab={route.value.parameters["tab"] ?? "rewards"}
            onTab={(tab) => setParameters({ tab })}
            belowTitle="Reward code"
            below={<CodePanel model={model} player={player} focusEnv={focusEnv} terms={terms} />}
          />
          <TimeBar
            tracks={
              rolled ? undefined : (
                <TimeTracks player={player} timeline={timeline} env={focus.value} />
              )
            }
            player={player}
            focusEnv={focusEnv}
            live={rolled}
            playing={player.atLive.value || player.playing.value}
            speed={player.speed.value}
            onPlay={() => player.togglePlay()}
            onStep={(steps) => player.stepBy(steps)}
            onSpeed={(direction) => player.changeSpeed(direction)}
          />
        </>
      )}
    </section>
  );
}
