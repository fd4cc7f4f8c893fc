/** Finds the inputs a Handlebars template reads, so that a misspelt one is an error rather than a gap. */

/** Words of the template language itself, and dotprompt's helpers. */
const KEYWORDS = new Set([
  "else",
  "this",
  "true",
  "false",
  "null",
  "undefined",
  "as",
  "if",
  "unless",
  "each",
  "with",
  "lookup",
  "log",
  "role",
  "history",
  "section",
  "media",
  "json",
  "ifEquals",
  "unlessEquals",
]);

/**
 * Names of top-level inputs a template reads, in order of appearance. Inside `{{#each list}}` and
 * `{{#with object}}` bare names belong to the element, and only `../name` reaches an input.
 */
export function templateVariables(template: string): string[] {
  const names = new Set<string>();
  /** Open blocks, true where the block changes what bare names mean. */
  const blocks: boolean[] = [];
  const tag = /\\\{\{|\{\{!--[\s\S]*?--\}\}|\{\{\{?([\s\S]*?)\}?\}\}/g;
  for (const [, inner] of template.matchAll(tag)) {
    const text = inner?.replace(/^~|~$/g, "").trim() ?? "";
    if (text === "" || text.startsWith("!") || text.startsWith(">")) continue;
    if (text.startsWith("/")) {
      blocks.pop();
      continue;
    }
    const opens = /^[#^]\s*(\w+)/.exec(text);
    const depth = blocks.filter(Boolean).length;
    for (const name of pathsIn(text.replace(/^[#^&]\s*/, ""), depth)) names.add(name);
    if (opens && text !== "^") blocks.push(opens[1] === "each" || opens[1] === "with");
  }
  return [...names];
}

/** First parts of the paths in a tag that reach the template's inputs from `depth` changed scopes. */
function pathsIn(text: string, depth: number): string[] {
  const names: string[] = [];
  const withoutStrings = text.replace(/"[^"]*"|'[^']*'/g, "").replace(/\bas\s*\|[^|]*\|/g, "");
  for (const [path] of withoutStrings.matchAll(/@?(?:\.\.\/)*[A-Za-z_][\w.]*=?/g)) {
    if (path.startsWith("@") || path.endsWith("=")) continue;
    const ups = (path.match(/\.\.\//g) ?? []).length;
    const name = path.replace(/^(\.\.\/)+/, "").split(".")[0];
    if (ups === depth && !KEYWORDS.has(name)) names.push(name);
  }
  return names;
}
