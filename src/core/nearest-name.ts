/** "Did you mean": for hints of errors about names. */

/** The known name most like the one written, or undefined where none is close. */
export function nearestName(text: string, known: readonly string[]): string | undefined {
  const written = text.slice(0, 80);
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(written.length * 0.4)) + 1;
  for (const name of known) {
    const distance = likeness(written.toLowerCase(), name.toLowerCase());
    if (distance < bestDistance) {
      best = name;
      bestDistance = distance;
    }
  }
  return best;
}

/** "did you mean X? known: a, b, c", or that there are none. */
export function nameHint(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  const list = known.length > 0 ? `known: ${known.join(", ")}` : "there are none";
  return nearest === undefined ? list : `did you mean "${nearest}"? ${list}`;
}

/** Edits between two names; a name that ends or begins with the other counts as close. */
function likeness(written: string, name: string): number {
  const edits = editDistance(written, name);
  const [short, long] = written.length < name.length ? [written, name] : [name, written];
  return short.length >= 3 && (long.startsWith(short) || long.endsWith(short))
    ? Math.min(edits, 1 + edits / 100)
    : edits;
}

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = previous[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(replaced, previous[j] + 1, current[j - 1] + 1));
    }
    previous = current;
  }
  return previous[b.length];
}
