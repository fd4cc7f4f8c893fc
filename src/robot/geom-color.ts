/** The colour a geom is drawn in. */
import type { Geom, RobotModel } from "./model.js";

type Rgb = readonly [number, number, number];

/** By depth in the tree of bodies, for geoms that the file leaves in MuJoCo's plain grey. sRGB, 0 to 1. */
const palette = ["#e8873a", "#3f6c9b", "#e2b04a", "#4d9078", "#b8574b", "#6d6a9c"].map(fromHex);
const worldColor = fromHex("#9aa4ad");

/** sRGB, 0 to 1. */
export function geomColor(
  { rgba: [r, g, b], body }: Pick<Geom, "rgba" | "body">,
  bodies: readonly Pick<RobotModel["bodies"][number], "parent">[],
): Rgb {
  if (r !== 0.5 || g !== 0.5 || b !== 0.5) return [r, g, b];
  let depth = -1;
  for (let at = body; at >= 0; at = bodies[at].parent) depth++;
  return depth < 0 ? worldColor : palette[depth % palette.length];
}

function fromHex(hex: string): Rgb {
  const part = (from: number) => Number.parseInt(hex.slice(from, from + 2), 16) / 255;
  return [part(1), part(3), part(5)];
}
