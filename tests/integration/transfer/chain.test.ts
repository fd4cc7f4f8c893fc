import { describe, expect, it } from "vitest";
import { sameTraining, type TrainingKey } from "../../../src/events/transfer-state.js";
import { compileTask } from "../../../src/reward/node/compile-task.js";
import type { TrainingJob } from "../../../src/run/job.js";
import { loadTask } from "../../../src/task/node/load.js";
import { runTransfer } from "../../../src/transfer/chain.js";
import { fakeTransfer } from "../../transfer/fake-transfer.js";

const go1 = compileTask(await loadTask("go1-walk"));

/** All of a report but what depends on the hour and the machine. */
const tables = (report: string) =>
  report
    .split("\n")
    .filter((line) => !/^Measured in|wall time|CPU time|environment steps/.test(line));

const isFullPrior = ({ task }: TrainingJob) =>
  Object.keys(task.task.definition.randomization).length > 10;

describe("a transfer", () => {
  it("prints shares that lie between 0 and 100 %, their intervals too", async () => {
    const { parts } = fakeTransfer(go1, { seeds: [1, 2, 3] });
    const state = await runTransfer(parts);
    expect(state.status).toBe("finished");
    const shares = parts.run
      .read("report.md")
      .split("\n")
      .filter((line) => /^\| (no randomization|human|full|random|designed)/.test(line))
      .flatMap((line) => [...line.matchAll(/([\d.e+-]+) \((\S+) to (\S+)\) %/g)]);
    expect(shares).toHaveLength(6 * 3);
    for (const [, mean, low, high] of shares) {
      expect(Number(low)).toBeGreaterThanOrEqual(0);
      expect(Number(low)).toBeLessThanOrEqual(Number(mean));
      expect(Number(high)).toBeGreaterThanOrEqual(Number(mean));
      expect(Number(high)).toBeLessThanOrEqual(100);
      // Some hundred episodes tell no share exactly.
      expect(Number(high) - Number(low)).toBeGreaterThan(0.5);
    }
  });

  it("killed after any event and resumed gives the same tables and does nothing twice", async () => {
    const fake = fakeTransfer(go1, { seeds: [1], rows: ["none", "human", "designed"] });
    await runTransfer(fake.parts);
    const whole = tables(fake.parts.run.read("report.md"));
    const lines = fake.log();
    const events = lines.map((line) => JSON.parse(line));
    expect(events.filter(({ type }) => type === "compared")).toHaveLength(4);
    for (let kept = 2; kept < lines.length; kept++) {
      fake.setLog(lines.slice(0, kept));
      fake.trained.length = fake.measured.length = fake.exports = 0;
      const state = await runTransfer(fake.parts);
      expect(state.status).toBe("finished");
      expect(tables(fake.parts.run.read("report.md"))).toEqual(whole);

      const done = (type: string) => events.slice(0, kept).filter((event) => event.type === type);
      const open = (type: string, of: number) => of - done(type).length;
      expect(fake.trained).toHaveLength(open("baseTrained", 1) + open("trained", 4));
      const asked = (stream?: string) => fake.measured.filter((one) => one.stream === stream);
      expect(asked("select")).toHaveLength(open("compared", 4));
      expect(asked("test")).toHaveLength(open("examined", 3));
      // Every lot of the prior was kept.
      expect(asked()).toHaveLength(0);
      expect(fake.exports).toBe(open("exported", 1));
    }
  });

  it("tries a training again that a fault of the machine ended, and chooses anew with it", async () => {
    const fake = fakeTransfer(go1, { seeds: [1], rows: ["none", "human", "full-prior"] });
    fake.fault = (job) => {
      if (isFullPrior(job)) return "E_WORKER_HUNG";
      return Object.keys(job.task.task.definition.randomization).length > 0
        ? "E_REWARD_NOT_FINITE"
        : null;
    };
    const first = await runTransfer(fake.parts);
    expect(first.failed.map(({ row, code }) => [row, code])).toEqual([
      ["human", "E_REWARD_NOT_FINITE"],
      ["full-prior", "E_WORKER_HUNG"],
    ]);
    expect(first).toMatchObject({ status: "finished", chosen: { policies: [{ row: "none" }] } });

    fake.fault = () => null;
    fake.trained.length = fake.measured.length = fake.exports = 0;
    const second = await runTransfer(fake.parts);
    expect(fake.trained.map(isFullPrior)).toEqual([true]);
    expect(second.failed.map(({ row }) => row)).toEqual(["human"]);
    const compared = (key: TrainingKey) => second.compared.some((one) => sameTraining(one, key));
    expect(second.chosen?.policies.map(({ row }) => row).sort()).toEqual(["full-prior", "none"]);
    expect(second.chosen?.policies.every(compared)).toBe(true);
    expect(second.examined.map(({ row }) => row)).toEqual(["none", "full-prior"]);
    expect(new Set(second.examined.map(({ path }) => path)).size).toBe(2);
    expect(fake.exports).toBe(1);
    expect(fake.parts.run.read("report.md")).toContain("| full prior |");

    fake.trained.length = fake.exports = 0;
    const third = await runTransfer(fake.parts);
    expect(third).toEqual(second);
    expect([fake.trained.length, fake.exports]).toEqual([0, 0]);
  });

  it("that fails as a whole tries again what a fault ended, and nothing else", async () => {
    const fake = fakeTransfer(go1, { seeds: [1], rows: ["human"] });
    fake.fault = (job) => (fake.trained.length > 1 && job ? "E_WORKER_CRASHED" : null);
    await expect(runTransfer(fake.parts)).rejects.toMatchObject({ code: "E_TRANSFER_NOTHING" });
    fake.fault = () => "E_REWARD_FUEL";
    await expect(runTransfer(fake.parts)).rejects.toMatchObject({ code: "E_TRANSFER_NOTHING" });
    fake.trained.length = 0;
    fake.fault = () => null;
    await expect(runTransfer(fake.parts)).rejects.toMatchObject({ code: "E_TRANSFER_NOTHING" });
    expect(fake.trained).toHaveLength(0);
  });
});
