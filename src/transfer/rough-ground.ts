/** Bumpy ground in place of the level plane that a robot's file has. */
import { type Terrain, terrainSchema } from "../sim/terrain/declaration.js";
import { boundsOf } from "../task/distribution.js";
import type { Randomized } from "../task/task.js";

/** Between bumps: about as long as a stride of the robots here, m. */
const wavelengthMeters = 0.6;
const cellMeters = 0.2;

/** 20 m of bumps of one height in every direction from where a robot starts. */
export function bumps(amplitudeMeters: number): Terrain {
  return terrainSchema.parse({
    kinds: [
      { kind: "rough", amplitudeMeters: [amplitudeMeters, amplitudeMeters], wavelengthMeters },
    ],
    levels: 1,
    tileMeters: 40,
    platformMeters: 1,
    cellMeters,
  });
}

/** How many heights of bumps stand for all that may be drawn. */
const heights = 9;

/** Bumps of all heights that are drawn, one behind the other to the side; ahead there are 36 m of each. */
export function bumpsOf({ distribution, growth }: Randomized): Terrain {
  const [low, high] = boundsOf(distribution);
  // A range that grows begins on level ground.
  const amplitudeMeters = [growth ? 0 : Math.max(0, low), high];
  return terrainSchema.parse({
    kinds: [{ kind: "rough", amplitudeMeters, wavelengthMeters }],
    levels: amplitudeMeters[0] < high ? heights : 1,
    columns: 5,
    tileMeters: 8,
    platformMeters: 1,
    cellMeters,
  });
}
