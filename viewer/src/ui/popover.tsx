/** A box under a button; a click elsewhere or Escape closes it. */
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

export interface PopoverProps {
  readonly label: ComponentChildren;
  readonly title: string;
  readonly class?: string;
  readonly disabled?: boolean;
  /** The box ends where the button does, for one at the right edge. */
  readonly atRight?: boolean;
  readonly children: (close: () => void) => ComponentChildren;
}

export function Popover({ label, title, class: name, disabled, atRight, children }: PopoverProps) {
  const open = useSignal(false);
  const root = useRef<HTMLDivElement>(null);
  const close = () => {
    open.value = false;
  };
  useEffect(() => {
    if (!open.value) return;
    const onDown = ({ target }: PointerEvent) => {
      if (!root.current?.contains(target as Node)) open.value = false;
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      open.value = false;
    };
    addEventListener("pointerdown", onDown, true);
    addEventListener("keydown", onKey, true);
    return () => {
      removeEventListener("pointerdown", onDown, true);
      removeEventListener("keydown", onKey, true);
    };
  }, [open.value, open]);
  return (
    <div class={atRight ? "popover-root at-right" : "popover-root"} ref={root}>
      <button
        type="button"
        class={name}
        title={title}
        disabled={disabled}
        aria-expanded={open.value}
        onClick={() => {
          open.value = !open.value;
        }}
      >
        {label}
      </button>
      {open.value ? <div class="popover">{children(close)}</div> : null}
    </div>
  );
}
