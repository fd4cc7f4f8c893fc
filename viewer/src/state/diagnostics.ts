/** What Help's diagnostic block reports; also under `rewardsmith` in the browser's console. */
import { live } from "./live-session.js";
import { stages } from "./stages.js";

export function exposeToConsole(): void {
  Object.assign(globalThis, { rewardsmith: { live, stages } });
}
