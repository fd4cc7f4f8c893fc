import { readFile } from "node:fs/promises";
import { z } from "zod";
import { RewardsmithError } from "../core/errors.js";
import type { ChatUsage } from "./chat.js";
import { isLoopback } from "./loopback.js";
import { type Price, priceTable } from "./price-table.js";

const priceFileSchema = z.record(
  z.string(),
  z.strictObject({
    input: z.number().min(0),
    output: z.number().min(0),
    cachedInput: z.number().min(0).optional(),
  }),
);

/** The built-in table with a JSON file's prices laid over it: `{ "model": { "input": 1, "output": 2 } }`. */
export async function loadPrices(file?: string): Promise<Readonly<Record<string, Price>>> {
  if (file === undefined) return priceTable;
  try {
    const own = priceFileSchema.parse(JSON.parse(await readFile(file, "utf8")));
    return { ...priceTable, ...(own as Record<string, Price>) };
  } catch (cause) {
    const message = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
    throw new RewardsmithError("E_LLM_PRICES", message, {
      where: file,
      hint: 'a price file holds { "model": { "input": USD, "output": USD } }, for a million tokens',
      cause,
    });
  }
}

/**
 * A model's price: by its name, without the provider's prefix ("openai/") or the snapshot's date
 * ("-2026-03-17"). A server on this computer costs nothing. Unknown is null, never a guess.
 */
export function findPrice(
  model: string,
  prices: Readonly<Record<string, Price>>,
  baseUrl?: string,
): Price | null {
  const bare = model.slice(model.lastIndexOf("/") + 1);
  const undated = bare.replace(/-\d{4}-\d{2}-\d{2}$|-\d{8}$/, "");
  const names = [model, bare, undated, undated.replace(/(\d)-(\d)/g, "$1.$2")];
  for (const name of names) {
    if (Object.hasOwn(prices, name)) return prices[name];
  }
  return baseUrl !== undefined && isLoopback(baseUrl) ? { input: 0, output: 0 } : null;
}

/** US dollars for a usage; null where the price is not known. */
export function costUsd(
  price: Price | null,
  usage: ChatUsage & { readonly cachedTokens?: number },
): number | null {
  if (price === null) return null;
  const cached = Math.min(usage.cachedTokens ?? 0, usage.promptTokens);
  const input = (usage.promptTokens - cached) * price.input;
  const cachedInput = cached * (price.cachedInput ?? price.input);
  return (input + cachedInput + usage.completionTokens * price.output) / 1e6;
}
