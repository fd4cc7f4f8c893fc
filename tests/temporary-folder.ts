/** Folders that a test file makes outside the repository; they go when its tests have ended. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll } from "vitest";

const made: string[] = [];

afterAll(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

export function temporaryFolder(name: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), `rewardsmith-${name}-`));
  made.push(folder);
  return folder;
}
