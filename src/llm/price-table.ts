/** US dollars for a million tokens. */
export interface Price {
  readonly input: number;
  readonly output: number;
  /** Prompt tokens the server had in its cache; `input` where a provider grants no discount. */
  readonly cachedInput?: number;
}

/**
 * List prices for the standard tier. Where a provider has peak hours, the peak price. Prices change:
 * a JSON file of the same shape, given with `--prices`, goes before this.
 *
 * Read on 2026-11-23 from public copies of the providers' price pages:
 * developers.openai.com/api/docs/pricing, platform.claude.com/docs (models overview),
 * api-docs.deepseek.com/quick_start/pricing.
 */
export const priceTable: Readonly<Record<string, Price>> = {
  "gpt-5.4": { input: 2.5, output: 15, cachedInput: 0.25 },
  "gpt-5.4-mini": { input: 0.75, output: 4.5, cachedInput: 0.075 },
  "gpt-5.4-nano": { input: 0.2, output: 1.25, cachedInput: 0.02 },
  "gpt-5.2": { input: 1.75, output: 14, cachedInput: 0.175 },
  "gpt-5.1": { input: 1.25, output: 10, cachedInput: 0.125 },
  "gpt-5": { input: 1.25, output: 10, cachedInput: 0.125 },
  "gpt-5-mini": { input: 0.25, output: 2, cachedInput: 0.025 },
  "gpt-5-nano": { input: 0.05, output: 0.4, cachedInput: 0.005 },
  "gpt-4.1": { input: 2, output: 8, cachedInput: 0.5 },
  "gpt-4.1-mini": { input: 0.4, output: 1.6, cachedInput: 0.1 },
  "gpt-4.1-nano": { input: 0.1, output: 0.4, cachedInput: 0.025 },
  "gpt-4o": { input: 2.5, output: 10, cachedInput: 1.25 },
  "gpt-4o-mini": { input: 0.15, output: 0.6, cachedInput: 0.075 },
  "claude-opus-5.5": { input: 4, output: 20 },
  "claude-opus-5": { input: 5, output: 25 },
  "claude-sonnet-5.5": { input: 2, output: 10 },
  "deepseek-flash": { input: 0.3, output: 1.2, cachedInput: 0.006 },
  "deepseek-v4-pro": { input: 1.32, output: 3.96, cachedInput: 0.044 },
};
