/** Pictures and films from the command line, of trained policies and of none. */
import { existsSync, readFileSync, symlinkSync } from "node:fs";
import path from "node:path";
import { beforeAll, expect, test } from "vitest";
import { bytesSource, openRecording } from "../../../src/stream/recording-reader.js";
import { readGif } from "../../view/raster/read-gif.js";
import { outsideFolder, run } from "./rewardsmith.js";

const cwd = outsideFolder();
let policy = "";

beforeAll(async () => {
  const trained = await run(["train", "cartpole", "--steps", "4000", "--json"], { cwd });
  expect(trained.code, trained.stderr).toBe(0);
  const [, jobId, steps] =
    /"jobId":"([0-9a-f]{16})".*?"totalSteps":(\d+)/s.exec(trained.stdout) ?? [];
  policy = `${jobId}@${steps}`;
});

const small = ["--size", "96x64", "--episodes", "4"];

test("a task without a trained policy is shown with zero actions, and says so", async () => {
  const untrained = ["--runs", path.join(cwd, "nothing")];
  const { code, stdout, stderr } = await run(
    ["record", "cartpole-swingup", "--seconds", "0.5", ...small, ...untrained],
    { cwd },
  );
  expect(code, stderr).toBe(0);
  expect(stdout).toContain("No policy for cartpole-swingup has been trained yet");
  expect(stdout).toContain("zero actions");
  const { width, height, frames } = readGif(readFileSync(path.join(cwd, "cartpole-swingup.gif")));
  expect([width, height]).toEqual([96, 64]);
  // Half a second at 25 frames a second, both ends included.
  expect(frames.map((frame) => frame.delayMs)).toEqual([...Array(12).fill(40), 1000]);
});

test("a trained policy is drawn, as a film and as a picture, by result and by task", async () => {
  const files = ["--out", "a.gif", "--out", "a.png", "--env", "best", "--seconds", "0.3"];
  const byResult = await run(["record", policy, ...files, ...small, "--json"], { cwd });
  expect(byResult.code, byResult.stderr).toBe(0);
  expect(byResult.stderr).toContain("human reward");
  const records = byResult.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(records.map(({ file, width, height }) => ({ file, width, height }))).toEqual([
    { file: "a.gif", width: 96, height: 64 },
    { file: "a.png", width: 96, height: 64 },
  ]);
  const picture = readFileSync(path.join(cwd, "a.png"));
  expect([picture.readUInt32BE(16), picture.readUInt32BE(20)]).toEqual([96, 64]);
  expect(readGif(readFileSync(path.join(cwd, "a.gif"))).frames.length).toBeGreaterThan(2);

  const byTask = await run(["record", "cartpole", "--out", "b.png", "--env", "0", ...small], {
    cwd,
  });
  expect(byTask.code, byTask.stderr).toBe(0);
  expect(byTask.stdout).toContain("human reward");
  expect(byTask.stdout).toContain("episode 0");
});

test("every step is kept as data for the viewer and for Foxglove", async () => {
  const files = ["--out", "a.rollout", "--out", "a.mcap", "--episodes", "2", "--seconds", "1"];
  const { code, stderr, stdout } = await run(["record", policy, ...files], { cwd });
  expect(code, stderr).toBe(0);
  expect(stdout).toContain("a.rollout: 2 environments, 1.0 s");
  const recording = await openRecording(
    bytesSource(new Uint8Array(readFileSync(path.join(cwd, "a.rollout")))),
  );
  expect(recording.problems).toEqual([]);
  const [model] = recording.models;
  expect([model.task, model.numEnvs]).toEqual(["cartpole", 2]);
  expect(model.rewardCode).toContain("export function reward");
  expect(recording.steps).toBe(Math.round(1 / model.controlDtSeconds) + 1);
  expect(readFileSync(path.join(cwd, "a.mcap")).subarray(1, 6).toString()).toBe("MCAP0");
});

test.runIf(existsSync("/dev/full"))(
  "a full disk is said, for data as for films",
  async () => {
    for (const name of ["full.rollout", "full.mcap", "full.gif"]) {
      symlinkSync("/dev/full", path.join(cwd, name));
      const { code, stderr } = await run(
        ["record", "cartpole", "--out", name, "--seconds", "0.1", ...small],
        { cwd },
      );
      expect(code).toBe(1);
      expect(stderr, name).toContain("E_DISK_FULL");
      expect(stderr).toContain(name);
    }
  },
  300_000,
);
