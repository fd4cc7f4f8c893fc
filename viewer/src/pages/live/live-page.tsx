/** The policy as it is now: robot, reward terms and code on one clock. */
import { useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { CodePanel } from "../../panels/code-panel.js";
import { CommandStick } from "../../panels/command-stick.js";
import { EnvironmentsPanel } from "../../panels/environments-panel.js";
import { PosePanel } from "../../panels/pose-panel.js";
import { bodyPlace, dragOf, pullArrow } from "../../panels/pull.js";
import { RewardsPanel } from "../../panels/rewards-panel.js";
import { SidePanel, type Tab } from "../../panels/side-panel.js";
import { StageOverlay } from "../../panels/stage-overlay.js";
import { StageTools } from "../../panels/stage-tools.js";
import { StageView } from "../../panels/stage-view.js";
import { StatePanel } from "../../panels/state-panel.js";
import { TimeBar } from "../../panels/time-bar.js";
import { velocityArrows, velocityCommand } from "../../panels/velocity-arrows.js";
import { WorldPanel } from "../../panels/world-panel.js";
import type { Gestures, Pull } from "../../stage/gestures.js";
import type { Arrow } from "../../stage/overlays.js";
import type { StageScene } from "../../stage/scene.js";
import type { Stage } from "../../stage/stage.js";
import { addCommands } from "../../state/commands.js";
import { live } from "../../state/live-session.js";
import { replay } from "../../state/replay.js";
import { open, route, setParameters } from "../../state/route.js";
import { StageSettings } from "../../state/stage-settings.js";
import { TermFocus } from "../../state/term-focus.js";
import { Icon } from "../../ui/icon.js";
import { changeSpeed, liveCommands, shove, stepBy, togglePlay } from "./live-commands.js";
import { NothingLive } from "./nothing-live.js";
import { StageNotes } from "./stage-notes.js";
import "../../styles/workspace.css";

const focusEnv = () => live.focusEnv.value;

export function LivePage() {
  const settings = useMemo(() => new StageSettings(), []);
  const terms = useMemo(() => new TermFocus(), []);
  const armed = useSignal(false);
  const recording = useSignal(false);
  const { player } = live;
  const model = live.model.value;
  const { gestures, arrows } = useHands(settings);
  useAddress(settings);
  useSignalEffect(() => {
    // Again when the list of policies changes: each is a command.
    return live.policies.value && addCommands(liveCommands(settings, armed, recording));
  });
  useEffect(() => {
    terms.pinned.value = -1;
    settings.selectedBody.value = -1;
  }, [model, terms, settings]);

  const tabs: Tab[] = [
    {
      id: "rewards",
      title: "Rewards",
      content: () => <RewardsPanel player={player} focusEnv={focusEnv} terms={terms} />,
    },
    ...(model !== null && live.capabilities.value.has("pose")
      ? [
          {
            id: "pose",
            title: "Pose",
            content: () => <PosePanel session={live} model={model} terms={terms} />,
          },
        ]
      : []),
    { id: "world", title: "World", content: () => <WorldPanel /> },
    {
      id: "state",
      title: "State",
      content: () => model && <StatePanel player={player} model={model} focusEnv={focusEnv} />,
    },
    {
      id: "environments",
      title: "Environments",
      content: () =>
        model && (
          <EnvironmentsPanel
            player={player}
            model={model}
            focusEnv={focusEnv}
            onFocus={(env) => live.focus(env)}
          />
        ),
    },
  ];
  const paused = player.atLive.value
    ? (live.controls.value?.paused ?? false)
    : !player.playing.value;
  return (
    <section class="workspace" aria-label="Live">
      <StageView
        player={player}
        settings={settings}
        focusEnv={() => live.focusEnv.peek()}
        gestures={gestures}
        arrows={arrows}
      >
        {model ? (
          <>
            <StageOverlay />
            <StageTools settings={settings} many={model.numEnvs > 1}>
              {recording.value ? <span class="recording">rec</span> : null}
            </StageTools>
            <StageNotes settings={settings} />
            <div class="stage-actions">
              <CommandStick armed={armed} />
              {live.can("push") ? (
                <button type="button" class="button" title="Push the robot (P)" onClick={shove}>
                  <Icon name="push" /> Push
                </button>
              ) : null}
              <button
                type="button"
                class="button"
                title="Keep what is here now and look at it in Replay"
                onClick={() => {
                  if (replay.takeFromLive(player.range.peek())) open("replay");
                }}
              >
                <Icon name="replay" /> Replay
              </button>
            </div>
          </>
        ) : (
          <NothingLive />
        )}
      </StageView>
      {model ? (
        <>
          <SidePanel
            tabs={tabs}
            tab={route.value.parameters["tab"] ?? "rewards"}
            onTab={(tab) => setParameters({ tab })}
            belowTitle="Reward code"
            below={<CodePanel model={model} player={player} focusEnv={focusEnv} terms={terms} />}
          />
          <TimeBar
            player={player}
            focusEnv={focusEnv}
            live
            playing={!paused}
            speed={player.speed.value}
            onPlay={togglePlay}
            onStep={stepBy}
            onSpeed={changeSpeed}
            onReset={
              live.can("playback") ? () => live.send({ type: "playback", reset: true }) : undefined
            }
          />
        </>
      ) : null}
    </section>
  );
}

/** Pushes are drawn for so long, s. */
const pushSeconds = 0.5;

/** What the mouse does to robots, and the arrows that show it. */
function useHands(settings: StageSettings): {
  gestures: Gestures;
  arrows: (scene: StageScene, stage: Stage) => readonly Arrow[];
} {
  const pull = useRef<Pull | null>(null);
  const list = useRef<Arrow[]>([]);
  const model = live.model.value;
  const command = useMemo(() => (model === null ? null : velocityCommand(model)), [model]);
  const mayPull = live.can("drag") && live.player.atLive.value;
  return {
    gestures: {
      pull: mayPull
        ? (next) => {
            const drag = dragOf(next, pull.current);
            pull.current = next;
            if (drag !== null) live.send(drag);
          }
        : null,
      select: (pick) => {
        if (pick !== null) live.focus(pick.env);
        settings.selectedBody.value = pick?.body ?? -1;
      },
    },
    arrows: (scene, stage) => {
      const out = list.current;
      out.length = 0;
      velocityArrows(out, scene, stage, command);
      if (pull.current !== null) out.push(pullArrow(pull.current, scene, stage));
      for (const { env, body, simTimeSeconds, impulse } of live.pushes.peek()) {
        const age = scene.time - simTimeSeconds;
        if (age < 0 || age > pushSeconds) continue;
        const at = bodyPlace(scene, stage, env, body);
        const length = Math.hypot(...impulse) || 1;
        const scale = (stage.robotMeters * (1 - 0.5 * (age / pushSeconds))) / length;
        const along = impulse.map((part) => part * scale) as [number, number, number];
        out.push({
          kind: "push",
          from: [at[0] - along[0], at[1] - along[1], at[2] - along[2]],
          along,
        });
      }
      return out;
    },
  };
}

/** The environment and the camera are in the address. */
function useAddress(settings: StageSettings): void {
  useEffect(() => {
    const { env, cam } = route.peek().parameters;
    if (env !== undefined && Number.isInteger(Number(env))) live.focus(Number(env));
    const stage = settings.stage.peek();
    if (stage !== null && cam !== undefined) stage.placedByHand = stage.rig.fromText(cam);
    const remember = setInterval(() => {
      const text = settings.stage.peek()?.rig.toText();
      const { parameters } = route.peek();
      const shown = live.model.peek() !== null;
      if (shown && text !== undefined && text !== parameters["cam"]) setParameters({ cam: text });
    }, 1000);
    return () => clearInterval(remember);
  }, [settings]);
  useSignalEffect(() => {
    const env = live.focusEnv.value;
    if (live.model.value !== null) setParameters({ env: env === 0 ? null : String(env) });
  });
}
