/** Builds the viewer once for all browser tests, so that they see the source and not an old build. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { build } from "vite";
import type { TestProject } from "vitest/node";
import { findChromium, howToGetChromium } from "./chromium.js";

declare module "vitest" {
  interface ProvidedContext {
    /** Folder of the built pages. */
    readonly pagesFolder: string;
  }
}

export default async function setup(project: TestProject): Promise<() => void> {
  const folder = mkdtempSync(path.join(tmpdir(), "rewardsmith-viewer-"));
  project.provide("pagesFolder", folder);
  if (findChromium() === null) {
    // CI installs one; where it cannot, it has said so and goes on without.
    const excused = process.env["REWARDSMITH_WITHOUT_BROWSER"] !== undefined;
    if (process.env["CI"] && !excused) throw new Error(`no Chromium: ${howToGetChromium}`);
    process.stderr.write(
      `\nThe browser tests were NOT run: no Chromium was found. ${howToGetChromium}\n\n`,
    );
  } else {
    await build({
      configFile: path.resolve("viewer/vite.config.ts"),
      logLevel: "error",
      build: { outDir: folder, emptyOutDir: true },
    });
    // What Replay writes its single file into.
    await build({
      configFile: path.resolve("viewer/share.config.ts"),
      logLevel: "error",
      build: { outDir: folder, emptyOutDir: false },
    });
  }
  return () => rmSync(folder, { recursive: true, force: true });
}
