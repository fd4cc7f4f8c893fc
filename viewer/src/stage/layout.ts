/** Where the environments of flat tasks are drawn: each has a place of its own in a square grid. */

export interface Layout {
  /** [env][3] m, where the environment's origin is drawn. */
  readonly offsets: Float32Array;
  readonly spacingMeters: number;
}

/** Row by row, centred on the world's origin, environment 0 first. */
export function gridLayout(numEnvs: number, spacingMeters: number): Layout {
  const columns = Math.ceil(Math.sqrt(numEnvs));
  const rows = Math.ceil(numEnvs / columns);
  const offsets = new Float32Array(3 * numEnvs);
  for (let env = 0; env < numEnvs; env++) {
    offsets[3 * env] = (Math.floor(env / columns) - (rows - 1) / 2) * spacingMeters;
    offsets[3 * env + 1] = ((env % columns) - (columns - 1) / 2) * spacingMeters;
  }
  return { offsets, spacingMeters };
}
