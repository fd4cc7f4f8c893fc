/** What lies over the page. */
import { signal } from "@preact/signals";

export const palette = signal(false);
export const keySheet = signal(false);
