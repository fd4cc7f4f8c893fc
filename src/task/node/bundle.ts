/**
 * task.ts → its default export. esbuild bundles the file with what it imports into one script in
 * which `rewardsmith` is this installation's `defineTask`, so a folder needs no node_modules.
 * task.ts is trusted code; the programs beside it are not and never run here.
 */
import { SourceMap } from "node:module";
import { basename, dirname } from "node:path";
import vm from "node:vm";
import { build, type Message, type Plugin } from "esbuild";
import { RewardsmithError } from "../../core/errors.js";

/** Bundles and evaluates a task file. Throws E_TASK_INVALID with file and line. */
export async function evaluateTaskFile(file: string): Promise<unknown> {
  const { code, map } = await bundle(file);
  const filename = `${file}.bundle.js`;
  try {
    const run = vm.compileFunction(`${code}\nreturn task;`, [], { filename });
    return (run() as { default?: unknown }).default;
  } catch (error) {
    const place = error instanceof Error ? originalLine(error, filename, map) : undefined;
    throw new RewardsmithError(
      "E_TASK_INVALID",
      `throws: ${error instanceof Error ? error.message : String(error)}`,
      {
        where: place === undefined ? file : `${file}:${place}`,
        hint: "task.ts is data: it should only call defineTask",
        cause: error,
      },
    );
  }
}

/** The one thing a task imports from the package, as a module of its own. */
const entry: Plugin = {
  name: "rewardsmith",
  setup(build) {
    build.onResolve({ filter: /^rewardsmith$/ }, () => ({
      path: "entry",
      namespace: "rewardsmith",
    }));
    build.onLoad({ filter: /.*/, namespace: "rewardsmith" }, () => ({
      contents: "export const defineTask = (task) => task;",
    }));
  },
};

async function bundle(file: string): Promise<{ code: string; map: string }> {
  try {
    const { outputFiles } = await build({
      entryPoints: [basename(file)],
      absWorkingDir: dirname(file),
      bundle: true,
      write: false,
      outdir: "bundle",
      format: "iife",
      globalName: "task",
      platform: "neutral",
      target: "es2023",
      sourcemap: "external",
      charset: "utf8",
      logLevel: "silent",
      plugins: [entry],
      // The folder's own tsconfig is for its editor; it has no say in how the file is read.
      tsconfigRaw: {},
    });
    const text = (suffix: string) =>
      outputFiles.find((output) => output.path.endsWith(suffix))?.text ?? "";
    return { code: text(".js"), map: text(".js.map") };
  } catch (error) {
    const [first] = (error as { errors?: Message[] }).errors ?? [];
    const place = first?.location ? `:${first.location.line}:${first.location.column + 1}` : "";
    throw new RewardsmithError(
      "E_TASK_INVALID",
      first?.text ?? (error instanceof Error ? error.message : String(error)),
      { where: `${file}${place}`, hint: "task.ts must be a TypeScript module", cause: error },
    );
  }
}

/** Line of the task file at which an error arose, through the bundle's source map. */
function originalLine(error: Error, filename: string, map: string): number | undefined {
  const escaped = filename.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const match = new RegExp(`${escaped}:(\\d+):(\\d+)`).exec(error.stack ?? "");
  if (match === null) return undefined;
  const origin = new SourceMap(JSON.parse(map)).findEntry(
    Number(match[1]) - 1,
    Number(match[2]) - 1,
  );
  return "originalLine" in origin ? origin.originalLine + 1 : undefined;
}
