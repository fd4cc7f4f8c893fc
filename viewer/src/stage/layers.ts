/** What can be shown besides the robots, on keys 1 to 9 in this order. */
export const layers = [
  { id: "contacts", title: "Contact points" },
  { id: "forces", title: "Contact forces" },
  { id: "frames", title: "Body frames" },
  { id: "joints", title: "Joint axes" },
  { id: "mass", title: "Centre of mass" },
  { id: "collision", title: "Collision shapes" },
  { id: "ghosts", title: "Ghosts of the last second" },
  { id: "trails", title: "Trails" },
  { id: "terrain", title: "Ground" },
] as const;

export type Layer = (typeof layers)[number]["id"];

export const layersAtFirst: ReadonlySet<Layer> = new Set(["terrain"]);
