/** Short words at the lower edge: what failed, what was saved. They go by themselves. */
import { signal } from "@preact/signals";

export interface Notice {
  readonly id: number;
  readonly level: "info" | "error";
  readonly text: string;
  readonly hint?: string | undefined;
}

export const notices = signal<readonly Notice[]>([]);
let next = 0;

export function notify(level: Notice["level"], text: string, hint?: string): void {
  const id = next++;
  notices.value = [...notices.peek().slice(-3), { id, level, text, hint }];
  setTimeout(() => dismiss(id), level === "error" ? 9000 : 4000);
}

export function dismiss(id: number): void {
  notices.value = notices.peek().filter((notice) => notice.id !== id);
}
