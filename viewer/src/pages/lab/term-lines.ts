/** Which line of a reward computes a term: where the name is given its value. */

/** [term] line from 1; 0 where the name stands nowhere. */
export function termLines(code: string, names: readonly string[]): number[] {
  const lines = code.split("\n").map((line) => line.replace(/\/\/.*$/, ""));
  return names.map((name) => {
    const word = name.replace(/[$]/g, "\\$");
    const given = find(lines, new RegExp(`\\b(?:const|let)\\s+${word}\\b`));
    if (given > 0) return given;
    return find(lines, new RegExp(`(?:^|[{,\\s])${word}\\s*(?::|,|}|$)`));
  });
}

/** The last one: earlier lines of that shape are types. */
function find(lines: readonly string[], pattern: RegExp): number {
  return lines.findLastIndex((line) => pattern.test(line)) + 1;
}
