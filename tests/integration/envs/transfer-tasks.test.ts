/** Globe walking and the LEAP hand's cube in both engines, measured as an exam does, where nobody acts. */
import { describe, expect, it } from "vitest";
import type { PolicyParameters } from "../../../src/policy/inference.js";
import { parameterLayout } from "../../../src/policy/network.js";
import type { CompiledTask } from "../../../src/reward/compiled-task.js";
import { compileTask } from "../../../src/reward/node/compile-task.js";
import { type EngineName, engineNames } from "../../../src/sim/simulator.js";
import { loadTask } from "../../../src/task/node/load.js";
import { findSignal } from "../../../src/task/signal-table.js";
import { measureEpisodes } from "../../../src/transfer/measure.js";

const globe = compileTask(await loadTask("globe-walk"));
const leap = compileTask(await loadTask("leap-cube"));

/** A network of zeros: its actions are 0, whatever it sees. */
function zeroPolicy({ task: { definition, signals } }: CompiledTask): PolicyParameters {
  const frame = definition.observation
    .map(({ signal }) => findSignal(signals, signal).size || 1)
    .reduce((total, size) => total + size);
  const network = {
    observationDim: frame * definition.observationHistory,
    privilegedObservationDim: 0,
    actionDim: definition.actions.length,
    actor: [1],
    critic: [1],
    activation: "elu" as const,
    shared: false,
  };
  const theta = new Float32Array(parameterLayout(network).size);
  return { network, theta, observationStatistics: null };
}

const measured = (task: CompiledTask, engine: EngineName, seconds: number) =>
  measureEpisodes({
    task,
    policy: zeroPolicy(task),
    engine,
    profile: "reference",
    worlds: [{}, {}, {}],
    seconds,
    seed: 1,
  });

describe.each(engineNames)("in %s", (engine) => {
  it("a Go1 on springs stands on the ball for 0.4 s, and not for four", async () => {
    for (const { ending, measures } of await measured(globe, engine, 0.4)) {
      expect(ending).toBe("timeOut");
      expect(measures["height"]).toBeGreaterThan(0.98);
      expect(measures["offset"]).toBeLessThan(0.15);
      expect(measures["time"]).toBeCloseTo(0.4, 1);
    }
    for (const episode of await measured(globe, engine, 4)) {
      expect(episode).toMatchObject({ ending: "fell", success: false, loose: false });
      expect(episode.seconds).toBeGreaterThan(0.4);
    }
  });

  it("a hand that does not move keeps its cube, without turning it: no success", async () => {
    for (const episode of await measured(leap, engine, 3)) {
      expect(episode).toMatchObject({ ending: "timeOut", success: false, loose: false });
      expect(episode.measures["offset"]).toBeLessThan(0.015);
      expect(Math.abs(episode.measures["rotation"])).toBeLessThan(0.2);
    }
  });
});
