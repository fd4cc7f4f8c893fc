/** The package as a program that imports it sees it. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type DesignContext, type Designer, design, evaluate, train } from "../../../src/index.js";
import { decodeCheckpoint } from "../../../src/rl/checkpoint.js";

let runs = "";
beforeAll(() => {
  runs = mkdtempSync(join(tmpdir(), "rewardsmith-library-"));
});
afterAll(() => rmSync(runs, { recursive: true }));

test("a policy is trained once, fetched from the store, and evaluated by its name", async () => {
  const rows: number[] = [];
  const options = { runs, steps: 8000, episodes: 8, seed: 3 };
  const first = await train("cartpole", {
    ...options,
    onProgress: ({ totalSteps }) => rows.push(totalSteps),
  });
  expect(rows.at(-1)).toBe(first.totalSteps);
  expect(first.newSteps).toBe(first.totalSteps);
  const again = await train("cartpole", options);
  expect([again.newSteps, again.policyHash]).toEqual([0, first.policyHash]);

  const measured = await evaluate(`${first.jobId}@${first.totalSteps}`, { runs, episodes: 8 });
  expect(measured).toEqual(first.evaluations[0]);
});

test("the engine is part of what was trained, and a policy can be measured in the other one", async () => {
  const options = { runs, steps: 4000, episodes: 8, seed: 4 };
  const inRapier = await train("cartpole", options);
  const inMujoco = await train("cartpole", { ...options, engine: "mujoco" });
  expect(inMujoco.jobId).not.toBe(inRapier.jobId);
  expect(inMujoco.policyHash).not.toBe(inRapier.policyHash);
  expect(decodeCheckpoint(readFileSync(inMujoco.checkpoint)).engine).toBe("mujoco");

  const policy = `${inMujoco.jobId}@${inMujoco.totalSteps}`;
  const [home] = inMujoco.evaluations;
  expect(await evaluate(policy, { runs, episodes: 8 })).toEqual(home);
  expect(home.engine).toBeUndefined();
  const away = await evaluate(policy, { runs, episodes: 8, engine: "rapier" });
  expect(away.engine).toBe("rapier");
  expect(away.episodeReturn).not.toBe(home.episodeReturn);
  expect(await evaluate(policy, { runs, episodes: 8, engine: "rapier" })).toEqual(away);
  const wrong = train("cartpole", { ...options, engine: "bullet" as "rapier" });
  await expect(wrong).rejects.toMatchObject({ code: "E_SETTINGS_VALUE", where: "engine" });
});

test("a reward that may not be trained is refused with its place", async () => {
  const reward = "export function reward(s: State): Terms {\n  return { up: s.pole.angel };\n}";
  await expect(train("cartpole", { runs, reward })).rejects.toThrow(
    /E_REWARD_UNKNOWN_FIELD[\s\S]*angle/,
  );
});

test("options that make no sense are refused by name before anything is trained", async () => {
  const refused = { code: "E_SETTINGS_VALUE" };
  await expect(train("cartpole", { runs, steps: Number.NaN })).rejects.toMatchObject(refused);
  await expect(train("cartpole", { runs, episodes: 0 })).rejects.toMatchObject(refused);
  await expect(train("cartpole", { runs, settings: { ppo: { lr: -1 } } })).rejects.toMatchObject({
    ...refused,
    where: "settings",
  });
  await expect(design("cartpole", { runs, settings: { iterations: 0 } })).rejects.toMatchObject(
    refused,
  );
});

test("a designer of the user's own is asked once for each candidate", async () => {
  const asked: number[] = [];
  const designer: Designer = {
    name: "fixed",
    description: "always upright",
    readsPrompts: false,
    async propose(_context: DesignContext, indices, deliver) {
      for (const index of indices) {
        asked.push(index);
        deliver({
          index,
          source: `export function reward(s: State): Terms { return { up: ${index} * Math.cos(s.pole.angle) }; }`,
          origin: { kind: "random", parents: [], reason: "fixed" },
        });
      }
    },
    repair: () => Promise.reject(new Error("nothing to repair")),
  };
  const settings = { iterations: 1, candidates: 2, searchSteps: 8000, finals: false, episodes: 8 };
  const state = await design("cartpole", { runs, designer, settings, name: "own" });
  expect(asked).toEqual([1, 2]);
  expect(state.status).toBe("finished");
  expect(state.candidates.every(({ rungs }) => rungs.length > 0)).toBe(true);
  expect(readFileSync(join(runs, "own", "report.md"), "utf8")).toContain("always upright");
});
