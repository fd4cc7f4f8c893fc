import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { expect, test } from "vitest";
import { type CliProcess, runCli } from "../../src/cli/program.js";
import { temporaryFolder } from "../temporary-folder.js";
import { FakeProcess } from "./fake-process.js";

async function doctor(env: Record<string, string> = {}, runs = temporaryFolder("doctor")) {
  const host = new FakeProcess("doctor", "--json", "--runs", runs);
  Object.assign(host.env, env);
  const code = await runCli(host as CliProcess);
  const { ok, findings } = JSON.parse(host.stdout.text) as {
    ok: boolean;
    findings: { name: string; ok: boolean; text: string; advice?: string }[];
  };
  const finding = (name: string) => findings.find((one) => one.name === name);
  return { code, ok, findings, finding, runs, text: host.stderr.text };
}

async function withServer<T>(status: number, body: unknown, use: (url: string) => Promise<T>) {
  const server = createServer((_, response) => {
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`);
  } finally {
    server.close();
  }
}

test("a healthy machine without a key has no problems, and nothing is left behind", async () => {
  const { code, ok, findings, runs, text } = await doctor();
  expect(findings.filter((finding) => !finding.ok)).toEqual([]);
  expect([code, ok]).toEqual([0, true]);
  expect(findings.map((finding) => finding.name)).toEqual([
    "Node",
    "MuJoCo",
    "Rapier",
    "ONNX Runtime",
    "Disk",
    "Machine",
    "Model",
  ]);
  expect(text).toContain("onnxruntime-node-install=skip");
  expect(existsSync(runs) && readdirSync(runs)).toEqual([]);
});

test("a runs folder that is a file is a problem with advice, and the exit code is 1", async () => {
  const file = path.join(temporaryFolder("doctor"), "file");
  writeFileSync(file, "");
  const { code, finding } = await doctor({}, file);
  expect(code).toBe(1);
  expect(finding("Disk")).toMatchObject({ ok: false, advice: expect.stringContaining("--runs") });
});

test("a local model server is asked for its models", async () => {
  const { finding } = await withServer(200, { data: [{}, {}] }, (url) =>
    doctor({ OPENAI_BASE_URL: url, REWARDSMITH_MODEL: "llama" }),
  );
  expect(finding("Model")).toMatchObject({
    ok: true,
    text: "llama at 127.0.0.1 answers: 2 models",
  });
});

test("a refused key and a server that is not there are told apart", async () => {
  const refused = await withServer(401, {}, (url) =>
    doctor({ OPENAI_BASE_URL: url, REWARDSMITH_MODEL: "llama" }),
  );
  expect(refused.finding("Model")?.text).toContain("E_LLM_KEY");
  const absent = await doctor({
    OPENAI_BASE_URL: "http://127.0.0.1:9/v1",
    REWARDSMITH_MODEL: "llama",
  });
  expect(absent.finding("Model")?.text).toContain("E_LLM_UNREACHABLE");
  expect(absent.code).toBe(1);
});

test("an Azure server is asked for the version of its interface too", async () => {
  const { finding } = await withServer(404, {}, (url) =>
    doctor({ AZURE_OPENAI_ENDPOINT: url, AZURE_OPENAI_DEPLOYMENT: "d" }),
  );
  expect(finding("Model")?.text).toMatch(/models\?api-version=\d{4}-\d\d-\d\d answers 404/);
  expect(finding("Model")?.advice).toContain("AZURE_OPENAI_ENDPOINT");
});

test("a server elsewhere is not asked without --online", async () => {
  const { finding } = await doctor({ OPENAI_API_KEY: "secret-key" });
  expect(finding("Model")).toMatchObject({ ok: true });
  expect(finding("Model")?.text).toContain("--online");
  expect(JSON.stringify(finding("Model"))).not.toContain("secret-key");
});
