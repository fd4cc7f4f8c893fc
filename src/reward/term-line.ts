/** Where in a reward's code a term is worked out. */

/**
 * The line, from 1, that gives a variable of the term's name its value, else the one that returns it;
 * null where the name stands nowhere.
 */
export function termLine(term: string, code: string): number | null {
  const word = term.replace(/[^\w$]|\$/g, "\\$&");
  const lines = code.split("\n").map((line) => line.replace(/\/\/.*$/, ""));
  const patterns = [
    `\\b(?:const|let)\\s+${word}(?![\\w$])`,
    `(?:^|[\\s{,"'])${word}["']?\\s*(?::|,|}|$)`,
  ];
  for (const pattern of patterns) {
    const expression = new RegExp(pattern);
    // The last one: earlier lines of that shape are types.
    const at = lines.findLastIndex((line) => expression.test(line));
    if (at >= 0) return at + 1;
  }
  return null;
}
