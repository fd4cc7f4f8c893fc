/** Enough of TypeScript's words to read a reward by: no parser, for text that is only shown. */

export type TokenKind = "keyword" | "literal" | "string" | "comment" | "call" | "key" | "plain";

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
}

const pattern =
  /(\/\/.*$|\/\*.*?(?:\*\/|$))|("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`)|\b(export|function|return|const|let|if|else|for|of|while|import|from|type|interface|true|false|null|undefined|new)\b|(\b\d[\d_]*\.?\d*(?:e[-+]?\d+)?\b)|([A-Za-z_$][\w$]*)(?=\s*\()|([A-Za-z_$][\w$]*)(?=\s*:)/g;

const kinds: readonly TokenKind[] = ["comment", "string", "keyword", "literal", "call", "key"];

/** One line; a comment over several lines is marked by `inComment`. */
export function tokens(line: string, inComment = false): Token[] {
  if (inComment) return [{ kind: "comment", text: line }];
  const found: Token[] = [];
  let at = 0;
  for (const match of line.matchAll(pattern)) {
    if (match.index > at) found.push({ kind: "plain", text: line.slice(at, match.index) });
    const group = match.slice(1).findIndex((text) => text !== undefined);
    found.push({ kind: kinds[group], text: match[0] });
    at = match.index + match[0].length;
  }
  if (at < line.length) found.push({ kind: "plain", text: line.slice(at) });
  return found;
}

/** Which lines stand inside a block comment that began before them. */
export function linesInComment(lines: readonly string[]): boolean[] {
  let open = false;
  return lines.map((line) => {
    const inside = open;
    const lastOpen = line.lastIndexOf("/*");
    const lastClose = line.lastIndexOf("*/");
    if (lastOpen > lastClose) open = true;
    else if (lastClose >= 0) open = false;
    return inside;
  });
}
