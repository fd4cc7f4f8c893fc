/**
 * Everything a key or the command palette can do. The shell's own commands are always there; a page
 * adds its own while it is open.
 */
import { signal } from "@preact/signals";

export interface Command {
  readonly id: string;
  readonly title: string;
  readonly group: string;
  /** As the key sheet shows it: "Space", "Shift →". */
  readonly keys?: readonly string[];
  readonly run: () => void;
  /** Absent: always. */
  readonly enabled?: () => boolean;
}

export const commands = signal<readonly Command[]>([]);

/** Returns how to take them away again. */
export function addCommands(more: readonly Command[]): () => void {
  commands.value = [...commands.peek(), ...more];
  return () => {
    commands.value = commands.peek().filter((command) => !more.includes(command));
  };
}

const names: Readonly<Record<string, string>> = {
  " ": "Space",
  ArrowRight: "→",
  ArrowLeft: "←",
  Escape: "Esc",
};

/** A key press in the words of `Command.keys`. */
export function keyName(event: KeyboardEvent): string {
  const key = names[event.key] ?? (event.key.length === 1 ? event.key.toUpperCase() : event.key);
  const shifted = event.shiftKey && (event.key.length > 1 || /[a-z]/i.test(event.key));
  const parts = [event.ctrlKey || event.metaKey ? "Ctrl" : "", shifted ? "Shift" : "", key];
  return parts.filter(Boolean).join(" ");
}

/** True when a key belongs to what is being typed in or moved. */
export function takesKeys(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.closest(".cm-editor") !== null) return true;
  if (target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  if (target instanceof HTMLInputElement) {
    return target.type !== "range" || key.startsWith("Arrow");
  }
  return target instanceof HTMLButtonElement && (key === " " || key === "Enter");
}

/** Runs the command of a key press, if there is one. */
export function runKey(event: KeyboardEvent): boolean {
  const name = keyName(event);
  const command = commands
    .peek()
    .findLast((one) => one.keys?.includes(name) === true && one.enabled?.() !== false);
  if (command === undefined) return false;
  event.preventDefault();
  command.run();
  return true;
}
