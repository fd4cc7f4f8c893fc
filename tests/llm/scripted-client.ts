import type { ChatAnswer, ChatClient, ChatRequest } from "../../src/llm/chat.js";

/** A client that answers from a function and keeps what it was asked. */
export function scriptedClient(
  answer: (request: ChatRequest, index: number) => string | Error | Promise<string>,
): ChatClient & { readonly requests: ChatRequest[] } {
  const requests: ChatRequest[] = [];
  return {
    name: "openai",
    model: "scripted",
    requests,
    async chat(request) {
      const text = await answer(request, requests.push(request) - 1);
      if (text instanceof Error) throw text;
      return answerOf(text);
    },
  };
}

export function answerOf(text: string): ChatAnswer {
  const usage = { promptTokens: 1000, completionTokens: 500 };
  return { text, model: "scripted", usage, costUsd: 0.01, seconds: 1 };
}
