/** The viewer that commands serve while they run: flags, server, and the line that says where it is. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type Command, Option } from "commander";
import { dataRoutes } from "../view/data/routes.js";
import { createLiveSource } from "../view/live/live-source.js";
import { type Focus, StoredOffers } from "../view/live/policy-offers.js";
import type { Route } from "../view/route.js";
import { startViewServer } from "../view/server.js";
import type { ViewServer } from "../view/server-options.js";
import type { CliContext } from "./context.js";
import { integer } from "./parse-number.js";
import { version } from "./version.js";

export interface ViewerFlags {
  /** False with --no-viewer. */
  readonly viewer?: boolean;
  readonly port?: number;
  readonly host?: string;
  readonly allowOrigin: readonly string[];
  readonly open?: true;
}

const rolloutNames = /^(live|replay|compare-[1-4])$/;
/** Robots in a pane: several panes run at once, and each must keep up with real time. */
const comparedEnvs = 4;
const loopback = "127.0.0.1";

/** `optional`: the command does something else as well, and can do without. */
export function addViewerFlags(command: Command, { optional }: { optional: boolean }): void {
  const options = [
    ...(optional ? [new Option("--no-viewer", "serve no viewer")] : []),
    new Option("--port <n>", "port of the viewer (default: any free one)").argParser(integer(0)),
    new Option(
      "--host <address>",
      `address the viewer listens on (default: ${loopback}, this computer only)`,
    ),
    new Option(
      "--allow-origin <origin>",
      "a further origin whose pages may connect; may be given again",
    )
      .argParser((value: string, before: readonly string[]) => [...before, value])
      .default([], "none"),
    new Option("--open", "open the viewer in a browser"),
  ];
  for (const option of options) command.addOption(option.helpGroup("Viewer:"));
}

/** What is asked of a viewer beside its flags. */
export interface ViewerSubject {
  /** What is shown unless somebody chooses otherwise; asked again and again. */
  readonly focus: () => Focus | null;
  /** Said while there is nothing to show. */
  readonly waiting?: string;
  /** Page that the address opens, as the page writes it: "#/replay?file=a.rollout". */
  readonly page?: string;
  readonly routes?: readonly Route[];
}

/** Serves and says where; null with --no-viewer, or where a command that can do without cannot listen. */
export async function serveViewer(
  cli: CliContext,
  flags: ViewerFlags,
  { focus, waiting, page = "", routes = [] }: ViewerSubject,
): Promise<ViewServer | null> {
  if (flags.viewer === false) return null;
  const { terminal, runsFolder } = cli;
  const offers = new StoredOffers(runsFolder, focus);
  const { port, host } = flags;
  let server: ViewServer;
  try {
    server = await startViewServer({
      pagesFolder: fileURLToPath(new URL("../../dist/viewer", import.meta.url)),
      routes: [...dataRoutes({ runsFolder }), ...routes],
      // Beside Live, pages that play something else at the same time have a roll-out of their own.
      openSource: (name) =>
        rolloutNames.test(name)
          ? createLiveSource({
              offers,
              ...(waiting && { waiting }),
              ...(name.startsWith("compare") && { numEnvs: comparedEnvs }),
            })
          : undefined,
      version: version(),
      log: (line) => terminal.problem(line),
      allowOrigins: flags.allowOrigin,
      ...(port !== undefined && { port }),
      ...(host !== undefined && { host }),
    });
  } catch (error) {
    const optional = flags.viewer === true;
    if (!optional || port !== undefined || host !== undefined) throw error;
    terminal.problem(`no viewer: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  }
  const url = `${server.url}${page}`;
  terminal.line(`viewer     ${terminal.color.bold(url)}`);
  terminal.record({ type: "viewer", url, readOnlyUrl: `${server.readOnlyUrl}${page}` });
  if (flags.open) openBrowser(url);
  return server;
}

/** Until Ctrl-C, which is how it ends well. */
export async function keepServing(cli: CliContext, server: ViewServer | null): Promise<void> {
  const { signal, terminal } = cli;
  try {
    if (!signal.aborted) {
      await new Promise<void>((resolve) => {
        signal.addEventListener("abort", () => resolve(), { once: true });
      });
    }
  } finally {
    await server?.stop();
  }
  terminal.line("Ended.");
}

/** Nothing waits for the browser, and where there is none the printed line stands. */
function openBrowser(url: string): void {
  const [program, ...args] =
    process.platform === "darwin"
      ? ["open", url]
      : process.platform === "win32"
        ? ["cmd", "/c", "start", "", url]
        : ["xdg-open", url];
  const browser = spawn(program, args, { stdio: "ignore", detached: true });
  browser.on("error", () => {});
  browser.unref();
}
