/** What the viewer's server is started with, and what it gives back. */
import type { Role, ServerMessageOf } from "../stream/protocol.js";
import type { RolloutSource } from "./rollout-source.js";
import type { Route } from "./route.js";

export interface ViewServerOptions {
  /** Address to listen on; default loopback. */
  readonly host?: string;
  /** 0, the default: any free port. */
  readonly port?: number;
  /** Further origins (`https://example.org`) whose pages may connect, and whose host names are served. */
  readonly allowOrigins?: readonly string[];
  /** The built pages, `dist/viewer`. */
  readonly pagesFolder: string;
  readonly routes?: readonly Route[];
  /**
   * The roll-out behind `/stream?source=NAME`, "live" by default; undefined where there is none.
   * Called once for every name that somebody asks for; the server stops what it opened.
   */
  readonly openSource: (name: string) => RolloutSource | undefined;
  /** Version of this program, told to clients. */
  readonly version: string;
  /** One line for the log: refusals, with the flag to add. Repeats within a minute are left out. */
  readonly log?: (line: string) => void;
  /** Tokens, for tests; by default 128 random bits each. */
  readonly tokens?: Readonly<Record<Role, string>>;
  /** ms since 1970, for links that end; by default the clock's. */
  readonly nowMs?: () => number;
}

export interface ViewServer {
  readonly port: number;
  /** `http://127.0.0.1:PORT/?token=…`, with the right to control, and one that may only look. */
  readonly url: string;
  readonly readOnlyUrl: string;
  /** Clients connected now. */
  readonly clients: number;
  /** Tells every client of every source, such as a run event; not kept for late joiners. */
  broadcast(message: ServerMessageOf<"event">): void;
  stop(): Promise<void>;
}
