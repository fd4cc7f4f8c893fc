/** A chat-completions server on a random loopback port whose behaviour a test scripts. */
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type Behaviour =
  | {
      readonly kind: "answer";
      readonly text: string;
      readonly usage?: false;
      readonly extra?: object;
    }
  | {
      readonly kind: "status";
      readonly status: number;
      readonly message?: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly error?: object;
    }
  /** finish_reason "length". */
  | { readonly kind: "cutByLength"; readonly text: string }
  /** The connection dies in the middle of the body. */
  | { readonly kind: "cutConnection" }
  | { readonly kind: "hang" }
  /** A page of HTML with status 200. */
  | { readonly kind: "html" };

export interface ReceivedRequest {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: {
    readonly model: string;
    readonly messages: { role: string; content: string }[];
    readonly temperature?: number;
    readonly max_tokens?: number;
    readonly max_completion_tokens?: number;
  };
}

export interface FakeOpenAiServer {
  readonly baseUrl: string;
  readonly requests: ReceivedRequest[];
  /** Most requests that were open at the same time. */
  readonly peakOpen: () => number;
  close(): Promise<void>;
}

/** A reward that fits any task with an action, as a normal model would write it. */
export const rewardAnswer = [
  "A small effort keeps the motion calm.",
  "```ts",
  "export function reward(s: State): Terms {",
  "  const effort = -0.01 * s.action[0] * s.action[0];",
  "  return { effort };",
  "}",
  "```",
].join("\n");

export const answers = {
  normal: { kind: "answer", text: rewardAnswer },
  prose: { kind: "answer", text: "I would reward an upright pole and little effort." },
  noReward: { kind: "answer", text: "```ts\nconst a = 1;\n```" },
  twoBlocks: {
    kind: "answer",
    text: `First idea:\n\`\`\`ts\nexport function reward(s: State): Terms { return { draft: 1 }; }\n\`\`\`\nBetter:\n${rewardAnswer}`,
  },
  empty: { kind: "answer", text: "" },
  halfAnswer: { kind: "cutByLength", text: "```ts\nexport function reward(s: State): Te" },
} satisfies Record<string, Behaviour>;

/**
 * `script` is a list used one by one (the last stays), or a function of the request.
 * `delayMs` keeps each answer back, to see concurrency.
 */
export async function startFakeOpenAi(
  script: readonly Behaviour[] | ((request: ReceivedRequest, index: number) => Behaviour),
  options: { readonly delayMs?: number } = {},
): Promise<FakeOpenAiServer> {
  const requests: ReceivedRequest[] = [];
  let open = 0;
  let peak = 0;
  const server = createServer(async (incoming, response) => {
    let text = "";
    for await (const chunk of incoming) text += chunk;
    const request = {
      url: incoming.url ?? "",
      headers: incoming.headers,
      body: text === "" ? { model: "", messages: [] } : JSON.parse(text),
    };
    const index = requests.push(request) - 1;
    const behaviour =
      typeof script === "function"
        ? script(request, index)
        : script[Math.min(index, script.length - 1)];
    peak = Math.max(peak, ++open);
    response.on("close", () => open--);
    if (options.delayMs) await new Promise((resolve) => setTimeout(resolve, options.delayMs));
    reply(response, behaviour, request);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    peakOpen: () => peak,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function reply(response: ServerResponse, behaviour: Behaviour, request: ReceivedRequest): void {
  switch (behaviour.kind) {
    case "hang":
      return;
    case "html":
      response.writeHead(200, { "content-type": "text/html" }).end("<html>hello</html>");
      return;
    case "status":
      response
        .writeHead(behaviour.status, { "content-type": "application/json", ...behaviour.headers })
        .end(
          JSON.stringify({
            error: {
              message: behaviour.message ?? `status ${behaviour.status}`,
              ...behaviour.error,
            },
          }),
        );
      return;
    case "cutConnection":
      response.writeHead(200, { "content-type": "application/json", "content-length": "9999" });
      response.write('{"id": "x", "choices": [');
      setTimeout(() => response.destroy(), 10);
      return;
    default: {
      const usage =
        behaviour.kind === "answer" && behaviour.usage === false
          ? {}
          : { usage: { prompt_tokens: 100, completion_tokens: 50, total_tokens: 150 } };
      const completion = {
        id: "chatcmpl-1",
        object: "chat.completion",
        created: 0,
        model: request.body.model,
        choices: [
          {
            index: 0,
            finish_reason: behaviour.kind === "cutByLength" ? "length" : "stop",
            message: { role: "assistant", content: behaviour.text },
          },
        ],
        ...usage,
        ...(behaviour.kind === "answer" ? behaviour.extra : {}),
      };
      response
        .writeHead(200, { "content-type": "application/json" })
        .end(JSON.stringify(completion));
    }
  }
}
