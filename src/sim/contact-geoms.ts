/** The geoms whose contact force a simulator reports: named ones that something may touch. */
import { RewardsmithError } from "../core/errors.js";
import type { Articulation } from "./articulation.js";
import type { CollisionFilter } from "./collision-filter.js";
import type { SimulatorOptions } from "./simulator.js";

/** Index of each named geom in the robot; E_SIM_CONTACT_GEOM where one is missing, fixed or touches nothing. */
export function contactGeomIndices(
  { robot, contactGeoms }: SimulatorOptions,
  articulation: Articulation,
  filter: CollisionFilter,
): number[] {
  const mayTouch = (g: number) => {
    const { body } = robot.geoms[g];
    return filter.group[g] >= 0 && body >= 0 && articulation.linkOfBody[body] >= 0;
  };
  return contactGeoms.map((name) => {
    const geom = robot.geoms.findIndex((candidate) => candidate.name === name);
    if (geom >= 0 && mayTouch(geom)) return geom;
    const names = robot.geoms.flatMap((candidate, g) => (mayTouch(g) ? [candidate.name] : []));
    throw new RewardsmithError(
      "E_SIM_CONTACT_GEOM",
      geom < 0
        ? `there is no geom "${name}" in robot "${robot.name}"`
        : `geom "${name}" touches nothing that moves against it`,
      { hint: `geoms that may touch something: ${names.join(", ") || "none"}` },
    );
  });
}
