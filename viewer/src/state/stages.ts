/** Pictures on the page now. */
import type { Stage } from "../stage/stage.js";

export const stages = new Set<Stage>();
