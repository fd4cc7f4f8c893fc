/**
 * Uneven ground as data: square tiles in a grid, one level of difficulty per row (along +y) and the
 * kinds of ground one after the other along +x. Robots start on a tile's middle; all tiles end at
 * height 0, so that they join, and around the grid the ground is flat without end.
 */
import { z } from "zod";

/** Greatest amplitude of rough ground, m. */
export const mostBumpsMeters = 1;

/** A quantity at the first level and at the last; levels between are even steps. */
const difficulty = (limit: number) =>
  z.tuple([z.number().min(0).max(limit), z.number().min(0).max(limit)]);

/** Whether a robot that starts in the middle goes up (out of a pit) or down (from a pyramid). */
const direction = z.enum(["up", "down"]).default("up");

const terrainKindSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("flat") }),
  /** Smooth noise between ± `amplitudeMeters`. */
  z.strictObject({
    kind: z.literal("rough"),
    amplitudeMeters: difficulty(mostBumpsMeters),
    /** Between the points whose heights are drawn, m. */
    wavelengthMeters: z.number().positive().default(0.5),
  }),
  z.strictObject({ kind: z.literal("slope"), degrees: difficulty(45), direction }),
  z.strictObject({
    kind: z.literal("stairs"),
    stepMeters: difficulty(0.5),
    depthMeters: z.number().positive().default(0.3),
    direction,
  }),
  /** Blocks strewn about, from half as high as `heightMeters` to as high. */
  z.strictObject({
    kind: z.literal("boxes"),
    heightMeters: difficulty(0.5),
    /** Shortest and longest side of a block, m. */
    sideMeters: z.tuple([z.number().positive(), z.number().positive()]).default([0.3, 1]),
    perTile: z.int().positive().default(20),
  }),
]);

/** Both engines keep them in memory, MuJoCo once per environment. */
const mostPoints = 1e6;

export const terrainSchema = z
  .strictObject({
    kinds: z.array(terrainKindSchema).min(1),
    levels: z.int().min(1).max(20).default(5),
    /**
     * Tiles along +x; the kinds repeat until there are as many. Robots start on the first of each
     * kind: the others are what lies ahead of one that walks on. By default one of each.
     */
    columns: z.int().positive().max(64).optional(),
    /** Side of a tile, and of the level square in its middle, m. */
    tileMeters: z.number().min(1).max(50).default(8),
    platformMeters: z.number().min(0).default(2),
    /** Between the points of the height field, m; what is steeper than the grid shows as a ramp one cell wide. */
    cellMeters: z.number().min(0.02).max(1).default(0.1),
    seed: z.int().min(0).default(1),
    /**
     * Training begins at the first level. An environment goes up a level when an episode reaches its
     * time limit with this mean fitness a step, down one when it ends before; from the last it goes to any.
     * Without it, and in every test, environments stand on all levels evenly.
     */
    curriculum: z.strictObject({ success: z.number() }).optional(),
  })
  .refine(({ kinds, columns }) => columns === undefined || columns >= kinds.length, {
    path: ["columns"],
    error: "at least one for each kind",
  })
  .refine(
    ({ tileMeters, cellMeters }) =>
      Math.abs(tileMeters / cellMeters - Math.round(tileMeters / cellMeters)) < 1e-6,
    { path: ["tileMeters"], error: "a whole number of cells" },
  )
  .refine(({ tileMeters, platformMeters }) => platformMeters < tileMeters, {
    path: ["platformMeters"],
    error: "smaller than the tile",
  })
  .refine(
    (terrain) => {
      const perTile = (terrain.tileMeters / terrain.cellMeters) ** 2;
      return numColumns(terrain) * terrain.levels * perTile <= mostPoints;
    },
    { path: ["cellMeters"], error: "more than a million points: fewer tiles, or larger cells" },
  );

export type Terrain = z.infer<typeof terrainSchema>;
export type TerrainKind = z.infer<typeof terrainKindSchema>;

/** Tiles along +x. */
export function numColumns(terrain: {
  readonly columns?: number | undefined;
  readonly kinds: { readonly length: number };
}): number {
  return terrain.columns ?? terrain.kinds.length;
}
