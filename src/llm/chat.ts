export interface ChatMessage {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

/** Which conversation of a run this is; recordings are keyed by it. */
export interface ConversationKey {
  readonly run: string;
  readonly iteration: number;
  readonly candidate: number;
  /** 0 for the first request, then one more for each repair. */
  readonly attempt: number;
}

export interface ChatRequest {
  readonly key: ConversationKey;
  readonly messages: readonly ChatMessage[];
  /** From the prompt's front matter; flags win over it. */
  readonly temperature?: number;
  /** What the answer has to look like, for servers that can be told; others only read the prompt. */
  readonly answerSchema?: { readonly name: string; readonly schema: Record<string, unknown> };
  /** Longest answer wanted, tokens; set where a budget leaves room for no more. */
  readonly maxAnswerTokens?: number;
}

export interface ChatUsage {
  readonly promptTokens: number;
  readonly completionTokens: number;
}

export interface ChatAnswer {
  readonly text: string;
  readonly model: string;
  readonly usage: ChatUsage;
  /** US dollars; null when the model has no known price. */
  readonly costUsd: number | null;
  readonly seconds: number;
}

/** Answers chats: a model behind an API, a person with a chat window, or a recording. */
export interface ChatClient {
  readonly name: "openai" | "manual" | "recorded";
  readonly model: string;
  chat(request: ChatRequest, signal?: AbortSignal): Promise<ChatAnswer>;
}
