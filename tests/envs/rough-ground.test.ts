import { describe, expect, it } from "vitest";
import { loadTask } from "../../src/task/node/load.js";
import { findSignal } from "../../src/task/signal-table.js";

describe.each([
  ["go1-rough", "go1-walk", 35],
  ["anymal-rough", "anymal", 45],
])("%s", (name, base, numHeights) => {
  it(`is ${base} on terrain: the same robot, actions and reward`, async () => {
    const [rough, flat] = [await loadTask(name), await loadTask(base)];
    expect(rough.robot).toEqual(flat.robot);
    expect(rough.definition.actions).toEqual(flat.definition.actions);
    expect(rough.sources.human).toBe(flat.sources.human);
    expect(rough.sources.fitness).toBe(flat.sources.fitness);
    expect(rough.definition.terrain?.curriculum).toBeDefined();
    expect(flat.definition.terrain).toBeUndefined();
  });

  it("knows the ground around it", async () => {
    const { signals } = await loadTask(name);
    expect(findSignal(signals, "ground.around").size).toBe(numHeights);
    expect(findSignal(signals, "base.height").source.kind).toBe("heightAboveGround");
  });

  it("has the ground under feet that no fast step gets below", async () => {
    const { train, reference } = (await loadTask(name)).definition.physics;
    expect(train.softCcdMeters).toBeGreaterThanOrEqual(0.1);
    expect(reference.softCcdMeters).toBeGreaterThanOrEqual(0.05);
  });
});
