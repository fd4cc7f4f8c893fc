/** The picture's colours, from the style sheet. */
import type { StagePalette } from "../stage/palette.js";
import { theme } from "../state/theme.js";

export function stagePalette(): StagePalette {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string) => style.getPropertyValue(name).trim();
  return {
    ground: read("--stage-ground"),
    line: read("--stage-line"),
    faded: read("--stage-faded"),
    terrain: read("--stage-terrain"),
    accent: read("--accent"),
    light: theme.peek() === "light",
  };
}
