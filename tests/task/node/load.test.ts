import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RewardsmithError } from "../../../src/core/errors.js";
import { listTasks, loadTask } from "../../../src/task/node/load.js";

const builtIn = new URL("../../../envs/cartpole-swingup", import.meta.url).pathname;
let scratch: string;

beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), "rewardsmith-load-"));
});
afterAll(() => rmSync(scratch, { recursive: true }));

/** A copy of the swing-up outside the repository, with one file changed. */
function copy(name: string, file?: string, change?: (text: string) => string | undefined): string {
  const folder = join(scratch, name);
  mkdirSync(folder);
  cpSync(builtIn, folder, { recursive: true });
  if (file && change) {
    const text = change(readFileSync(join(folder, file), "utf8"));
    if (text === undefined) rmSync(join(folder, file));
    else writeFileSync(join(folder, file), text);
  }
  return folder;
}

async function failure(nameOrFolder: string): Promise<RewardsmithError> {
  const error = await loadTask(nameOrFolder).catch((thrown: unknown) => thrown);
  if (error instanceof RewardsmithError) return error;
  throw new Error(`expected a RewardsmithError, got ${String(error)}`);
}

describe("loading a task", () => {
  it("lists the built-in ones", () => {
    expect(listTasks()).toEqual(expect.arrayContaining(["cartpole", "cartpole-swingup"]));
  });

  it("gives plain data with defaults filled in", async () => {
    const task = await loadTask("cartpole-swingup");
    expect(structuredClone(task)).toEqual(task);
    expect(JSON.parse(JSON.stringify(task))).toEqual(task);
    expect(task.definition.observationHistory).toBe(1);
    expect(task.robot.joints.map((joint) => joint.name)).toEqual(["cart", "pole"]);
    expect(task.page.sentence).toMatch(/^The pole starts hanging/);
    expect(task.page.success).toContain("cosine");
    expect(task.sources.fitness).toContain("export function fitness");
    expect(task.sources.derived).toContain("pole.cos");
  });

  it("from a folder outside gives the same as built in", async () => {
    const outside = await loadTask(copy("same"));
    const inside = await loadTask("cartpole-swingup");
    expect({ ...outside, folder: "" }).toEqual({ ...inside, folder: "" });
  });

  it("bundles what task.ts imports from its own folder", async () => {
    const folder = copy(
      "imports",
      "task.ts",
      (text) => `import { limit } from "./limit.js";\n${text.replace("scale: 25", "scale: limit")}`,
    );
    writeFileSync(join(folder, "limit.ts"), "export const limit: number = 12;\n");
    expect((await loadTask(folder)).definition.actions[0].scale).toBe(12);
  });
});

describe("a task that cannot be loaded", () => {
  it("unknown: lists what there is and the nearest name", async () => {
    const error = await failure("cartpole-swing");
    expect(error.code).toBe("E_TASK_UNKNOWN");
    expect(error.hint).toContain('did you mean "cartpole-swingup"');
    expect((await failure("./nowhere")).message).toContain("no such folder");
    expect((await failure(scratch)).message).toContain("no task.ts");
  });

  it("with a wrong field: says where and what, in words", async () => {
    const error = await failure(
      copy("field", "task.ts", (text) =>
        text.replace("maxEpisodeSteps: 500", 'maxEpisodeSteps: "many"'),
      ),
    );
    expect(error.code).toBe("E_TASK_INVALID");
    expect(error.message).toContain("maxEpisodeSteps");
    expect(error.message).toContain("expected number");
    expect(error.where).toMatch(/task\.ts$/);
  });

  it("with an unknown field: names it", async () => {
    const error = await failure(
      copy("extra", "task.ts", (text) => text.replace("fitness:", "gravity: 9, fitness:")),
    );
    expect(error.message).toContain('"gravity"');
  });

  it("whose observation names no signal: E_TASK_OBSERVATION with the nearest one", async () => {
    const error = await failure(
      copy("observation", "task.ts", (text) =>
        text.replace('signal: "pole.cos"', 'signal: "pole.cosine"'),
      ),
    );
    expect(error.code).toBe("E_TASK_OBSERVATION");
    expect(error.message).toBe('observation[2] names "pole.cosine", which is no signal');
    expect(error.hint).toContain('did you mean "pole.cos"');
    expect(error.where).toMatch(/task\.ts$/);
  });

  it.each([
    ["actuator", 'actuator: "cart"', 'actuator: "kart"', "actions[0]"],
    ["joint", "jointVelocity: { cart", "jointVelocity: { kart", "reset.jointVelocity"],
    ["keyframe", "reset: {", 'reset: { keyframe: "home",', "reset.keyframe"],
    ["base", "reset: {", "reset: { baseYaw: 1,", "fixed to the world"],
    ["delay", "actionDelaySteps: [0, 1]", "actionDelaySteps: [2, 1]", "actionDelaySteps"],
  ])("with a wrong %s: says so", async (name, from, to, message) => {
    const error = await failure(copy(`wrong-${name}`, "task.ts", (text) => text.replace(from, to)));
    expect(error.code).toBe("E_TASK_INVALID");
    expect(error.message).toContain(message);
  });

  it("that does not parse: file, line and column", async () => {
    const error = await failure(
      copy("syntax", "task.ts", (text) =>
        text.replace("maxEpisodeSteps: 500,", "maxEpisodeSteps: 500 500,"),
      ),
    );
    expect(error.code).toBe("E_TASK_INVALID");
    expect(error.where).toMatch(/task\.ts:6:\d+$/);
  });

  it("that throws: the message, file and line", async () => {
    const error = await failure(
      copy("throws", "task.ts", (text) =>
        text
          .replace("export default", "\n\nnull.x;\nexport default")
          .replace("null.x", "(null as any).x"),
      ),
    );
    expect(error.code).toBe("E_TASK_INVALID");
    expect(error.message).toContain("Cannot read properties of null");
    expect(error.where).toMatch(/task\.ts:5$/);
  });

  it("that exports nothing: says what to write", async () => {
    const error = await failure(copy("empty", "task.ts", () => "export const task = 1;\n"));
    expect(error.message).toContain("no default export");
  });

  it("that imports a package: names the import", async () => {
    const error = await failure(
      copy("package", "task.ts", (text) => `import "left-pad";\n${text}`),
    );
    expect(error.message).toContain("left-pad");
    expect(error.where).toMatch(/task\.ts:1:/);
  });

  it.each(["fitness.ts", "termination.ts", "derived.ts", "task.md", "robot.xml"])(
    "without %s: says what it is for",
    async (file) => {
      const error = await failure(copy(`without-${file}`, file, () => undefined));
      expect(error.code).toBe("E_TASK_INVALID");
      expect(error.message).toBe(`${file} is missing`);
      expect(error.where).toMatch(new RegExp(`${file}$`));
    },
  );

  it("whose task.md lacks a section: names the heading", async () => {
    const error = await failure(
      copy("page", "task.md", (text) => text.replace("## Success", "## Fitness")),
    );
    expect(error.message).toContain('"## Success"');
  });

  it("with derived.ts but no derived signal: says so", async () => {
    const folder = join(scratch, "derived-alone");
    cpSync(new URL("../../../envs/cartpole", import.meta.url).pathname, folder, {
      recursive: true,
    });
    writeFileSync(join(folder, "derived.ts"), "");
    expect((await failure(folder)).message).toContain("derived.ts");
  });
});
