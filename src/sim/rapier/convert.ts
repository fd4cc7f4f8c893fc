/** Rapier's vector and quaternion objects. Ours are lists, quaternions w first. */
export function xyz([x, y, z]: readonly number[]): { x: number; y: number; z: number } {
  return { x, y, z };
}

export function xyzw([w, x, y, z]: readonly number[]): {
  x: number;
  y: number;
  z: number;
  w: number;
} {
  return { x, y, z, w };
}
