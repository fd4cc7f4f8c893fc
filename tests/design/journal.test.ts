import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { openJournal } from "../../src/design/journal.js";
import { design } from "../../src/design/loop.js";
import { createRun, openRun } from "../../src/run/run-folder.js";
import { FakeExecutor, inputsFor, row } from "./fakes.js";

const runsRoot = mkdtempSync(join(tmpdir(), "rewardsmith-journal-"));
afterEach(() => rmSync(runsRoot, { recursive: true, force: true }));
const now = () => new Date("2026-01-02T03:04:05Z");

describe("a run on the disk", () => {
  it("keeps every reward, check, curve, checkpoint and the report, and opens again as it was", async () => {
    const folder = createRun({ runsRoot, task: "swingup", options: {}, name: "one" }, now);
    const checkpoint = join(folder.folder, "stored.bin");
    writeFileSync(checkpoint, "weights");
    const executor = new FakeExecutor({ fitness: () => 0.5, rows: () => [row({ totalSteps: 9 })] });
    const run = executor.run.bind(executor);
    executor.run = async (request, options) => {
      const outcome = await run(request, options);
      return outcome.status === "finished" ? { ...outcome, checkpoint } : outcome;
    };
    const seen: string[] = [];
    const journal = openJournal(folder, now, { event: ({ type }) => seen.push(type) });
    const state = await design(inputsFor({ journal: journal as never, executor }));
    journal.close();
    expect(state.status).toBe("finished");
    for (const file of [
      "iteration-1/candidate-1/reward-1.ts",
      "iteration-1/candidate-1/check-1.json",
      "iteration-1/candidate-1/curve.jsonl",
      "iteration-1/candidate-1/checkpoint.bin",
      "final/best-1001/curve.jsonl",
      "tensorboard/1.1",
      "report.md",
    ]) {
      expect(existsSync(folder.path(file)), file).toBe(true);
    }
    expect(seen[0]).toBe("runStarted");
    expect(seen).toHaveLength(
      readFileSync(folder.eventsFile, "utf8").trim().split("\n").length - 1,
    );
    const again = openJournal(openRun(runsRoot, "one"), now);
    expect(again.state).toEqual(state);
    again.close();
  });
});
