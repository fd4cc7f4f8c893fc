import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stateDeclaration } from "../../../src/reward/declaration.js";
import { loadTask } from "../../../src/task/node/load.js";
import { createTaskFolder, refreshDeclarations } from "../../../src/task/node/scaffold.js";

let scratch: string;
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), "rewardsmith-scaffold-"));
});
afterAll(() => rmSync(scratch, { recursive: true }));

/** What `tsc -p` says in a folder, as an editor would show it. */
function diagnostics(folder: string): string[] {
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => {} };
  const config = ts.getParsedCommandLineOfConfigFile(join(folder, "tsconfig.json"), {}, host);
  if (config === undefined) throw new Error("no tsconfig.json");
  const program = ts.createProgram(config.fileNames, config.options);
  return [...config.errors, ...ts.getPreEmitDiagnostics(program)].map(
    (diagnostic) =>
      `${diagnostic.file?.fileName.split("/").pop()}: ${ts.flattenDiagnosticMessageText(diagnostic.messageText, " ")}`,
  );
}

describe("a new task folder", () => {
  it("loads, is named after the folder, and an editor shows no red line in it", async () => {
    const folder = join(scratch, "My First Task");
    const task = await createTaskFolder(folder, {
      from: "cartpole-swingup",
      declaration: stateDeclaration,
    });
    expect(task.definition.name).toBe("my-first-task");
    expect((await loadTask(folder)).definition).toEqual(task.definition);
    expect(readdirSync(folder).sort()).toEqual([
      "derived.ts",
      "fitness.ts",
      "measures.ts",
      "reward.ts",
      "rewardsmith.d.ts",
      "robot.xml",
      "sparse.ts",
      "state.d.ts",
      "task.md",
      "task.ts",
      "termination.ts",
      "tsconfig.json",
    ]);
    expect(diagnostics(folder)).toEqual([]);
  });

  it.each(["go1-rough", "globe-walk"])(
    "stands alone where the task it copies extends another: %s",
    async (from) => {
      const folder = join(scratch, `my-${from}`);
      const task = await createTaskFolder(folder, { from, declaration: stateDeclaration });
      const original = await loadTask(from);
      expect(task.definition).toEqual({
        ...original.definition,
        name: `my-${from}`,
        extends: undefined,
      });
      expect(task.sources).toEqual(original.sources);
      expect(task.robot).toEqual(original.robot);
      expect(readFileSync(join(folder, "task.ts"), "utf8")).not.toContain("../");
      expect(diagnostics(folder)).toEqual([]);
    },
  );

  it("shows an editor what is wrong: an unknown field of the task, an unknown signal in a program", async () => {
    const folder = join(scratch, "wrong");
    await createTaskFolder(folder, { declaration: stateDeclaration });
    const edit = (file: string, from: string, to: string) =>
      writeFileSync(join(folder, file), readFileSync(join(folder, file), "utf8").replace(from, to));
    edit("task.ts", "maxEpisodeSteps", "maxEpisodeStep");
    edit("fitness.ts", "return 1", "return s.cart.positon");
    const found = diagnostics(folder);
    expect(found).toHaveLength(2);
    expect(found.join("\n")).toContain("'maxEpisodeStep' does not exist");
    expect(found.join("\n")).toContain("'positon' does not exist");
  });

  it("has its types brought up to date after a signal is added", async () => {
    const folder = join(scratch, "grown");
    await createTaskFolder(folder, { declaration: stateDeclaration });
    const file = join(folder, "task.ts");
    const signal = `"cart.force": { source: { kind: "jointEffort", joint: "cart" }, description: "force" },`;
    writeFileSync(
      file,
      readFileSync(file, "utf8").replace("signals: {", `signals: {\n    ${signal}`),
    );
    await refreshDeclarations(await loadTask(folder), stateDeclaration);
    expect(readFileSync(join(folder, "state.d.ts"), "utf8")).toContain("force");
    expect(diagnostics(folder)).toEqual([]);
  });

  it("is made only where there is nothing yet, and not inside the one it copies", async () => {
    const file = join(scratch, "mine.txt");
    writeFileSync(file, "x");
    const copied = join(scratch, "copied");
    await createTaskFolder(copied, { declaration: stateDeclaration });
    for (const [folder, from] of [
      [scratch, "cartpole"],
      [file, "cartpole"],
      [join(copied, "inner"), copied],
    ]) {
      await expect(
        createTaskFolder(folder, { from, declaration: stateDeclaration }),
      ).rejects.toMatchObject({ code: "E_TASK_FOLDER_EXISTS" });
    }
    expect(existsSync(join(copied, "inner"))).toBe(false);
  });

  it("shows no red line where the package itself is installed beside it", async () => {
    const folder = join(scratch, "installed");
    await createTaskFolder(folder, { declaration: stateDeclaration });
    const beside = join(scratch, "node_modules", "rewardsmith");
    mkdirSync(beside, { recursive: true });
    writeFileSync(join(beside, "package.json"), '{ "types": "index.d.ts" }');
    writeFileSync(join(beside, "index.d.ts"), "export declare function f(signal: AbortSignal): 1;");
    expect(diagnostics(folder)).toEqual([]);
  });
});
