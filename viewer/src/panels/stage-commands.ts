/** Keys of the picture, on every page that has one. */
import { cameraViews } from "../stage/camera-rig.js";
import { layers } from "../stage/layers.js";
import type { Command } from "../state/commands.js";
import type { StageSettings } from "../state/stage-settings.js";

export function stageCommands(settings: StageSettings): Command[] {
  let view = 0;
  return [
    {
      id: "follow",
      title: "Follow the robot",
      group: "Picture",
      keys: ["F"],
      run: () => {
        settings.follow.value = !settings.follow.peek();
      },
    },
    {
      id: "camera",
      title: "Next camera",
      group: "Picture",
      keys: ["C"],
      run: () => {
        view = (view + 1) % cameraViews.length;
        settings.stage.peek()?.rig.look(cameraViews[view]);
      },
    },
    {
      id: "overview",
      title: "All environments in view",
      group: "Picture",
      keys: ["O"],
      run: () => settings.stage.peek()?.overview(),
    },
    {
      id: "alone",
      title: "Hide the other environments",
      group: "Picture",
      keys: ["H"],
      run: () => {
        settings.alone.value = !settings.alone.peek();
      },
    },
    ...layers.map(({ id, title }, i) => ({
      id: `layer.${id}`,
      title,
      group: "Layer",
      keys: [String(i + 1)],
      run: () => settings.toggle(id),
    })),
  ];
}
