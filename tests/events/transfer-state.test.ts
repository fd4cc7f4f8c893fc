import { describe, expect, it } from "vitest";
import type { TransferEvent } from "../../src/events/transfer-event.js";
import { costsOf, foldTransfers, isOver, trainingName } from "../../src/events/transfer-state.js";

const at = (seconds: number) => ({ time: new Date(1000 * seconds).toISOString() });
const key = { row: "designed", configuration: "offline-1", seed: 2 } as const;
const started: TransferEvent = {
  type: "started",
  name: "run",
  task: "go1-walk",
  rewardLabel: "the human reward",
  designer: "offline",
  machine: "",
  versions: {},
};

describe("the fold of a transfer", () => {
  it("counts the time between events, but not the time nobody worked", () => {
    const state = foldTransfers([
      { ...started, ...at(0) },
      { type: "baseTrained", jobId: "a", steps: 10, ...at(5) },
      { type: "resumed", ...at(100) },
      { type: "trained", ...key, jobId: "b", steps: 10, newSteps: 10, cpuSeconds: 1, ...at(103) },
    ]);
    expect(state).toMatchObject({ status: "running", wallSeconds: 8 });
    expect(state.trained.map(trainingName)).toEqual(["designed/offline-1, seed 2"]);
  });

  it("adds up what every process spent, a killed one's last account included", () => {
    const trained = {
      type: "trained",
      ...key,
      jobId: "b",
      steps: 900,
      newSteps: 300,
      cpuSeconds: 3,
    };
    const events = [
      { ...started, ...at(0) },
      { type: "worked", steps: 400, cpuSeconds: 4, ...at(20) } as const,
      { type: "worked", steps: 200, cpuSeconds: 2, ...at(30) } as const,
      // Killed here, for an hour.
      { type: "resumed", ...at(3600) } as const,
      { ...trained, ...at(3610) } as TransferEvent & { time: string },
      { type: "worked", steps: 300, cpuSeconds: 3, ...at(3611) } as const,
    ];
    const state = foldTransfers(events);
    expect(costsOf(state)).toEqual({ steps: 900, cpuSeconds: 9 });
    expect(state.wallSeconds).toBe(41);
    // A log from before accounts were given has those of its trainings.
    const older = events.filter(({ type }) => type !== "worked");
    expect(costsOf(foldTransfers(older))).toEqual({ steps: 300, cpuSeconds: 3 });
  });

  it("takes a failure back on resumption where the machine was at fault, and is not over before", () => {
    const failed = (code: string, seed: number) =>
      ({ type: "trainingFailed", ...key, seed, code, message: "", ...at(1) }) as const;
    const all = [
      { ...started, ...at(0) },
      failed("E_WORKER_HUNG", 1),
      failed("E_WORKER_CRASHED", 2),
      failed("E_REWARD_FUEL", 3),
      { type: "finished", ...at(2) } as const,
    ];
    expect(isOver(foldTransfers(all))).toBe(false);
    const resumed = foldTransfers([...all, { type: "resumed", ...at(3) }]);
    expect(resumed.failed.map(({ seed }) => seed)).toEqual([3]);
    expect(isOver(foldTransfers([all[0], all[3], all[4]]))).toBe(true);
  });

  it("is stopped by an error and goes on after it", () => {
    const stopped = [
      { ...started, ...at(0) },
      { type: "stopped", code: "E_CANCELLED", message: "stopped", ...at(1) } as const,
    ];
    expect(foldTransfers(stopped).status).toBe("stopped");
    const resumed = foldTransfers([...stopped, { type: "resumed", ...at(2) }]);
    expect(resumed).toMatchObject({ status: "running", stopped: null });
  });
});
