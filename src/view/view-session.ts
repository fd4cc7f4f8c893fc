/** What a client says, checked and passed on. */
import { z } from "zod";
import { RewardsmithError } from "../core/errors.js";
import {
  type ClientMessage,
  clientMessageSchema,
  closeCode,
  protocolVersion,
} from "../stream/protocol.js";
import type { RolloutHub } from "./rollout-hub.js";
import type { ViewClient } from "./view-client.js";

const helloWithinMs = 5000;
/** Messages that cannot be understood, after which the connection ends. */
const mostMistakes = 20;

export interface SessionOptions {
  readonly client: ViewClient;
  readonly hub: RolloutHub;
  readonly sessionId: string;
  /** Of this program. */
  readonly version: string;
}

export class ViewSession {
  private readonly options: SessionOptions;
  private readonly helloTimer: NodeJS.Timeout;
  private mistakes = 0;

  constructor(options: SessionOptions) {
    this.options = options;
    this.helloTimer = setTimeout(() => {
      options.client.close(closeCode.helloLate, `no hello within ${helloWithinMs / 1000} s`);
    }, helloWithinMs);
  }

  /** A whole WebSocket message. */
  receive(data: Uint8Array, isBinary: boolean): void {
    const { client } = this.options;
    if (!client.spend()) {
      client.close(closeCode.tooFast, "more messages than a person can mean; at most 120 a second");
      return;
    }
    if (isBinary) {
      client.close(closeCode.badMessage, "binary messages are not understood; send JSON");
      return;
    }
    let json: unknown;
    try {
      json = JSON.parse(new TextDecoder().decode(data));
    } catch {
      client.close(closeCode.badMessage, "a message that is not JSON");
      return;
    }
    const parsed = clientMessageSchema.safeParse(json);
    if (!parsed.success) this.misunderstood(json, z.prettifyError(parsed.error));
    else this.handle(parsed.data);
  }

  /** The connection has gone. */
  end(): void {
    clearTimeout(this.helloTimer);
    this.options.client.gone();
    this.options.hub.leave(this.options.client);
  }

  private handle(message: ClientMessage): void {
    const { client, hub } = this.options;
    if (message.type === "hello") {
      this.greet(message.version);
      return;
    }
    if (!client.greeted) {
      client.close(closeCode.badMessage, 'the first message must be "hello"');
      return;
    }
    switch (message.type) {
      case "subscribe": {
        const { focusEnv, maxHz } = message;
        hub.subscribe(client, { channels: new Set(message.channels), focusEnv, maxHz });
        return;
      }
      case "ack":
        client.acknowledge(message.sequence);
        return;
      default:
        if (client.grant.role === "control") {
          hub.control(message).catch((error) => this.failed(message.type, error));
          return;
        }
        this.error(message.type, {
          code: "E_VIEW_READ_ONLY",
          message: `this link may look, not ${message.type}`,
          hint: "ask for the link with control that the terminal printed",
        });
    }
  }

  private greet(version: number): void {
    const { client, hub, sessionId } = this.options;
    clearTimeout(this.helloTimer);
    if (version !== protocolVersion) {
      client.close(
        closeCode.versionMismatch,
        `this page speaks protocol ${version}, the server ${protocolVersion}: reload the page`,
      );
      return;
    }
    if (client.greeted) return;
    client.greeted = true;
    client.send(
      JSON.stringify({
        type: "welcome",
        version: protocolVersion,
        sessionId,
        role: client.grant.role,
        untilMs: client.grant.untilMs,
        serverVersion: this.options.version,
        capabilities: hub.source.capabilities,
      }),
    );
    hub.join(client);
  }

  private misunderstood(json: unknown, why: string): void {
    const { client } = this.options;
    const type = (json as { type?: unknown } | null)?.type;
    // An old page says hello with another shape: what it must hear is the version.
    if (type === "hello") {
      this.greet(Number.NaN);
      return;
    }
    this.mistakes++;
    if (!client.greeted || this.mistakes > mostMistakes) {
      client.close(closeCode.badMessage, "messages that are not of this protocol");
      return;
    }
    this.error(typeof type === "string" ? type.slice(0, 40) : "?", {
      code: "E_VIEW_MESSAGE",
      message: why.slice(0, 500),
      hint: "reload the page: it and the server may be of different versions",
    });
  }

  private failed(about: string, error: unknown): void {
    const known = error instanceof RewardsmithError;
    this.error(about, {
      code: known ? error.code : "E_VIEW_INTERNAL",
      message: error instanceof Error ? error.message : String(error),
      hint: known ? error.hint : undefined,
    });
  }

  private error(
    about: string,
    error: { code: string; message: string; hint?: string | undefined },
  ): void {
    this.options.client.send(JSON.stringify({ type: "error", about, ...error }));
  }
}
