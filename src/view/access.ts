/**
 * Who may talk to the viewer's server. Three checks, each against another attack: the Host header
 * (DNS rebinding: a foreign name that points here), the Origin header (a foreign page in the user's
 * browser), and the token (anybody else who reaches the port).
 */
import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { isIP } from "node:net";
import { type Role, roles } from "../stream/protocol.js";

/** Why a request is refused, with what to do. */
export interface Refusal {
  readonly status: 401 | 403;
  readonly code: `E_VIEW_${string}`;
  readonly message: string;
  readonly hint: string;
}

/** What a token allows. */
export interface Grant {
  readonly role: Role;
  /** When it ends, ms since 1970; null: when the server stops. */
  readonly untilMs: number | null;
}

export class Access {
  readonly tokens: Readonly<Record<Role, string>>;
  private readonly allowOrigins: ReadonlySet<string>;
  private readonly allowHosts: ReadonlySet<string>;
  private readonly linkKey = randomBytes(32);

  /** @param host name or address that the server was told to listen on */
  constructor(
    allowOrigins: readonly string[],
    tokens?: Readonly<Record<Role, string>>,
    host = "127.0.0.1",
  ) {
    this.tokens = tokens ?? { control: newToken(), read: newToken() };
    // Browsers send an origin without the slash that addresses are copied with.
    this.allowOrigins = new Set(allowOrigins.map((origin) => origin.replace(/\/+$/, "")));
    const named = [...allowOrigins, `http://${host}`];
    this.allowHosts = new Set(named.flatMap((origin) => parseUrl(origin)?.hostname ?? []));
  }

  /** Undefined when the page or program that asks may do so, whoever it is. */
  refusal(headers: IncomingHttpHeaders): Refusal | undefined {
    const { host = "", origin } = headers;
    const hostname = parseUrl(`http://${host}`)?.hostname ?? "";
    if (!isUnforgeable(hostname) && !this.allowHosts.has(hostname)) {
      return {
        status: 403,
        code: "E_VIEW_HOST",
        message: `this server does not answer to the name ${quote(host)}`,
        hint: `start it with --allow-origin http://${clean(host)}`,
      };
    }
    // Programs that are no browsers send none.
    if (origin === undefined || this.isAllowedOrigin(origin)) return undefined;
    if (/^https?:/.test(origin) && parseUrl(origin)?.host === host) return undefined;
    return {
      status: 403,
      code: "E_VIEW_ORIGIN",
      message: `a page from ${quote(origin)} may not connect`,
      hint: `start it with --allow-origin ${clean(origin)}`,
    };
  }

  isAllowedOrigin(origin: string): boolean {
    return this.allowOrigins.has(origin);
  }

  /** A token that may look until then, ms since 1970. It carries its end, signed, so nothing is kept. */
  readTokenUntil(untilMs: number): string {
    return `${untilMs}.${createHmac("sha256", this.linkKey).update(String(untilMs)).digest("base64url")}`;
  }

  /** What a token allows at a time, ms since 1970, or why nothing. */
  admit(token: string | undefined, nowMs: number): Grant | Refusal {
    if (token === undefined) return wrongToken;
    const role = roles.find((one) => sameText(token, this.tokens[one]));
    if (role) return { role, untilMs: null };
    const untilMs = Number(/^(\d{1,15})\./.exec(token)?.[1] ?? Number.NaN);
    if (Number.isNaN(untilMs) || !sameText(token, this.readTokenUntil(untilMs))) return wrongToken;
    return untilMs > nowMs ? { role: "read", untilMs } : endedLink;
  }
}

const wrongToken: Refusal = {
  status: 401,
  code: "E_VIEW_TOKEN",
  message: "the token is missing or wrong",
  hint: "open the address that the terminal printed; every start has a new token",
};

export const endedLink: Refusal = {
  status: 401,
  code: "E_VIEW_LINK_ENDED",
  message: "the time of this link is over",
  hint: "ask for another one where it came from",
};

/** The token of a request: `Authorization: Bearer …` or `?token=…`. */
export function tokenOf(headers: IncomingHttpHeaders, query: URLSearchParams): string | undefined {
  return /^Bearer (.+)$/i.exec(headers.authorization ?? "")?.[1] ?? query.get("token") ?? undefined;
}

/** Undefined for what is no URL. */
export function parseUrl(text: string, base?: string): URL | undefined {
  return URL.canParse(text, base) ? new URL(text, base) : undefined;
}

function newToken(): string {
  return randomBytes(16).toString("base64url");
}

/** In time that does not tell how much was right. */
function sameText(a: string, b: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

/** Names that no foreign DNS server can point here: addresses, and localhost. */
function isUnforgeable(hostname: string): boolean {
  return hostname === "localhost" || isIP(hostname.replace(/^\[(.*)\]$/, "$1")) > 0;
}

/** What strangers send is shown short and without control characters. */
function clean(text: string): string {
  return text.replaceAll(/[^\x21-\x7e]/g, "?").slice(0, 100);
}

function quote(text: string): string {
  return `"${clean(text)}"`;
}
