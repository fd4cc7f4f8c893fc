/** Keys and commands of Live. */

import { FilmRecorder, savePicture } from "../../export/picture.js";
import { ranking, rankOf } from "../../panels/ranking.js";
import { shoveOf } from "../../panels/shove.js";
import { stageCommands } from "../../panels/stage-commands.js";
import type { Command } from "../../state/commands.js";
import { type LiveSession, live } from "../../state/live-session.js";
import { notify } from "../../state/notices.js";
import { open } from "../../state/route.js";
import type { StageSettings } from "../../state/stage-settings.js";

export function togglePlay(): void {
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

/** With the physics while it stands at the newest step, else along what was kept. */
export function stepBy(steps: number): void {
  const { player } = live;
  if (player.atLive.peek() && live.can("playback")) live.send({ type: "playback", step: steps });
  else player.stepBy(steps);
}

const ladder = [1 / 32, 1 / 16, 1 / 8, 1 / 4, 1 / 2, 1, 2, 4, 8];

export function changeSpeed(direction: 1 | -1): void {
  const { player } = live;
  if (!live.can("playback")) {
    player.changeSpeed(direction);
    return;
  }
  const now = live.controls.peek()?.speed ?? 1;
  const at = ladder.findIndex((speed) => speed >= now - 1e-9);
  const speed = ladder[Math.min(ladder.length - 1, Math.max(0, at + direction))];
  live.send({ type: "playback", speed });
}

export function shove(): void {
  const model = live.model.peek();
  if (model === null || !live.can("push")) return;
  live.send(shoveOf(model, live.focusEnv.peek()));
}

function focusRank(session: LiveSession, which: "worst" | "median" | "best"): void {
  const timeline = session.player.timeline.peek();
  if (timeline === null || timeline.end === 0) return;
  session.focus(rankOf(ranking(timeline, session.player.time), which));
}

let film: FilmRecorder | null = null;

export function liveCommands(
  settings: StageSettings,
  armed: { value: boolean },
  recording: { value: boolean },
): Command[] {
  const controls = () => live.can("playback");
  return [
    { id: "play", title: "Pause or go on", group: "Time", keys: ["Space"], run: togglePlay },
    { id: "step", title: "One step on", group: "Time", keys: ["→"], run: () => stepBy(1) },
    { id: "back", title: "One step back", group: "Time", keys: ["←"], run: () => stepBy(-1) },
    {
      id: "step10",
      title: "Ten steps on",
      group: "Time",
      keys: ["Shift →"],
      run: () => stepBy(10),
    },
    {
      id: "back10",
      title: "Ten steps back",
      group: "Time",
      keys: ["Shift ←"],
      run: () => stepBy(-10),
    },
    { id: "slower", title: "Slower", group: "Time", keys: ["-"], run: () => changeSpeed(-1) },
    { id: "faster", title: "Faster", group: "Time", keys: ["="], run: () => changeSpeed(1) },
    {
      id: "live",
      title: "Back to the newest step",
      group: "Time",
      keys: ["L"],
      run: () => live.player.goLive(),
    },
    {
      id: "reset",
      title: "New episodes everywhere",
      group: "Time",
      keys: ["Backspace"],
      enabled: controls,
      run: () => live.send({ type: "playback", reset: true }),
    },
    {
      id: "push",
      title: "Push the robot now",
      group: "Robot",
      keys: ["P"],
      enabled: () => live.can("push"),
      run: shove,
    },
    {
      id: "drive",
      title: "Drive it: arm the stick",
      group: "Robot",
      enabled: () => live.can("command") && (live.model.peek()?.commands.length ?? 0) > 0,
      run: () => {
        armed.value = !armed.value;
      },
    },
    {
      id: "env.next",
      title: "Next environment",
      group: "Environment",
      keys: ["]"],
      run: () => live.focus(live.focusEnv.peek() + 1),
    },
    {
      id: "env.before",
      title: "Environment before",
      group: "Environment",
      keys: ["["],
      run: () => live.focus(live.focusEnv.peek() - 1),
    },
    {
      id: "env.worst",
      title: "The worst environment",
      group: "Environment",
      keys: ["W"],
      run: () => focusRank(live, "worst"),
    },
    {
      id: "env.median",
      title: "The median environment",
      group: "Environment",
      keys: ["M"],
      run: () => focusRank(live, "median"),
    },
    {
      id: "env.best",
      title: "The best environment",
      group: "Environment",
      keys: ["B"],
      run: () => focusRank(live, "best"),
    },
    ...stageCommands(settings),
    {
      id: "picture",
      title: "Save a picture (PNG)",
      group: "Picture",
      keys: ["S"],
      run: () => {
        const stage = settings.stage.peek();
        if (stage) void savePicture(stage, fileName());
      },
    },
    {
      id: "film",
      title: "Record a film (WebM): begin or end",
      group: "Picture",
      keys: ["R"],
      enabled: () => FilmRecorder.available && settings.stage.peek() !== null,
      run: () => {
        const stage = settings.stage.peek();
        if (film !== null) {
          film.stop();
          film = null;
          notify("info", "The film is saved where your browser puts downloads.");
        } else if (stage !== null) film = new FilmRecorder(stage, fileName());
        recording.value = film !== null;
      },
    },
    ...live.policies.peek().map((policy, i) => ({
      id: `policy.${i}`,
      title: `Watch ${policy.label}`,
      group: "Policy",
      enabled: () => live.can("select"),
      run: () => {
        open("live");
        live.send({ type: "select", policy: policy.reference });
      },
    })),
  ];
}

function fileName(): string {
  const policy = live.policy.peek();
  const parts = [live.model.peek()?.task, policy?.run, policy?.candidate];
  return (
    parts
      .filter(Boolean)
      .join("-")
      .replace(/[^\w.-]+/g, "_") || "rewardsmith"
  );
}
