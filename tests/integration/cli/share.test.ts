/** One file that replays a policy: what is in it, and how large it gets. */
import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { bytesSource, openRecording } from "../../../src/stream/recording-reader.js";
import { sharedWorldSchema } from "../../../src/view/share/world.js";
import { outsideFolder, run } from "./rewardsmith.js";

const cwd = outsideFolder();

/** The recording in a page. */
function recordingOf(file: string) {
  const html = readFileSync(path.join(cwd, file), "utf8");
  const [, text] = /id="shared-recording">([^<]*)</.exec(html) ?? [];
  return openRecording(bytesSource(Uint8Array.from(Buffer.from(text, "base64"))));
}

test("20 s of 16 cart-poles and of one quadruped are at most 2 MB each", async () => {
  for (const [task, numEnvs] of [
    ["cartpole-swingup", 16],
    ["go1-walk", 1],
  ] as const) {
    const { code, stdout, stderr } = await run(["share", task], { cwd });
    expect(code, stderr).toBe(0);
    expect(stdout).toContain("20.0 s");
    expect(statSync(path.join(cwd, `${task}.html`)).size).toBeLessThanOrEqual(2e6);
    const { models, endSeconds } = await recordingOf(`${task}.html`);
    expect(models[0].numEnvs).toBe(numEnvs);
    expect(models[0].rewardCode).toContain("export function reward");
    expect(endSeconds).toBeCloseTo(20, 1);
  }
  const html = readFileSync(path.join(cwd, "go1-walk.html"), "utf8");
  expect(html).not.toMatch(/(src|href)="(?!data:)/);
});

test("with physics they are at most 6 MB, and name no folder of this computer", async () => {
  for (const task of ["cartpole-swingup", "go1-walk"]) {
    const file = `${task}-physics.html`;
    const { code, stderr } = await run(["share", task, "--physics", "--out", file], { cwd });
    expect(code, stderr).toBe(0);
    expect(statSync(path.join(cwd, file)).size).toBeLessThanOrEqual(6e6);
    const html = readFileSync(path.join(cwd, file), "utf8");
    const [, text] = /id="shared-world">([^<]*)</.exec(html) ?? [];
    const world = sharedWorldSchema.parse(JSON.parse(text));
    expect(world.policy).not.toBeNull();
    expect(text).not.toContain(process.cwd());
  }
});

test("a recording is shared as it is, or its beginning", async () => {
  const files = ["--out", "a.rollout", "--episodes", "2", "--seconds", "2"];
  const recorded = await run(["record", "cartpole", ...files], { cwd });
  expect(recorded.code, recorded.stderr).toBe(0);
  const { code, stdout, stderr } = await run(["share", "a.rollout", "--seconds", "1"], { cwd });
  expect(code, stderr).toBe(0);
  expect(stdout).toContain("a.html: cartpole");
  const { models, startSeconds, endSeconds } = await recordingOf("a.html");
  expect(models[0].numEnvs).toBe(2);
  expect(endSeconds - startSeconds).toBeCloseTo(1, 1);

  const refused = await run(["share", "a.rollout", "--envs", "4"], { cwd });
  expect(refused.code).not.toBe(0);
  expect(refused.stderr).toContain("E_CLI_SHARE");
});
