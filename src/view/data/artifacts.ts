/** Files of a run as the page may have them: whatever lies inside its folder, nothing else. */
import { readFileSync, realpathSync, statSync } from "node:fs";
import { extname, relative, sep } from "node:path";
import { RewardsmithError } from "../../core/errors.js";
import type { RunFolder } from "../../run/run-folder.js";

/** Longer files are refused, bytes. */
const largest = 32 << 20;

const types: Readonly<Record<string, string>> = {
  ".json": "application/json",
  ".jsonl": "text/plain; charset=utf-8",
  ".md": "text/plain; charset=utf-8",
  ".ts": "text/plain; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** @param path as the event log names it, relative to the run */
export function readArtifact(run: RunFolder, path: string): { bytes: Uint8Array; type: string } {
  const missing = () =>
    new RewardsmithError("E_ARTIFACT_UNKNOWN", "the run has no such file", {
      where: path.slice(0, 200),
    });
  if (path === "" || path.includes("\0") || path.startsWith("/")) throw missing();
  const file = run.path(path);
  const info = statSync(file, { throwIfNoEntry: false });
  if (!info?.isFile()) throw missing();
  // A link may lead out of the folder although its path does not.
  const inside = relative(realpathSync(run.folder), realpathSync(file));
  if (inside.startsWith("..") || inside.startsWith(sep)) throw missing();
  if (info.size > largest) {
    throw new RewardsmithError("E_ARTIFACT_SIZE", "the file is too large for the page", {
      where: path,
      hint: `it has ${Math.round(info.size / 1e6)} MB; open it from the run's folder`,
    });
  }
  return { bytes: readFileSync(file), type: types[extname(file)] ?? "application/octet-stream" };
}
