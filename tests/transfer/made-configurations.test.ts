import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { Rng } from "../../src/core/rng.js";
import { boundsOf } from "../../src/task/distribution.js";
import type { LoadedTask } from "../../src/task/loaded-task.js";
import { loadTask } from "../../src/task/node/load.js";
import { searchByCem } from "../../src/transfer/cem.js";
import { checkConfiguration } from "../../src/transfer/check-configuration.js";
import {
  makeConfigurations,
  plainDesigners,
  uninformedPrior,
} from "../../src/transfer/made-configurations.js";

let task: LoadedTask;
beforeAll(async () => {
  task = await loadTask("go1-walk");
});

const prior = {
  friction: [[0.3, 5]],
  motorStrength: [
    [0.6, 0.8],
    [0.95, 1.5],
  ],
  actionDelaySteps: [[0, 3]],
  restitution: [[0, 0]],
} as const;

describe("randomizations without a model", () => {
  it("lie within the prior, whoever makes them and whatever the seed", () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 20 }), (seed, count) => {
        for (const designer of ["offline", "random", "full-prior"] as const) {
          const made = makeConfigurations(designer, task, prior, count, seed);
          expect(made).toHaveLength(designer === "full-prior" ? 1 : count);
          for (const one of made) {
            expect(one.designer).toBe(designer);
            expect(checkConfiguration(one, task, prior).issues).toBeUndefined();
          }
        }
      }),
      { numRuns: 10 },
    );
  });

  it("are the same for the same seed, and others for another", () => {
    const make = (seed: number) => makeConfigurations("random", task, prior, 3, seed);
    expect(make(1)).toEqual(make(1));
    expect(make(1)).not.toEqual(make(2));
  });

  it("of the offline designer hold what is nominal and grow from cautious to bold", () => {
    const made = makeConfigurations("offline", task, prior, 16, 0);
    const widths = made.flatMap(({ ranges }) => {
      if (!ranges["friction"]) return [];
      const [low, high] = boundsOf(ranges["friction"].distribution);
      expect(low).toBeLessThanOrEqual(0.8);
      expect(high).toBeGreaterThanOrEqual(0.8);
      return [high - low];
    });
    expect(widths.length).toBeGreaterThan(4);
    expect(widths.at(-1)).toBeGreaterThan(2 * widths[0]);
  });

  it("of the full prior take, where there is a gap, the side that holds what is nominal", () => {
    const [{ ranges }] = makeConfigurations("full-prior", task, prior, 1, 0);
    expect(boundsOf(ranges["motorStrength"].distribution)).toEqual([0.95, 1.5]);
    expect(Object.keys(ranges)).not.toContain("restitution");
  });

  it("are possible with all their ranges together, each of which is possible alone", () => {
    const light = { massFactor: [[0.05, 1.3]], payloadKg: [[-5, 1]] } as const;
    const made = makeConfigurations("random", task, light, 60, 1);
    for (const one of made) expect(checkConfiguration(one, task, light).issues).toBeUndefined();
    const all = makeConfigurations("full-prior", task, light, 1, 0);
    expect(checkConfiguration(all[0], task, light).issues).toBeUndefined();
    const ranges = {
      massFactor: { distribution: { uniform: [0.05, 0.1] } },
      payloadKg: { distribution: { uniform: [-5, -3] } },
    };
    const { issues } = checkConfiguration({ designer: "test", name: "light", ranges }, task, light);
    expect(issues).toMatchObject([{ code: "E_CONFIGURATION_RANGE" }]);
    expect(issues?.[0].message).toMatch(/massFactor from 0.05 to 0.1 and payloadKg from -5 to -3/);
  });

  it("need a prior that leaves something to randomize", () => {
    expect(() => makeConfigurations("offline", task, { friction: [] }, 1, 0)).toThrow(
      expect.objectContaining({ code: "E_PRIOR_EMPTY" }),
    );
    expect(makeConfigurations("none", task, {}, 4, 0)).toHaveLength(1);
  });

  it("can be drawn from all that can be, where nothing is known", () => {
    const all = uninformedPrior(task);
    for (const designer of plainDesigners) {
      const [one] = makeConfigurations(designer, task, all, 1, 3);
      expect(checkConfiguration(one, task, all).issues ?? []).toEqual([]);
    }
  });
});

describe("the cross-entropy method", () => {
  it("moves towards what scores best", async () => {
    const parameters = [{ name: "friction", nominal: 0.8, integer: false, feasible: [[0, 10]] }];
    const result = await searchByCem({
      prior: parameters as never,
      generations: 12,
      population: 24,
      elites: 6,
      rng: new Rng(5),
      // Best from 2 to 3.
      score: async (all) =>
        all.map(({ ranges }) => {
          const [low, high] = boundsOf(ranges["friction"].distribution);
          return -((low - 2) ** 2) - (high - 3) ** 2;
        }),
    });
    expect(result.generations).toHaveLength(12);
    expect(result.score).toBeGreaterThan(-0.1);
    expect(result.best).toMatchObject({ designer: "cem" });
  });
});
