import pLimit from "p-limit";
import { RewardsmithError } from "../core/errors.js";

/**
 * Runs `count` requests, at most `concurrency` at once. The first goes alone, so that the server has
 * the shared prompt in its cache before the others come. Where the first fails in a way that the
 * others would repeat, they are not sent and get the same reason.
 */
export async function fanOut<T>(
  count: number,
  concurrency: number,
  request: (index: number) => Promise<T>,
): Promise<PromiseSettledResult<T>[]> {
  if (count === 0) return [];
  const [first] = await Promise.allSettled([request(0)]);
  if (first.status === "rejected" && endsSearch(first.reason)) {
    return Array.from({ length: count }, () => first);
  }
  const limit = pLimit(concurrency);
  let stopped: unknown;
  const rest = Array.from({ length: count - 1 }, (_, i) =>
    limit(async () => {
      if (stopped !== undefined) throw stopped;
      try {
        return await request(i + 1);
      } catch (error) {
        if (endsSearch(error)) stopped = error;
        throw error;
      }
    }),
  );
  return [first, ...(await Promise.allSettled(rest))];
}

const ENDING = new Set([
  "E_CANCELLED",
  "E_LLM_NO_KEY",
  "E_LLM_NO_MODEL",
  "E_LLM_UNAUTHORIZED",
  "E_LLM_MODEL",
  "E_LLM_QUOTA",
  "E_LLM_UNREACHABLE",
  // Network or server were asked again for a while: the run waits for them rather than losing its candidates.
  "E_LLM_CONNECTION",
  "E_LLM_SERVER",
  "E_LLM_ANSWER_FORMAT",
  "E_BUDGET_MONEY",
  "E_BUDGET_TOKENS",
]);

/** Faults of a prompt pack or of the machine: no answer is to blame. */
const NO_ANSWERS_FAULT = /^E_(?:PROMPT|DISK|RECORDING)_/;

/** True where asking again cannot help, so that it ends more than the one candidate. */
export function endsSearch(error: unknown): boolean {
  return (
    error instanceof RewardsmithError &&
    (ENDING.has(error.code) || NO_ANSWERS_FAULT.test(error.code))
  );
}
