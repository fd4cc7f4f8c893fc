import { describe, expect, it } from "vitest";
import { taskMirror } from "../../src/task/mirror.js";
import { loadTask } from "../../src/task/node/load.js";
import { findSignal } from "../../src/task/signal-table.js";

describe("go1-adapt", () => {
  it("is go1-walk with a history, a teacher's knowledge and a student", async () => {
    const [adapt, walk] = [await loadTask("go1-adapt"), await loadTask("go1-walk")];
    expect(adapt.robot).toEqual(walk.robot);
    expect(adapt.definition).toMatchObject({
      observation: walk.definition.observation,
      randomization: walk.definition.randomization,
      observationHistory: 10,
      training: { ppo: walk.definition.training.ppo, network: { adaptation: { latent: 8 } } },
    });
    expect(walk.definition.training.network.adaptation).toBeUndefined();
  });

  it("tells the teacher what is randomized, and nobody else", async () => {
    const { definition, signals } = await loadTask("go1-adapt");
    const told = (definition.privilegedObservation ?? []).flatMap(({ signal }) => {
      const { source } = findSignal(signals, signal);
      return source.kind === "parameter" ? [source.name] : [];
    });
    expect(told.sort()).toEqual(Object.keys(definition.randomization).sort());
    for (const { signal } of definition.observation) expect(signal).not.toMatch(/^world/);
  });

  it("has a left and a right, for the teacher too", async () => {
    const { privilegedObservation } = taskMirror(await loadTask("go1-adapt"));
    expect(privilegedObservation?.sign).toEqual([1, 1, 1, 1, -1, 1]);
  });
});
