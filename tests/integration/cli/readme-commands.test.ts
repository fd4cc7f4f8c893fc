/** Every command in the README, run as it stands there, with small budgets from the environment. */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { answers, type FakeOpenAiServer, startFakeOpenAi } from "../../llm/fake-openai-server.js";
import { outsideFolder, run, start } from "./rewardsmith.js";

const readme = readFileSync(new URL("../../../README.md", import.meta.url), "utf8");
const scripts = JSON.parse(
  readFileSync(new URL("../../../package.json", import.meta.url), "utf8"),
).scripts;

/** Commands of all fenced shell blocks, in order. */
const commands = [...readme.matchAll(/^```sh\n([\s\S]*?)```/gm)]
  .flatMap(([, block]) => block.split("\n"))
  .map((line) => line.replace(/ +#.*$/, "").trim())
  .filter((line) => line !== "");
const own = commands
  .filter((line) => line.startsWith("npx rewardsmith "))
  .map((line) => line.slice("npx rewardsmith ".length));

const cwd = outsideFolder();
let server: FakeOpenAiServer;
let env: Record<string, string>;
let result = "";

beforeAll(async () => {
  server = await startFakeOpenAi(() => answers.normal);
  env = {
    OPENAI_API_KEY: "none",
    OPENAI_BASE_URL: server.baseUrl,
    REWARDSMITH_MODEL: "fake",
    REWARDSMITH_ITERATIONS: "1",
    REWARDSMITH_CANDIDATES: "2",
    REWARDSMITH_SEARCH_STEPS: "8000",
    REWARDSMITH_FINAL_STEPS: "8000",
    REWARDSMITH_FINAL_SEEDS: "2",
    REWARDSMITH_FINAL_EPISODES: "8",
    REWARDSMITH_EPISODES: "8",
  };
  const trained = await run(["train", "cartpole", "--steps", "4000", "--json"], { cwd, env });
  const { jobId, totalSteps } = JSON.parse(
    trained.stdout.split("\n").find((line) => line.includes('"trained"')) ?? "{}",
  );
  result = `${jobId}@${totalSteps}`;
});

afterAll(() => server.close());

/** What stands for a name of the reader's own, or for a server that does not run here. */
function filledIn(command: string): string[] {
  return command
    .replace("job@steps", result)
    .replace("http://127.0.0.1:11434/v1", server.baseUrl)
    .split(/\s+/);
}

/** Flags that make minutes of episodes into seconds. */
function smaller(command: string): string[] {
  if (command.startsWith("exam ")) return ["--episodes", "4", "--seconds", "1"];
  if (command.startsWith("rapp ")) {
    return ["--parameter", "friction", "--repeats", "2", "--seconds", "1"];
  }
  if (command.startsWith("randomize ")) return ["--without-prior"];
  return [];
}

describe("the README", () => {
  test("names no command of npm that the package does not have", () => {
    for (const [, script] of readme.matchAll(/npm (?:run )?(start|test|check|bench|fix)\b/g)) {
      expect(scripts).toHaveProperty([script]);
    }
  });

  test("shows at least one command of each kind", () => {
    for (const name of ["design", "new", "check", "train", "dev", "prompts", "list", "report"]) {
      expect(own.some((command) => command.startsWith(name))).toBe(true);
    }
  });

  for (const command of own) {
    test(`rewardsmith ${command}`, async () => {
      if (command.startsWith("dev ")) {
        const dev = start([...filledIn(command), "--steps", "4000"], { cwd, env });
        await dev.printed(/fitness/);
        const reward = path.join(cwd, "my-robot", "reward.ts");
        writeFileSync(reward, readFileSync(reward, "utf8").replace("0.005", "0.006"));
        await dev.printed(/fitness[\s\S]*fitness/);
        dev.process.kill("SIGINT");
        await dev.ended;
        return;
      }
      if (/^(demo|play|view)\b/.test(command)) {
        const serving = start(filledIn(command), { cwd, env });
        await serving.printed(/http:\/\/127\.0\.0\.1:\d+/);
        serving.process.kill("SIGINT");
        expect((await serving.ended).code).toBe(0);
        return;
      }
      if (command.startsWith("transfer ")) {
        const transfer = start(filledIn(command), { cwd, env });
        await transfer.printed(/Taking go1-walk to another world[\s\S]*%/);
        transfer.process.kill("SIGINT");
        expect((await transfer.ended).stdout).toMatch(/resume/);
        return;
      }
      const ended = await run([...filledIn(command), ...smaller(command)], { cwd, env });
      expect(ended.code, `${ended.stdout}\n${ended.stderr}`).toBe(0);
    }, 400_000);
  }
});
