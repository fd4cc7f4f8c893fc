/**
 * Eight colours that colour-blind eyes can tell apart (Okabe and Ito), fixed by a term's name: a name
 * has its favourite, and gives way only when another term of the same reward has taken it.
 */
const count = 8;

/** [term] index of the colour, `--term-<index>` in the style sheet. Terms past eight share colours. */
export function termColors(names: readonly string[]): readonly number[] {
  const colors = new Map<string, number>();
  const taken = new Array<number>(count).fill(0);
  for (const name of [...names].sort()) {
    const least = Math.min(...taken);
    let color = favourite(name);
    while (taken[color] > least) color = (color + 1) % count;
    taken[color]++;
    colors.set(name, color);
  }
  return names.map((name) => colors.get(name)!);
}

/** FNV-1a. */
function favourite(name: string): number {
  let hash = 2166136261;
  for (const character of name) hash = Math.imul(hash ^ character.charCodeAt(0), 16777619);
  return (hash >>> 0) % count;
}

/** [term] whether an earlier term of the list has its colour: it is hatched, to be told apart. */
export function sharesColor(colors: readonly number[]): readonly boolean[] {
  return colors.map((color, term) => colors.indexOf(color) < term);
}

/** For style attributes. */
export function termColor(index: number): string {
  return `var(--term-${index})`;
}
