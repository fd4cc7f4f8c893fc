/**
 * The reward language in the words a model reads. Each rule carries a piece of code that the
 * compiler must accept, and one that it must refuse, so that the words cannot drift from it
 * (the tests compile both). Fields, helper functions and `Math` are in the `State` declaration.
 */
export interface LanguageRule {
  readonly text: string;
  /** Bodies of `reward(s)`, or whole files where they hold the entry. `s.x` is a number, `s.v` three. */
  readonly accepted?: string;
  readonly refused?: string;
}

export const languageRuleList: readonly LanguageRule[] = [
  {
    text: "Statements: `const`, `let`, assignment (`=`, `+=`, …), `if`/`else`, `? :`, `for`, `for..of`, `while`, `return`.",
    accepted:
      "let total = 0; for (let i = 0; i < 3; i++) { total += s.v[i]; } for (const v of s.v) { if (v > 0) total += v; else total -= v; } return { a: total > 1 ? 1 : total };",
    refused: "try { return { a: s.x }; } catch { return { a: 0 }; }",
  },
  {
    text: "Values: numbers, conditions, arrays of numbers, plain objects. `{ x, y } = …` and `[a, b] = …` take them apart. A condition is no number: write `ok ? 1 : 0`.",
    accepted:
      "const [a, b] = s.v; const { base } = { base: a * b }; return { a: base > 0 ? 1 : 0 };",
    refused: 'return { a: s.x + "1" };',
  },
  {
    text: "Your own functions: `function` or `const f = (x: number) => …`, at the top of the file or inside. No recursion, and no functions as results.",
    accepted:
      "function near(x: number, t = 0.5): number { return Math.exp(-(x * x) / (t * t)); }\nexport function reward(s: State): Terms { const twice = (x: number) => 2 * x; return { a: twice(near(s.x)) }; }",
    refused:
      "function f(x: number): number { return x > 0 ? f(x - 1) : 0; }\nexport function reward(s: State): Terms { return { a: f(s.x) }; }",
  },
  {
    text: "Arrays keep their length: `a[i]`, `a.length`, `map`, `reduce`, `every`, `some`, `forEach`, `slice`, `Math.max(...a)`. No `push`, no `filter`, no assignment to an element.",
    accepted:
      "return { a: s.v.map((v) => v * v).reduce((sum, v) => sum + v, 0), b: Math.max(...s.v), c: s.v.every((v) => v > 0) ? 1 : 0 };",
    refused: "const a = [0, 0]; a.push(s.x); return { a: a[0] };",
  },
  {
    text: "The state is read only, and nothing is kept from one step to the next: no top-level `let`, no `Math.random`, no time of day.",
    refused: "return { a: s.x * Math.random() };",
  },
  {
    text: "Plain types only, and most are inferred: no `any`, no `as`, no `!`, no generics, no imports.",
    accepted: "const weight: number = 2; return { a: weight * s.x };",
    refused: "return { a: (s as any).secret };",
  },
  {
    text: "No `class`, `this`, `new`, `async`, strings to build, or property names worked out at run time.",
    refused: "const o = { a: s.x, b: 1 }; const key = s.x > 0 ? 'a' : 'b'; return { a: o[key] };",
  },
  {
    text: "Every term must be finite in every state. Keep divisors, roots and logarithms away from zero and below: `x / (d + 1e-6)`, `Math.sqrt(Math.max(0, x))`.",
    accepted: "return { a: s.x / (Math.abs(s.v[0]) + 1e-6), b: Math.sqrt(Math.max(0, s.x)) };",
  },
];

/** The rules as a list in Markdown. */
export const languageRules = languageRuleList.map(({ text }) => `- ${text}`).join("\n");
