import { expect, test } from "vitest";
import { languageRuleList } from "../../src/llm/language-rules.js";
import { compileProgram } from "../../src/reward/node/compile.js";
import type { SignalTable } from "../../src/task/signals.js";

const table: SignalTable = {
  stride: 4,
  signals: [signal("x", 1, true, 0), signal("v", 3, false, 1)],
};

function signal(name: string, size: number, scalar: boolean, offset: number) {
  const source = { kind: "episodeTime" } as const;
  return { name, source, size, scalar, offset, unit: "", frame: "", description: name };
}

function issues(code: string): string[] {
  const file = code.includes("function reward")
    ? code
    : `export function reward(s: State): Terms { ${code} }`;
  return compileProgram(file, "reward", table).issues.map(
    ({ code, message }) => `${code} ${message}`,
  );
}

test.each(languageRuleList.filter((rule) => rule.accepted))(
  "what the models are told is allowed compiles: $text",
  ({ accepted }) => {
    expect(issues(accepted!)).toEqual([]);
  },
);

test.each(languageRuleList.filter((rule) => rule.refused))(
  "what they are told is refused does not: $text",
  ({ refused }) => {
    expect(issues(refused!)).not.toEqual([]);
  },
);
