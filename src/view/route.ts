/**
 * A request to the viewer's HTTP interface and its answer, free of node:http. Before a route is
 * called the server has checked host, origin, token and role, and parsed the JSON body.
 */
import type { Role } from "../stream/protocol.js";

export interface ViewRequest {
  /** Parts of the path that the route's pattern names, percent-decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** Without the token. */
  readonly query: URLSearchParams;
  readonly role: Role;
  /** Parsed JSON of a POST (at most 1 MB); undefined for GET. Check it with zod. */
  readonly body: unknown;
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal;
}

/** `json` is answered as JSON; otherwise `bytes` with their `type`. */
export type ViewResponse =
  | { readonly status?: number; readonly json: unknown }
  | {
      readonly status?: number;
      readonly bytes: Uint8Array | string;
      readonly type: string;
      /** Offered under this file name instead of shown. */
      readonly download?: string;
    };

/**
 * One entry of the route table. GET needs the read role, POST the control role. A `RewardsmithError`
 * thrown is answered as `{ code, message, hint }`: with 404 where its code ends in _UNKNOWN or
 * _MISSING, else 400; a zod error as E_VIEW_REQUEST; anything else as 500 without its details.
 */
export interface Route {
  readonly method: "GET" | "POST";
  /** Like "/api/runs/:run/events"; a parameter matches one segment. */
  readonly path: string;
  handle(request: ViewRequest): ViewResponse | Promise<ViewResponse>;
}
