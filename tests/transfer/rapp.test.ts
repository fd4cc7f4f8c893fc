import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { wilson95 } from "../../src/core/statistics.js";
import type { PolicyParameters } from "../../src/policy/inference.js";
import { compileTask } from "../../src/reward/node/compile-task.js";
import { loadTask } from "../../src/task/node/load.js";
import { between } from "../../src/transfer/grid.js";
import type { EpisodeMeasure, MeasureOptions } from "../../src/transfer/measure.js";
import { physicsPriorSchema } from "../../src/transfer/prior.js";
import {
  faithfulSettings,
  measurePrior,
  type RappMemory,
  type RappOptions,
  rappDefaults,
} from "../../src/transfer/rapp.js";
import type { World } from "../../src/transfer/world.js";
import { smallestNetwork } from "./zero-checkpoint.js";

const go1 = compileTask(await loadTask("go1-walk"));
const policy: PolicyParameters = {
  network: smallestNetwork,
  theta: new Float32Array(1),
  observationStatistics: null,
};

type Rule = (world: World, profile: MeasureOptions["profile"], repeat: number) => boolean;

/** Every episode as a rule has it, and what was asked for. */
function fakeMeasure(rule: Rule) {
  const calls: MeasureOptions[] = [];
  const measure = async (options: MeasureOptions): Promise<EpisodeMeasure[]> => {
    calls.push(options);
    return options.worlds.map((world, i) => {
      const loose = rule(world, options.profile, i);
      return { world: i, success: loose, loose, ending: "", seconds: 0, fitness: 0, measures: {} };
    });
  };
  return { calls, measure };
}

function optionsFor(rule: Rule, more: Partial<RappOptions> = {}): RappOptions {
  const { measure } = fakeMeasure(rule);
  return {
    ...rappDefaults,
    task: go1,
    policy,
    engine: "rapier",
    measure,
    repeats: 4,
    refinements: 3,
    ...more,
  };
}

const frictionOf = (world: World) => world.parameters?.friction ?? 1;
const feasible = async (rule: Rule, more: Partial<RappOptions> = {}) =>
  (await measurePrior(optionsFor(rule, { only: ["friction"], ...more }))).parameters[0].feasible;

describe("the physics prior", () => {
  it("finds an edge between two values of the grid, by halving, on the finer physics", async () => {
    // From 0.5, which works, to 0.1, which does not: 0.224 fails, 0.335 fails, 0.417 works.
    expect(await feasible((world) => frictionOf(world) >= 0.4)).toEqual([[0.417, 10]]);
  });

  it("believes finer physics where it works less far, and takes values off until one holds", async () => {
    const rule: Rule = (world, profile) => frictionOf(world) >= (profile === "train" ? 0.05 : 0.6);
    const [[low, high]] = await feasible(rule);
    expect(low).toBeGreaterThanOrEqual(0.6);
    expect(low).toBeLessThan(0.8);
    expect(high).toBe(10);
  });

  it("keeps a gap as a gap, which the original's rule fills", async () => {
    const rule: Rule = (world) => frictionOf(world) < 0.3 || frictionOf(world) >= 0.6;
    const intervals = await feasible(rule);
    expect(intervals).toHaveLength(2);
    expect(intervals[0][1]).toBeLessThan(0.3);
    expect(intervals[1][0]).toBeGreaterThanOrEqual(0.6);
    expect(await feasible(rule, faithfulSettings)).toEqual([[0, 10]]);
  });

  it("counts a value as one that works from the share asked for", async () => {
    const half: Rule = (world, _, repeat) => frictionOf(world) >= 0.4 || repeat % 2 === 0;
    expect((await feasible(half, { share: 0.5 }))[0][0]).toBe(0);
    expect((await feasible(half, { share: 0.75 }))[0][0]).toBe(0.417);
  });

  it("asks for every parameter alone, with all repeats, and delays in whole steps", async () => {
    const { calls, measure } = fakeMeasure(() => true);
    const prior = await measurePrior({ ...optionsFor(() => true), measure });
    const names = prior.parameters.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["friction", "pushSpeed", "actionDelaySteps"]));
    expect(names).not.toContain("objectMassFactor");
    const worlds = calls.flatMap(({ worlds }) => worlds);
    for (const world of worlds) {
      const held = Object.keys(world.parameters ?? {}).length + Object.keys(world).length;
      expect(held).toBeLessThanOrEqual(2);
    }
    const delays = worlds.flatMap(({ actionDelaySteps }) => actionDelaySteps ?? []);
    expect([...new Set(delays)].sort((a, b) => a - b)).toEqual([1, 5, 10]);
    expect(delays.filter((delay) => delay === 5)).toHaveLength(4);
    // Bumps of 5 and 10 m are no ground, and level ground is the nominal world.
    const bumps = worlds.flatMap(({ terrain }) => terrain?.kinds ?? []);
    expect(
      new Set(bumps.flatMap((kind) => ("amplitudeMeters" in kind ? kind.amplitudeMeters : []))),
    ).toEqual(new Set([0.01, 0.1, 0.5, 1]));
    expect(physicsPriorSchema.parse(JSON.parse(JSON.stringify(prior)))).toEqual(prior);
  });

  it("goes on where it was interrupted and finds the same", async () => {
    const rule: Rule = (world) => frictionOf(world) >= 0.2;
    const kept = new Map<string, readonly number[]>();
    const memory: RappMemory = {
      read: (key) => kept.get(key),
      write: (key, successes) => kept.set(key, successes),
    };
    const abort = new AbortController();
    const { calls, measure } = fakeMeasure(rule);
    const interrupted = optionsFor(rule, {
      memory,
      signal: abort.signal,
      measure: (asked) => {
        if (calls.length === 5) abort.abort();
        return measure(asked);
      },
    });
    await expect(measurePrior(interrupted)).rejects.toThrow(
      expect.objectContaining({ name: "AbortError" }),
    );
    const keptBefore = kept.size;
    expect(keptBefore).toBeGreaterThan(2);
    const resumed = fakeMeasure(rule);
    const prior = await measurePrior(optionsFor(rule, { memory, measure: resumed.measure }));
    expect(prior).toEqual(await measurePrior(optionsFor(rule)));
    expect(resumed.calls).toHaveLength(kept.size - keptBefore);
  });

  it("says so when the policy fails in the world it was made for", async () => {
    await expect(measurePrior(optionsFor(() => false))).rejects.toThrow(
      expect.objectContaining({ code: "E_RAPP_NOMINAL" }),
    );
  });

  it("refuses a parameter it does not know, with the nearest name", async () => {
    await expect(measurePrior(optionsFor(() => true, { only: ["frictoin"] }))).rejects.toThrow(
      expect.objectContaining({
        code: "E_PARAMETER_UNKNOWN",
        hint: expect.stringContaining('"friction"'),
      }),
    );
  });

  it("maps two parameters together", async () => {
    const rule: Rule = ({ parameters = {} }) =>
      (parameters.friction ?? 1) + (parameters.payloadKg ?? 0) > 0;
    const maps = [["friction", "payloadKg"]] as const;
    const prior = await measurePrior(optionsFor(rule, { only: ["friction"], maps }));
    const [{ values, successes, n }] = prior.maps;
    expect(values[0][0]).toBe(0);
    for (const [i, friction] of values[0].entries()) {
      for (const [j, payload] of values[1].entries()) {
        expect(successes[i][j]).toBe(friction + payload > 0 ? n : 0);
      }
    }
  });

  it("counts two values that cannot be together as failing, and tries them nowhere", async () => {
    const { calls, measure } = fakeMeasure(() => true);
    const maps = [["massFactor", "payloadKg"]] as const;
    const prior = await measurePrior(optionsFor(() => true, { only: ["friction"], maps, measure }));
    const [{ values, successes, n }] = prior.maps;
    expect(successes[values[0].indexOf(0.5)][values[1].indexOf(-5)]).toBe(0);
    expect(successes[values[0].indexOf(0.5)][values[1].indexOf(-1)]).toBe(n);
    for (const { massFactor = 1, payloadKg = 0 } of calls.flatMap(({ worlds }) =>
      worlds.map(({ parameters = {} }) => parameters),
    )) {
      expect(5.204 * massFactor + payloadKg).toBeGreaterThan(0);
    }
  });
});

describe("the value between two others", () => {
  it("lies strictly between, whatever they are", () => {
    const value = fc.double({ min: -20, max: 20, noNaN: true });
    fc.assert(
      fc.property(value, value, fc.boolean(), (a, b, integer) => {
        const [low, high] = integer ? [Math.round(a), Math.round(b)] : [a, b];
        if (Math.abs(high - low) < 0.05 * Math.max(1, Math.abs(low))) return;
        const middle = between(low, high, integer);
        if (middle === null) return expect(integer && Math.abs(high - low)).toBeLessThanOrEqual(1);
        expect(middle).toBeGreaterThan(Math.min(low, high));
        expect(middle).toBeLessThan(Math.max(low, high));
      }),
    );
  });
});

describe("the interval of a share", () => {
  it("is Wilson's", () => {
    // 8 of 10: (0.8 + 0.19207 ± 1.96 √(0.016 + 0.0096036)) / 1.384146
    const { low, high } = wilson95(8, 10);
    expect(low).toBeCloseTo(0.4902, 4);
    expect(high).toBeCloseTo(0.9433, 4);
    expect(wilson95(16, 16).low).toBeCloseTo(0.8064, 4);
    expect(wilson95(0, 16).low).toBe(0);
  });
});
