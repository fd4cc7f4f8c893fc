/** The reward term that is pointed at, here and in the code: one for bars, plot and text. */
import { computed, signal } from "@preact/signals";

export class TermFocus {
  /** Under the pointer; −1 is none. */
  readonly hovered = signal(-1);
  /** Clicked; stays. */
  readonly pinned = signal(-1);
  readonly term = computed(() =>
    this.hovered.value >= 0 ? this.hovered.value : this.pinned.value,
  );

  pin(term: number): void {
    this.pinned.value = this.pinned.peek() === term ? -1 : term;
  }
}
