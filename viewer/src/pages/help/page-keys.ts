/** The keys of Live and Replay, for whoever reads about them on another page. */
import type { Command } from "../../state/commands.js";
import { StageSettings } from "../../state/stage-settings.js";
import { liveCommands } from "../live/live-commands.js";

export const pageKeys: readonly Command[] = liveCommands(
  new StageSettings(),
  { value: false },
  { value: false },
);
