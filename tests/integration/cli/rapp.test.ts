/** The bundled Go1: what it copes with, and randomizations within that. */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { configurationSchema } from "../../../src/transfer/configuration.js";
import { physicsPriorSchema } from "../../../src/transfer/prior.js";
import { type FakeOpenAiServer, startFakeOpenAi } from "../../llm/fake-openai-server.js";
import { outsideFolder, run } from "./rewardsmith.js";

const cwd = outsideFolder();
const prior = path.join(cwd, "prior", "prior.json");
let answer = "";
let server: FakeOpenAiServer;
beforeAll(async () => {
  server = await startFakeOpenAi(() => ({ kind: "answer", text: answer }));
});
afterAll(() => server.close());

/** As small as it goes: half strength does not carry the robot, its own does. */
const small = [
  "--parameter",
  "motorStrength",
  "--repeats",
  "2",
  "--seconds",
  "1",
  "--threads",
  "1",
];
const rapp = (...flags: string[]) =>
  run(["rapp", "go1-walk", ...small, "--refinements", "1", "--out", "prior", ...flags], { cwd });
const randomize = (...flags: string[]) =>
  run(["randomize", "go1-walk", "--prior", prior, "--out", "made", ...flags], { cwd });

test("rapp measures, says where the policy works, writes it down, and measures nothing twice", async () => {
  const first = await rapp();
  expect(first.code, first.stderr).toBe(0);
  expect(first.stdout).toContain("motorStrength");
  const found = physicsPriorSchema.parse(JSON.parse(readFileSync(prior, "utf8")));
  const [{ feasible, trials }] = found.parameters;
  expect(feasible).toHaveLength(1);
  expect(feasible[0][0]).toBeGreaterThan(0);
  expect(feasible[0][1]).toBeGreaterThanOrEqual(1);
  expect(trials.find(({ value }) => value === 0)?.successes).toBe(0);
  expect(readFileSync(path.join(cwd, "prior", "prior.svg"), "utf8")).toContain("motorStrength");
  expect(readFileSync(path.join(cwd, "prior", "prior.md"), "utf8")).toContain("| motorStrength |");

  const again = await rapp("--json");
  expect(again.code, again.stderr).toBe(0);
  const { type, wallSeconds, file, label, ...same } = JSON.parse(again.stdout);
  expect(type).toBe("prior");
  expect(same).toEqual(found);

  const unknown = await run(["rapp", "go1-walk", "--parameter", "frictoin"], { cwd });
  expect(unknown.code).toBe(2);
  expect(unknown.stderr).toContain('did you mean "friction"?');
}, 400_000);

test("randomize draws within the prior, and takes from a file only what lies there", async () => {
  const drawn = await randomize("-n", "3", "--json");
  expect(drawn.code, drawn.stderr).toBe(0);
  const { configurations } = JSON.parse(drawn.stdout);
  expect(configurations).toHaveLength(3);
  const file = path.join(cwd, "made", "configurations.json");
  expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(configurations);
  expect(configurationSchema.array().parse(configurations)[0].designer).toBe("offline");

  const bold = {
    ...configurations[0],
    ranges: { motorStrength: { distribution: { uniform: [0, 9] } } },
  };
  writeFileSync(path.join(cwd, "bold.json"), JSON.stringify([bold]));
  const refused = await randomize("--check", path.join(cwd, "bold.json"));
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain("E_CONFIGURATION_PRIOR");
  expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(configurations);
}, 400_000);

test("randomize asks a model in the form the server can hold it to, and says when only words come", async () => {
  const model = [
    "--designer",
    "openai",
    "--base-url",
    server.baseUrl,
    "--model",
    "fake",
    "-n",
    "1",
  ];
  const range = { parameter: "motorStrength", low: 0.95, high: 1.05, reason: "batteries" };
  answer = JSON.stringify({ configurations: [{ name: "calm", ranges: [range] }] });
  const asked = await randomize(...model);
  expect(asked.code, asked.stderr).toBe(0);
  expect(asked.stdout).toContain("by fake");
  expect(asked.stdout).toContain("batteries");
  expect(server.requests[0].body).toMatchObject({
    response_format: { type: "json_schema", json_schema: { name: "randomizations" } },
  });

  answer = "I would make the motors a little weaker.";
  const words = await randomize(...model, "--out", "words");
  expect(words.code).toBe(1);
  expect(words.stderr).toContain("E_ANSWER_NO_JSON");
}, 400_000);
