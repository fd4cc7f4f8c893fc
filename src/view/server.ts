/**
 * The viewer's server: pages, stored things under `/api`, and live roll-outs over the WebSocket
 * `/stream`. Loopback, a random token, and refusals that say what to do.
 */
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { RewardsmithError } from "../core/errors.js";
import { closeCode, maxBytesIn, type ServerMessageOf } from "../stream/protocol.js";
import { Access, endedLink, parseUrl, type Refusal, tokenOf } from "./access.js";
import type { ClientSocket } from "./client-socket.js";
import { reachableName } from "./reachable-name.js";
import { readLinkRoute } from "./read-link.js";
import { RolloutHub } from "./rollout-hub.js";
import { answerRoute, createRouteFinder, type RouteFinder, writeResponse } from "./routes.js";
import type { ViewServer, ViewServerOptions } from "./server-options.js";
import { safetyHeaders, serveFile } from "./static-files.js";
import { ViewClient } from "./view-client.js";
import { ViewSession } from "./view-session.js";

const maxClients = 32;
const maxConnections = 256;
const tickMs = 500;
/** A client that did not answer a heartbeat by the next one has gone. */
const heartbeatMs = 10_000;
const sameLineMs = 60_000;

/** Starts listening; throws E_VIEW_PORT where the port is taken. */
export async function startViewServer(options: ViewServerOptions): Promise<ViewServer> {
  const server = new RunningServer(options);
  await server.listen();
  return server;
}

class RunningServer implements ViewServer {
  port = 0;
  private readonly options: ViewServerOptions;
  private readonly host: string;
  private readonly access: Access;
  private readonly nowMs: () => number;
  private readonly findRoute: RouteFinder;
  private readonly http: Server;
  private readonly sockets: WebSocketServer;
  private readonly hubs = new Map<string, RolloutHub>();
  private readonly connected = new Map<ViewClient, WebSocket>();
  private readonly sessionId = randomUUID();
  private readonly ticker: NodeJS.Timeout;
  private readonly heart: NodeJS.Timeout;
  private readonly logged = new Map<string, number>();

  constructor(options: ViewServerOptions) {
    this.options = options;
    this.host = options.host ?? "127.0.0.1";
    this.access = new Access(options.allowOrigins ?? [], options.tokens, this.host);
    this.nowMs = options.nowMs ?? Date.now;
    const links = readLinkRoute(this.nowMs, (untilMs) => this.linkUntil(untilMs));
    this.findRoute = createRouteFinder([...(options.routes ?? []), links]);
    this.http = createServer((request, response) => {
      this.answer(request, response).catch((error) => {
        this.mistake("a request", error);
        response.destroy();
      });
    });
    this.http.maxConnections = maxConnections;
    this.http.on("upgrade", (request, socket, head) => this.upgrade(request, socket, head));
    // A client that breaks off or sends no HTTP is no reason to stop.
    this.http.on("clientError", (_, socket) => socket.destroy());
    // Deflate costs memory and time, and poses hardly shrink by it.
    this.sockets = new WebSocketServer({
      noServer: true,
      perMessageDeflate: false,
      maxPayload: maxBytesIn,
      clientTracking: false,
    });
    this.ticker = setInterval(() => this.tick(), tickMs).unref();
    this.heart = setInterval(() => this.beat(), heartbeatMs).unref();
  }

  get url(): string {
    return this.address(this.access.tokens.control);
  }

  get readOnlyUrl(): string {
    return this.address(this.access.tokens.read);
  }

  get clients(): number {
    return this.connected.size;
  }

  async listen(): Promise<void> {
    const { port = 0 } = this.options;
    await new Promise<void>((resolve, reject) => {
      this.http.once("error", (cause: NodeJS.ErrnoException) => {
        const taken = cause.code === "EADDRINUSE";
        reject(
          new RewardsmithError(
            taken ? "E_VIEW_PORT" : "E_VIEW_HOST",
            taken
              ? `port ${port} is taken by another program`
              : `cannot listen on ${this.host} port ${port}: ${cause.message}`,
            {
              hint: taken
                ? "leave --port out for any free one, or give another"
                : "--host takes an address of this machine, such as 127.0.0.1 or 0.0.0.0",
              cause,
            },
          ),
        );
      });
      this.http.listen(port, this.host, resolve);
    }).catch((error) => {
      this.stopTimers();
      throw error;
    });
    // One connection that cannot be taken, for want of descriptors say, is no reason to stop.
    this.http.on("error", (error) => this.log(`a client could not connect: ${error.message}`));
    this.port = (this.http.address() as AddressInfo).port;
  }

  broadcast(message: ServerMessageOf<"event">): void {
    const text = JSON.stringify(message);
    for (const hub of this.hubs.values()) hub.broadcast(text);
  }

  async stop(): Promise<void> {
    this.stopTimers();
    for (const client of this.connected.keys()) {
      client.close(closeCode.goingAway, "the server stops");
    }
    const closed = new Promise<void>((resolve) => this.http.close(() => resolve()));
    await Promise.all([...this.hubs.values()].map((hub) => hub.stop()));
    this.http.closeAllConnections();
    for (const socket of this.connected.values()) socket.terminate();
    await closed;
  }

  private stopTimers(): void {
    clearInterval(this.ticker);
    clearInterval(this.heart);
  }

  private address(token: string): string {
    return `http://${reachableName(this.host)}:${this.port}/?token=${token}`;
  }

  private linkUntil(untilMs: number): { token: string; url: string } {
    const token = this.access.readTokenUntil(untilMs);
    return { token, url: this.address(token) };
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on("error", () => {});
    const refused = this.access.refusal(request.headers);
    if (refused) {
      this.refuse(response, refused);
      return;
    }
    const { origin } = request.headers;
    if (origin !== undefined && this.access.isAllowedOrigin(origin)) {
      response.setHeader("Access-Control-Allow-Origin", origin);
      response.setHeader("Access-Control-Allow-Headers", "Authorization, Content-Type");
      response.setHeader("Vary", "Origin");
    }
    const { method = "GET" } = request;
    const url = parseUrl(request.url ?? "/", "http://localhost");
    if (url === undefined) {
      this.notFound(response, "?");
      return;
    }
    if (method === "OPTIONS") {
      response.writeHead(204, safetyHeaders).end();
    } else if (url.pathname.startsWith("/api/")) {
      await this.answerApi(method, url, request, response);
    } else if (method === "GET" || method === "HEAD") {
      const folder = this.options.pagesFolder;
      const served = await serveFile(folder, url.pathname, method === "HEAD", response);
      if (!served && url.pathname === "/") this.notBuilt(response);
      else if (!served) this.notFound(response, url.pathname);
    } else {
      this.wrongMethod(response, method);
    }
  }

  private async answerApi(
    method: string,
    url: URL,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const query = url.searchParams;
    const grant = this.access.admit(tokenOf(request.headers, query), this.nowMs());
    if (!("role" in grant)) {
      this.refuse(response, grant);
      return;
    }
    const { role } = grant;
    query.delete("token");
    let found: ReturnType<RouteFinder>;
    try {
      found = this.findRoute(method, url.pathname);
    } catch {
      // A percent sign that encodes nothing.
    }
    if (found === undefined) {
      this.notFound(response, url.pathname);
    } else if (found === "wrong method") {
      this.wrongMethod(response, method);
    } else if (method === "POST" && role !== "control") {
      this.refuse(response, {
        status: 403,
        code: "E_VIEW_READ_ONLY",
        message: "this link may look, not change anything",
        hint: "ask for the link with control that the terminal printed",
      });
    } else {
      const asked = { params: found.params, query, role };
      await answerRoute(found.route, asked, request, response, (error) => {
        this.mistake(`${method} ${url.pathname}`, error);
      });
    }
  }

  private refuse(response: ServerResponse, { status, code, message, hint }: Refusal): void {
    this.log(`${code}: ${message}; ${hint}`);
    writeResponse(response, { status, json: { code, message, hint } });
  }

  private notFound(response: ServerResponse, pathname: string): void {
    const message = `there is nothing at ${pathname.slice(0, 200)}`;
    writeResponse(response, { status: 404, json: { code: "E_VIEW_NOT_FOUND", message } });
  }

  private notBuilt(response: ServerResponse): void {
    const message = "this installation has no pages for the viewer";
    const hint = "build them: npm run build";
    this.log(`E_VIEW_PAGES: ${message} in ${this.options.pagesFolder}; ${hint}`);
    writeResponse(response, { status: 404, json: { code: "E_VIEW_PAGES", message, hint } });
  }

  private wrongMethod(response: ServerResponse, method: string): void {
    const message = `${method.slice(0, 20)} means nothing here`;
    writeResponse(response, { status: 405, json: { code: "E_VIEW_METHOD", message } });
  }

  private upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on("error", () => socket.destroy());
    const url = parseUrl(request.url ?? "/", "http://localhost");
    const refused = this.access.refusal(request.headers);
    if (refused || url?.pathname !== "/stream") {
      if (refused) this.log(`${refused.code}: ${refused.message}; ${refused.hint}`);
      const text = refused
        ? `${refused.code}: ${refused.message}; ${refused.hint}`
        : "the stream is at /stream";
      // Who never closes its half would keep this one open, and the server from stopping.
      socket.once("finish", () => socket.destroy());
      socket.end(
        `HTTP/1.1 ${refused ? "403 Forbidden" : "404 Not Found"}\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
      );
      return;
    }
    this.sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const token = tokenOf(request.headers, url.searchParams);
      this.connect(webSocket, socket, token, url.searchParams);
    });
  }

  /** A page cannot read why an upgrade failed, so these refusals come as close reasons. */
  private connect(
    webSocket: WebSocket,
    connection: Duplex,
    token: string | undefined,
    query: URLSearchParams,
  ): void {
    webSocket.on("error", () => webSocket.terminate());
    const turnAway = (code: number, reason: string) => {
      this.log(`a client was turned away: ${reason}`);
      webSocket.close(code, reason);
      setTimeout(() => webSocket.terminate(), 1000).unref();
    };
    const grant = this.access.admit(token, this.nowMs());
    if (!("role" in grant)) {
      turnAway(closeCode.badToken, `${grant.message}; ${grant.hint}`);
      return;
    }
    if (this.connected.size >= maxClients) {
      turnAway(closeCode.tooManyClients, `${maxClients} clients are connected, which is the most`);
      return;
    }
    const source = query.get("source") ?? "live";
    const hub = this.hub(source);
    if (hub === undefined) {
      turnAway(closeCode.badMessage, "there is no roll-out of that name");
      return;
    }
    const client = new ViewClient(socketOf(webSocket, connection), grant, () => performance.now());
    const { version } = this.options;
    const session = new ViewSession({ client, hub, sessionId: this.sessionId, version });
    this.connected.set(client, webSocket);
    webSocket.on("message", (data, isBinary) => {
      // Whatever goes wrong for a page, the training in this process goes on.
      try {
        session.receive(data as Buffer, isBinary);
      } catch (error) {
        this.mistake("a message", error);
        client.terminate();
      }
    });
    webSocket.on("pong", () => {
      client.alive = true;
    });
    webSocket.on("close", () => {
      this.connected.delete(client);
      session.end();
    });
  }

  private hub(name: string): RolloutHub | undefined {
    const known = this.hubs.get(name);
    if (known) return known;
    const source = /^[\w.-]{1,60}$/.test(name) ? this.options.openSource(name) : undefined;
    if (source === undefined) return undefined;
    const hub = new RolloutHub(source);
    this.hubs.set(name, hub);
    return hub;
  }

  private tick(): void {
    const nowMs = this.nowMs();
    for (const client of this.connected.keys()) {
      client.tick();
      const { untilMs } = client.grant;
      if (untilMs !== null && untilMs <= nowMs) {
        client.close(closeCode.badToken, `${endedLink.message}; ${endedLink.hint}`);
      }
    }
  }

  /** A socket whose other end vanished stays open for ever unless asked. */
  private beat(): void {
    for (const [client, webSocket] of this.connected) {
      if (!client.alive) {
        client.terminate();
        continue;
      }
      client.alive = false;
      webSocket.ping();
    }
  }

  private mistake(about: string, error: unknown): void {
    this.log(`E_VIEW_INTERNAL: ${about}: ${(error as Error)?.stack ?? error}`);
  }

  private log(line: string): void {
    const now = performance.now();
    for (const [text, at] of this.logged) if (now - at > sameLineMs) this.logged.delete(text);
    if (this.logged.has(line) || this.logged.size >= 100) return;
    this.logged.set(line, now);
    this.options.log?.(line);
  }
}

function socketOf(webSocket: WebSocket, connection: Duplex): ClientSocket {
  let corked = false;
  const uncork = () => {
    corked = false;
    connection.uncork();
  };
  return {
    get bufferedAmount() {
      return webSocket.bufferedAmount;
    },
    send(data, done) {
      // A frame's channels leave in one write: a system call each would cost more than all else.
      if (!corked) {
        corked = true;
        connection.cork();
        process.nextTick(uncork);
      }
      webSocket.send(data, () => done());
    },
    close: (code, reason) => webSocket.close(code, reason),
    terminate: () => webSocket.terminate(),
  };
}
