/** `transfer --designer openai` through the command, with a server that answers as a model would. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { configurationTableSchema } from "../../../src/transfer/configuration-table.js";
import { type FakeOpenAiServer, startFakeOpenAi } from "../../llm/fake-openai-server.js";
import { glideTask } from "../../transfer/glide-task.js";
import { outsideFolder, run } from "../cli/rewardsmith.js";

const cwd = outsideFolder();
const range = (parameter: string, low: number, high: number) => ({
  parameter,
  low,
  high,
  reason: `${parameter} is never quite known`,
});
const bold = { name: "bold", ranges: [range("massFactor", 0.01, 1.2)] };
const calm = { name: "calm", ranges: [range("massFactor", 0.9, 1.1)] };
const wide = { name: "wide", ranges: [range("massFactor", 0.7, 1.5), range("payloadKg", 0, 0.5)] };

/** The first answer has one that is outside the prior, the next ones repair it. */
const said = [[calm, bold], [wide]].map((configurations) => JSON.stringify({ configurations }));
let server: FakeOpenAiServer;
beforeAll(async () => {
  server = await startFakeOpenAi(() => ({
    kind: "answer",
    text: said[Math.min(server.requests.length, said.length) - 1],
  }));
});
afterAll(() => server.close());

test("a transfer asks a model for its randomizations, has one repaired, and names the model", async () => {
  const sizes = {
    rows: "designed",
    configurations: 2,
    seeds: "1",
    baseSteps: 4096,
    steps: 2048,
    choosingWorlds: 4,
    choosingSeconds: 1,
    examEpisodes: 2,
    examCellEpisodes: 1,
    rappRepeats: 1,
  };
  const runs = path.join(cwd, "runs");
  const ended = await run(
    [
      ...["transfer", glideTask(cwd), "--quick", "--slots", "1", "--name", "asked", "--runs", runs],
      ...["--designer", "openai", "--base-url", server.baseUrl, "--model", "fake"],
      ...Object.entries(sizes).flatMap(([name, value]) => ["--set", `${name}=${value}`]),
    ],
    { cwd },
  );
  expect(ended.code, ended.stderr).toBe(0);
  const read = (file: string) => readFileSync(path.join(runs, "asked", file), "utf8");
  const [{ designer, configurations }] = configurationTableSchema.parse(
    JSON.parse(read("configurations.json")),
  );
  expect(designer).toBe("fake");
  expect(configurations.map(({ name }) => name)).toEqual(["calm", "wide"]);
  expect(configurations[0].reasons["massFactor"]).toBe("massFactor is never quite known");
  expect(read("report.md")).toContain("language model fake");
  expect(read("report.md")).toContain("### designed in prior (designer: fake)");

  expect(server.requests).toHaveLength(2);
  const [, repair] = server.requests.map(({ body }) => body.messages.at(-1)?.content ?? "");
  expect(repair).toContain("massFactor from 0.01 to 1.2 is outside the prior");
}, 600_000);
