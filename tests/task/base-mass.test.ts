/** Two parameters that make the base's mass together: what is drawn where each range works alone. */
import { describe, expect, it } from "vitest";
import { BaseMass } from "../../src/task/base-mass.js";
import { checkTask } from "../../src/task/check-task.js";
import type { TaskInput } from "../../src/task/task.js";
import {
  numWorldParameters,
  type WorldParameterName,
  worldParameterIndex,
} from "../../src/task/world-parameter-names.js";
import { walker } from "./fake-simulator.js";
import { actions, fakeEnvironment, fakeTask } from "./fake-task.js";

type Declared = NonNullable<NonNullable<TaskInput["randomization"]>["massFactor"]>;
const uniform = (low: number, high: number, when: Declared["when"] = "reset"): Declared => ({
  distribution: { uniform: [low, high] },
  when,
});
const normal: Declared = { distribution: { normal: [0, 1] } };

/** The walker's base weighs 1 kg. */
function world(massFactor: Declared, payloadKg: Declared, maxEpisodeSteps = 1) {
  const task = fakeTask({ randomization: { massFactor, payloadKg }, maxEpisodeSteps });
  const { environment } = fakeEnvironment(task);
  const now = (name: WorldParameterName, env: number) =>
    environment.overrides.parameters[env * numWorldParameters + worldParameterIndex[name]];
  const pairs = (steps: number) =>
    Array.from({ length: steps }, () => {
      environment.step(actions(2, 0, 0));
      return [0, 1].map((env) => [now("massFactor", env), now("payloadKg", env)] as const);
    }).flat();
  environment.reset(false);
  return { environment, pairs };
}

describe("factor and payload", () => {
  it("are drawn as declared, given that they leave the base a mass", () => {
    const drawn = world(uniform(0.5, 1.5), uniform(-1.5, 0.5)).pairs(4000);
    for (const [factor, payload] of drawn) expect(factor + payload).toBeGreaterThanOrEqual(0.03);
    expect(Math.min(...drawn.map(([, payload]) => payload))).toBeLessThan(-1.3);
    const mean = drawn.reduce((sum, [factor]) => sum + factor, 0) / drawn.length;
    // Of factors the density goes with the payloads each leaves: 0.47 + f, whose mean over
    // 0.5 … 1.5 is (0.47 + 13/12) / 1.47.
    expect(mean).toBeCloseTo(1.057, 1.5);
    expect(mean).toBeGreaterThan(1.04);
  });

  it.each([
    ["once and at every reset", uniform(0.2, 1, "startup"), uniform(-0.9, -0.1)],
    ["at every reset and once", uniform(0.2, 1), uniform(-0.9, -0.1, "startup")],
    [
      "at every reset and on an interval",
      uniform(0.2, 1),
      uniform(-0.9, -0.1, { intervalSeconds: [0.1, 0.3] }),
    ],
    ["with endless tails", uniform(0.2, 1), normal],
  ] as const)("drawn %s leave a mass at every moment", (_, factor, payload) => {
    for (const [f, p] of world(factor, payload, 5).pairs(500)) {
      expect(f + p).toBeGreaterThanOrEqual(0.03);
    }
  });

  it("that a held value leaves no choice are named in one error", () => {
    const { environment, pairs } = world(uniform(0.6, 1), uniform(-0.6, -0.1));
    environment.overrides.parameter(0, "massFactor", 0.7);
    pairs(20);
    environment.overrides.parameter(0, "massFactor", 0.05);
    expect(() => pairs(1)).toThrow(
      expect.objectContaining({
        code: "E_SIM_PARAMETER",
        message: expect.stringMatching(/massFactor from 0.6 to 1 and payloadKg from -0.6 to -0.1/),
      }),
    );
  });
});

describe("ranges", () => {
  const why = (massFactor: Declared, payloadKg: Declared) =>
    new BaseMass(
      walker,
      fakeTask({ randomization: { massFactor, payloadKg } }).definition.randomization,
    ).whyImpossible();

  it("are possible as long as one draw in a hundred is", () => {
    expect(why(uniform(0.7, 1.3), uniform(-0.96, 1))).toBeNull();
    expect(why(uniform(0.1, 0.4), uniform(-0.9, -0.1))).toBeNull();
    expect(why(uniform(0.1, 0.4), uniform(-0.9, -0.345))).toMatch(/hardly any/);
    expect(why(uniform(0.1, 0.4), uniform(-0.9, -0.5))).toMatch(
      /massFactor from 0.1 to 0.4 and payloadKg from -0.9 to -0.5 together leave .* none/,
    );
  });

  it("of which no draw is possible make no task", () => {
    const task = fakeTask({
      randomization: { massFactor: uniform(0.1, 0.4), payloadKg: uniform(-0.9, -0.5) },
    });
    expect(() => checkTask(task.definition, task.robot, task.signals)).toThrow(
      expect.objectContaining({ code: "E_TASK_INVALID" }),
    );
  });
});
