/** Links for others: they may look until a time that whoever has control chooses. */
import { z } from "zod";
import type { Route } from "./route.js";

export const readLinkPath = "/api/links";

/** A minute to 30 days. */
const requestSchema = z.object({ seconds: z.int().min(60).max(2_592_000) });

export const readLinkSchema = z.object({
  token: z.string(),
  /** The page at an address of this server that reaches as far as any. */
  url: z.string(),
  /** ms since 1970. */
  untilMs: z.number(),
});
export type ReadLink = z.infer<typeof readLinkSchema>;

/** @param linkUntil makes a link that ends then, ms since 1970 */
export function readLinkRoute(
  nowMs: () => number,
  linkUntil: (untilMs: number) => Omit<ReadLink, "untilMs">,
): Route {
  return {
    method: "POST",
    path: readLinkPath,
    handle({ body }) {
      const untilMs = nowMs() + 1000 * requestSchema.parse(body).seconds;
      const link: ReadLink = { ...linkUntil(untilMs), untilMs };
      return { json: link };
    },
  };
}
