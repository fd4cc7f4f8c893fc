import fc from "fast-check";
import { expect, test } from "vitest";
import { extractCode } from "../../src/llm/extract-code.js";

const reward = "export function reward(s: State): Terms {\n  return { a: helper(s.x) };\n}\n";
const helper = "function helper(x: number): number {\n  return x * 2;\n}\n";
const fenced = (code: string, tag = "ts") => `\`\`\`${tag}\n${code}\`\`\`\n`;

function issueOf(answer: string): string {
  const result = extractCode(answer);
  return "issue" in result ? result.issue.code : "accepted";
}

test("helper functions beside the reward are kept", () => {
  expect(extractCode(`Here:\n\n${fenced(helper + reward)}`)).toEqual({ code: helper + reward });
});

test.each(["ts", "typescript", "js", "", "TypeScript title=reward.ts"])(
  "a block tagged %j is read",
  (tag) => {
    expect(extractCode(fenced(reward, tag))).toEqual({ code: reward });
  },
);

test("of two blocks the last complete one with the reward counts", () => {
  const draft = reward.replace("helper(s.x)", "1");
  expect(extractCode(`${fenced(draft)}then\n${fenced(reward)}`)).toEqual({ code: reward });
});

test("a block of usage notes after the reward does not hide it", () => {
  expect(extractCode(`${fenced(reward)}\nRun:\n${fenced("npm start\n", "sh")}`)).toEqual({
    code: reward,
  });
});

test("a complete draft is taken when the later block is cut off", () => {
  expect(extractCode(`${fenced(reward)}\n\`\`\`ts\nexport function reward(s`)).toEqual({
    code: reward,
  });
});

test("thinking is left out, drafts in it included", () => {
  const draft = fenced(reward.replace("a:", "draft:"));
  expect(extractCode(`<think>\n${draft}\n</think>\n${fenced(reward)}`)).toEqual({ code: reward });
  expect(extractCode(`${draft}\n</think>\n${fenced(reward)}`)).toEqual({ code: reward });
});

test("a longer fence may hold a shorter one", () => {
  const code = `// use \`\`\`\n${reward}`;
  expect(extractCode(`\`\`\`\`ts\n${code}\`\`\`\`\n`)).toEqual({ code });
});

test("a block inside a list loses the list's indent", () => {
  const indented = fenced(reward).replace(/^/gm, "   ");
  expect(extractCode(`1. plan\n${indented}`)).toEqual({ code: reward });
});

test("Windows line ends are read", () => {
  expect(extractCode(fenced(reward).replace(/\n/g, "\r\n"))).toEqual({ code: reward });
});

test("an answer that is nothing but code is taken as it is", () => {
  expect(extractCode(helper + reward)).toEqual({ code: helper + reward });
});

test("a reward written as an arrow function is found", () => {
  const arrow = "export const reward = (s: State): Terms => ({ a: s.x });\n";
  expect(extractCode(fenced(arrow))).toEqual({ code: arrow });
});

test("prose, other code, cut and empty answers are told apart", () => {
  expect(issueOf("I would reward an upright pole.")).toBe("E_ANSWER_NO_CODE");
  expect(issueOf(fenced("const a = 1;\n"))).toBe("E_ANSWER_NO_CODE");
  expect(issueOf("```ts\nexport function reward(s: State): Te")).toBe("E_ANSWER_INCOMPLETE");
  expect(issueOf("export function reward(s: State): Terms {\n  return {")).toBe(
    "E_ANSWER_INCOMPLETE",
  );
  expect(issueOf("<think>\nhmm, maybe")).toBe("E_ANSWER_INCOMPLETE");
  expect(issueOf("  \n")).toBe("E_ANSWER_EMPTY");
});

test("no answer makes it throw, and a fenced reward always comes back as it was", () => {
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom(
      "```",
      "```ts\n",
      "\n```\n",
      "~~~\n",
      "<think>",
      "</think>",
      "\n",
      reward,
      "function reward(",
    ),
  );
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const result = extractCode(pieces.join(""));
      expect("code" in result ? result.code : result.issue.code).toBeTypeOf("string");
    }),
  );
  const prose = fc.string().filter((text) => !/[`~<]/.test(text) && !/function|const/.test(text));
  fc.assert(
    fc.property(prose, prose, (before, after) => {
      expect(extractCode(`${before}\n${fenced(helper + reward)}${after}`)).toEqual({
        code: helper + reward,
      });
    }),
  );
});
