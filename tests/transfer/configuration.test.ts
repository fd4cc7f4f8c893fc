import { describe, expect, it } from "vitest";
import { compileTask } from "../../src/reward/node/compile-task.js";
import { jobId } from "../../src/run/job.js";
import { checkTask } from "../../src/task/check-task.js";
import { loadTask } from "../../src/task/node/load.js";
import { checkConfiguration, parseConfiguration } from "../../src/transfer/check-configuration.js";
import {
  configurationSchema,
  type RandomizationConfiguration,
  withRandomization,
} from "../../src/transfer/configuration.js";
import { humanConfiguration, noConfiguration } from "../../src/transfer/plain-configurations.js";

const go1 = compileTask(await loadTask("go1-walk"));
const cartpole = await loadTask("cartpole");

function configuration(ranges: Record<string, unknown>): unknown {
  return { designer: "test", name: "one", ranges };
}
const uniform = (low: number, high: number) => ({ distribution: { uniform: [low, high] } });

function codesOf(ranges: Record<string, unknown>, prior?: Record<string, [number, number][]>) {
  const { issues = [] } = checkConfiguration(configuration(ranges), go1.task, prior);
  return issues.map(({ code }) => code);
}

describe("a configuration", () => {
  it("is refused for a parameter that does not exist, with the nearest name", () => {
    const checked = checkConfiguration(configuration({ frictoin: uniform(0.5, 1) }), go1.task);
    expect(checked.issues).toHaveLength(1);
    expect(checked.issues?.[0]).toMatchObject({ code: "E_CONFIGURATION_PARAMETER" });
    expect(checked.issues?.[0].hint).toContain('did you mean "friction"?');
  });

  it("is refused for a parameter that this robot lacks", () => {
    const pushed = configuration({ pushSpeed: uniform(0, 1) });
    expect(() => parseConfiguration(pushed, cartpole, "c.json")).toThrow(
      expect.objectContaining({ code: "E_CONFIGURATION_ROBOT", where: "c.json" }),
    );
    expect(codesOf({ pushSpeed: uniform(0, 1) })).toEqual([]);
  });

  it.each([
    ["upside down", { friction: uniform(2, 1) }],
    ["below what can be", { motorStrength: uniform(-0.5, 1) }],
    ["of more than the robot can lose", { payloadKg: uniform(-10, 1) }],
    ["of no number", { friction: uniform(Number.NaN, 1) }],
    ["of text", { friction: "0.5 to 1" }],
    ["of part of a delay", { actionDelaySteps: uniform(0, 1.5) }],
    ["with tails where nothing can be", { motorStrength: { distribution: { normal: [1, 1] } } }],
    ["logarithmic from 0", { friction: { distribution: { logUniform: [0, 1] } } }],
  ])("is refused for a range %s", (_, ranges) => {
    expect(codesOf(ranges)).toEqual(["E_CONFIGURATION_RANGE"]);
  });

  it("is refused outside the prior, gaps included, and never clipped to it", () => {
    const prior: Record<string, [number, number][]> = {
      friction: [
        [0.3, 0.6],
        [1, 5],
      ],
      restitution: [],
    };
    expect(codesOf({ friction: uniform(1, 5) }, prior)).toEqual([]);
    expect(codesOf({ friction: uniform(0.5, 2) }, prior)).toEqual(["E_CONFIGURATION_PRIOR"]);
    expect(codesOf({ friction: uniform(0.2, 0.5) }, prior)).toEqual(["E_CONFIGURATION_PRIOR"]);
    expect(codesOf({ restitution: uniform(0, 0) }, prior)).toEqual(["E_CONFIGURATION_PRIOR"]);
    expect(codesOf({ payloadKg: uniform(0, 1) }, prior)).toEqual(["E_CONFIGURATION_PRIOR"]);
  });

  it("tells of everything that is wrong at once", () => {
    expect(codesOf({ frictoin: uniform(0, 1), motorStrength: uniform(2, 1) }).sort()).toEqual([
      "E_CONFIGURATION_RANGE",
    ]);
    expect(codesOf({ frictoin: uniform(0, 1), motorStrength: uniform(-1, 1) })).toEqual([
      "E_CONFIGURATION_PARAMETER",
      "E_CONFIGURATION_RANGE",
    ]);
  });
});

describe("a task with a randomization", () => {
  const job = (configuration: RandomizationConfiguration) => {
    const task = withRandomization(go1, configuration);
    const settings = task.task.definition.training;
    return { task, reward: go1.programs.fitness, settings, seed: 1, parent: null } as const;
  };

  it("is the task itself where the randomization is its own", () => {
    const { transfer, ...definition } = go1.task.definition;
    const plain = { ...go1, task: { ...go1.task, definition } };
    const own = withRandomization(plain, humanConfiguration(plain.task));
    expect(own.task.definition).toEqual(definition);
  });

  it("draws nothing where nothing is named", () => {
    const { definition } = withRandomization(go1, noConfiguration()).task;
    expect(definition.randomization).toEqual({});
    expect(definition.events).toEqual([]);
    expect(definition.actionDelaySteps).toEqual([0, 0]);
  });

  it("pushes as hard as asked, and delays by what is asked", () => {
    const own = go1.task.definition.events;
    const ranges = { pushSpeed: { distribution: 0.25 }, actionDelaySteps: uniform(1, 2) };
    const always = configurationSchema.parse(configuration(ranges));
    const { definition } = withRandomization(go1, always).task;
    expect(definition.events).toEqual([{ ...own[0], velocity: [0.25, 0.25, 0] }]);
    expect(definition.randomization).toEqual({});
    expect(definition.actionDelaySteps).toEqual([1, 2]);

    const drawn = configurationSchema.parse(configuration({ pushSpeed: uniform(0, 0.25) }));
    const other = withRandomization(go1, drawn).task.definition;
    expect(other.events).toEqual(own);
    expect(other.randomization).toEqual({ pushSpeed: { ...uniform(0, 0.25), when: "reset" } });
  });

  it("lays the bumps that are drawn over a plane, and climbs no levels of a terrain of its own", async () => {
    const rough = configurationSchema.parse(
      configuration({ terrainRoughness: uniform(0.01, 0.05) }),
    );
    const [kind] = withRandomization(go1, rough).task.definition.terrain?.kinds ?? [];
    expect(kind).toMatchObject({ kind: "rough", amplitudeMeters: [0.01, 0.05] });
    const { definition, robot, signals } = go1.task;
    const randomization = { terrainRoughness: rough.ranges["terrainRoughness"] };
    expect(() => checkTask({ ...definition, randomization }, robot, signals)).toThrowError(
      /has no rough ground/,
    );
    const own = compileTask(await loadTask("go1-rough"));
    const { curriculum, ...ground } = own.task.definition.terrain!;
    expect(curriculum).toBeDefined();
    expect(withRandomization(own, rough).task.definition.terrain).toEqual(ground);
  });

  it("is trained by a job of its own", () => {
    const ids = [noConfiguration(), humanConfiguration(go1.task)].map((one) =>
      jobId({ ...job(one), engine: "rapier" }),
    );
    expect(new Set(ids).size).toBe(2);
  });
});
