/** The Python that checks from outside what the product writes; nothing a user runs needs it. */
import { spawnSync } from "node:child_process";

/** REWARDSMITH_TEST_PYTHON names one that has the packages below, as `.ci/run` makes it. */
export const python = process.env["REWARDSMITH_TEST_PYTHON"] ?? "python3";

export function pythonHas(...modules: string[]): boolean {
  const program = modules.map((name) => `import ${name}`).join("\n");
  return spawnSync(python, ["-c", program]).status === 0;
}
