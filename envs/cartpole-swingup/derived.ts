export function derived(s: State): Derived {
  return {
    "pole.cos": Math.cos(s.pole.angle),
    "pole.sin": Math.sin(s.pole.angle),
  };
}
