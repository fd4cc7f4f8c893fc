export function derived(s: State): Derived {
  const [x, y, z] = s.chassis.position;
  return {
    "target.offset": [-x, -y, 1 - z],
    "target.distance": Math.sqrt(x * x + y * y + (z - 1) * (z - 1)),
  };
}
