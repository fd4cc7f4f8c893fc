/** What Help's diagnostic block reports; also under `rewardsmith` in the browser's console. */
import type { Stage } from "../stage/stage.js";
import { live } from "./live-session.js";

/** Pictures on the page now. */
export const stages = new Set<Stage>();

export function exposeToConsole(): void {
  Object.assign(globalThis, { rewardsmith: { live, stages } });
}
