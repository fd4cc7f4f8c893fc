export function derived(s: State) {
  return {
    "pole.cos": Math.cos(s.pole.angle),
    "pole.sin": Math.sin(s.pole.angle),
  };
}
