/** Poses between two control steps. */

/**
 * out = a + share (b − a) for positions, the shorter arc for orientations; [env][body][7]. An
 * environment that began another episode in between stays at b: nothing glides through a reset.
 */
export function blendPoses(
  out: Float32Array,
  a: Float32Array,
  b: Float32Array,
  share: number,
  episodeA: Uint16Array,
  episodeB: Uint16Array,
): void {
  const numEnvs = episodeB.length;
  const width = b.length / numEnvs;
  for (let env = 0; env < numEnvs; env++) {
    const s = episodeA[env] === episodeB[env] || share === 1 ? share : 0;
    const end = (env + 1) * width;
    for (let i = env * width; i < end; i += 7) {
      for (let k = 0; k < 3; k++) out[i + k] = a[i + k] + s * (b[i + k] - a[i + k]);
      const dot =
        a[i + 3] * b[i + 3] + a[i + 4] * b[i + 4] + a[i + 5] * b[i + 5] + a[i + 6] * b[i + 6];
      const sign = dot < 0 ? -s : s;
      const w = (1 - s) * a[i + 3] + sign * b[i + 3];
      const x = (1 - s) * a[i + 4] + sign * b[i + 4];
      const y = (1 - s) * a[i + 5] + sign * b[i + 5];
      const z = (1 - s) * a[i + 6] + sign * b[i + 6];
      const norm = 1 / Math.sqrt(w * w + x * x + y * y + z * z);
      out[i + 3] = w * norm;
      out[i + 4] = x * norm;
      out[i + 5] = y * norm;
      out[i + 6] = z * norm;
    }
  }
}
