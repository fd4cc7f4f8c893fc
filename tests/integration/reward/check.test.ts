import { describe, expect, it } from "vitest";
import type { CompiledTask } from "../../../src/reward/compiled-task.js";
import { checkReward, type RewardCheck } from "../../../src/reward/node/check.js";
import { hostile, survivors } from "../../reward/hostile.js";
import { makeStates, table } from "../../reward/table.js";

const task = { task: { signals: table } } as unknown as CompiledTask;
const states = makeStates(256);

function check(body: string, options = {}): Promise<RewardCheck> {
  const source = `export function reward(s: State): Terms { ${body} }`;
  return checkReward(source, task, states, options);
}

describe("a reward's first contact", () => {
  it("is not spoiled by a check that was cancelled just before", async () => {
    const good = "return { up: Math.cos(s.pole.angle) };";
    await check(good);
    const controller = new AbortController();
    const cancelled = check(good, { signal: controller.signal });
    setTimeout(() => controller.abort(), 0);
    await expect(cancelled).rejects.toMatchObject({ code: "E_CANCELLED" });
    expect((await check(good)).accepted).toBe(true);
  });

  it("accepts a good one and says what its terms gave and what a call costs", async () => {
    const result = await check(
      "return { upright: Math.cos(s.pole.angle), effort: -0.01 * square(s.action[0]) };",
    );
    expect(result.accepted).toBe(true);
    expect(result.issues).toEqual([]);
    expect(result.terms).toEqual(["upright", "effort"]);
    expect(result.program?.columns).toEqual(["total", "upright", "effort"]);
    expect(result.nsPerCall).toBeGreaterThan(0);
    expect(result.nsPerCall).toBeLessThan(100_000);
    const { upright, effort, total } = result.samples;
    expect(upright.max).toBeLessThanOrEqual(1);
    expect(upright.min).toBeLessThan(upright.mean);
    expect(effort.max).toBeLessThanOrEqual(0);
    expect(total.mean).toBeCloseTo(upright.mean + effort.mean, 10);
  });

  it("warns of a term that never changes, and says what its sign does", async () => {
    const result = await check(
      "const far = Math.max(0, s.cart.position - 99);\nreturn { alive: 1, cost: -1, far, angle: s.pole.angle };",
    );
    expect(result.accepted).toBe(true);
    const warning = { code: "E_REWARD_CONSTANT_TERM", severity: "warning" };
    expect(result.issues).toMatchObject(
      [
        {
          ...warning,
          line: 2,
          message: expect.stringMatching(/alive is 1/),
          hint: /^Right for a bonus/,
        },
        { ...warning, message: expect.stringMatching(/cost is -1/), hint: /end the episode early/ },
        {
          ...warning,
          line: 1,
          message: expect.stringMatching(/far is 0/),
          hint: /wider temperature/,
        },
      ].map(({ hint, ...issue }) => ({ ...issue, hint: expect.stringMatching(hint) })),
    );
  });

  it.each([
    ["a type error", "return { a: s.base.linVel };", "E_REWARD_TYPE"],
    ["an unknown field", "return { a: s.cart.speed };", "E_REWARD_UNKNOWN_FIELD"],
    ["a syntax error", "return { a: };", "E_REWARD_SYNTAX"],
    ["a forbidden construct", "return { a: eval('1') };", "E_REWARD_FORBIDDEN"],
    ["an endless loop", "while (true) {} return { a: s.cart.position };", "E_REWARD_FUEL"],
    ["NaN", "return { fine: 1, root: Math.sqrt(s.cart.position) };", "E_REWARD_NOT_FINITE"],
    ["infinity", "return { a: 1 / (s.cart.position - s.cart.position) };", "E_REWARD_NOT_FINITE"],
    ["no signal", "return { a: 1 };", "E_REWARD_NO_SIGNAL"],
  ])("refuses %s", async (_, body, code) => {
    const result = await check(body);
    expect(result.accepted).toBe(false);
    expect(result.issues.map((issue) => issue.code)).toContain(code);
    expect(result.issues.every((issue) => issue.hint !== "")).toBe(true);
  });

  it("says which term is not a number, and for which signals", async () => {
    const [issue] = (await check("return { fine: 1, root: Math.sqrt(s.cart.position) };")).issues;
    expect(issue.message).toMatch(
      /^root is NaN at recorded state \d+, where s\.cart\.position = -/,
    );
  });

  it("answers many at once", async () => {
    const results = await Promise.all(
      [1, 2, 3, 4].map((k) => check(`return { a: ${k} * s.cart.position };`)),
    );
    expect(results.map(({ accepted }) => accepted)).toEqual([true, true, true, true]);
    expect(results[3].samples["a"].max).toBeCloseTo(4 * results[0].samples["a"].max, 6);
  });

  it("gives up on a check that takes too long, and the next one is not harmed", async () => {
    const late = await check("return { a: s.cart.position };", { timeoutSeconds: 0.001 });
    expect(late.accepted).toBe(false);
    expect(late.issues[0].code).toBe("E_REWARD_TIMEOUT");
    expect((await check("return { a: s.cart.position };")).accepted).toBe(true);
  });

  it("stops when told to", async () => {
    const controller = new AbortController();
    const pending = check("return { a: s.cart.position };", { signal: controller.signal });
    controller.abort();
    await expect(pending).rejects.toMatchObject({ code: "E_CANCELLED" });
  });
});

describe("hostile modules meet the whole of the check", () => {
  it("and none but the harmless is accepted, in bounded time", async () => {
    const mayPass = new Set([
      "an assignment to the parameter's fields",
      "a type that refers to itself",
      "a loop that never counts, beyond 2^53",
    ]);
    for (const [name, source] of Object.entries(hostile)) {
      const start = performance.now();
      const result = await checkReward(source, task, states, { timeoutSeconds: 20 });
      expect([name, result.accepted]).toEqual([name, mayPass.has(name)]);
      if (survivors.get(name) === "out of fuel") {
        expect([name, result.issues[0].code]).toEqual([name, "E_REWARD_FUEL"]);
      }
      if (survivors.get(name) === "not finite") {
        expect([name, result.issues[0].code]).toEqual([name, "E_REWARD_NOT_FINITE"]);
      }
      expect([name, performance.now() - start < 15_000]).toEqual([name, true]);
    }
  }, 110_000);
});
