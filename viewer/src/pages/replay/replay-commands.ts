import { savePicture } from "../../export/picture.js";
import { ranking, rankOf } from "../../panels/ranking.js";
import { stageCommands } from "../../panels/stage-commands.js";
import type { Command } from "../../state/commands.js";
import type { StageSettings } from "../../state/stage-settings.js";
import type { Player } from "../../timeline/player.js";

export function replayCommands(
  player: Player,
  settings: StageSettings,
  focus: (env: number) => void,
  focused: () => number,
): Command[] {
  const turnTo = (env: number) => {
    const numEnvs = player.timeline.peek()?.model.numEnvs ?? 1;
    focus(((env % numEnvs) + numEnvs) % numEnvs);
  };
  const ranked = (which: "worst" | "median" | "best") => () => {
    const timeline = player.timeline.peek();
    if (timeline !== null && timeline.end > 0) {
      focus(rankOf(ranking(timeline, player.time), which));
    }
  };
  const time = (id: string, title: string, keys: string[], run: () => void): Command => {
    return { id: `replay.${id}`, title, group: "Time", keys, run };
  };
  const env = (id: string, title: string, keys: string[], run: () => void): Command => {
    return { id: `replay.${id}`, title, group: "Environment", keys, run };
  };
  return [
    time("play", "Play or pause", ["Space"], () => player.togglePlay()),
    time("step", "One step on", ["→"], () => player.stepBy(1)),
    time("back", "One step back", ["←"], () => player.stepBy(-1)),
    time("step10", "Ten steps on", ["Shift →"], () => player.stepBy(10)),
    time("back10", "Ten steps back", ["Shift ←"], () => player.stepBy(-10)),
    time("slower", "Slower", ["-"], () => player.changeSpeed(-1)),
    time("faster", "Faster", ["="], () => player.changeSpeed(1)),
    time("begin", "To the beginning", ["Backspace"], () =>
      player.seek(player.timeline.peek()?.firstTime ?? 0),
    ),
    time("loop", "Again and again", ["A"], () => {
      player.loop.value = !player.loop.peek();
    }),
    env("next", "Next environment", ["]"], () => turnTo(focused() + 1)),
    env("before", "Environment before", ["["], () => turnTo(focused() - 1)),
    env("worst", "The worst environment", ["W"], ranked("worst")),
    env("median", "The median environment", ["M"], ranked("median")),
    env("best", "The best environment", ["B"], ranked("best")),
    ...stageCommands(settings),
    {
      id: "replay.picture",
      title: "Save a picture (PNG)",
      group: "Picture",
      keys: ["S"],
      run: () => {
        const stage = settings.stage.peek();
        if (stage) void savePicture(stage, "replay");
      },
    },
  ];
}
