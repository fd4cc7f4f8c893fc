/** Ctrl-K: every command by name. */
import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { type Command, commands } from "../state/commands.js";
import { palette } from "../state/overlays.js";
import { Icon } from "./icon.js";

export function Palette() {
  return palette.value ? <OpenPalette /> : null;
}

function OpenPalette() {
  const query = useSignal("");
  const chosen = useSignal(0);
  const input = useRef<HTMLInputElement>(null);
  // Before the next key comes.
  useLayoutEffect(() => input.current?.focus(), []);
  const all = commands.value.filter(({ enabled }) => enabled?.() !== false);
  const found = all.filter((command) => matches(command, query.value));
  const at = Math.min(chosen.value, found.length - 1);
  const close = () => {
    palette.value = false;
  };
  const run = (command: Command | undefined) => {
    close();
    command?.run();
  };
  return (
    <div
      class="sheet-back"
      onPointerDown={(event) => event.target === event.currentTarget && close()}
    >
      <div class="palette" role="dialog" aria-label="Commands" aria-modal="true">
        <label class="palette-input">
          <Icon name="search" />
          <input
            ref={input}
            placeholder="Page, policy, layer, action…"
            value={query.value}
            aria-label="Find a command"
            onInput={(event) => {
              query.value = event.currentTarget.value;
              chosen.value = 0;
            }}
            onKeyDown={(event) => {
              if (event.key === "Escape") close();
              else if (event.key === "Enter") run(found[at]);
              else if (event.key === "ArrowDown") chosen.value = Math.min(found.length - 1, at + 1);
              else if (event.key === "ArrowUp") chosen.value = Math.max(0, at - 1);
              else return;
              event.preventDefault();
            }}
          />
        </label>
        <div class="palette-list">
          {found.map((command, i) => (
            <button
              type="button"
              key={command.id}
              class={`palette-item${i === at ? " on" : ""}`}
              onPointerEnter={() => {
                chosen.value = i;
              }}
              onClick={() => run(command)}
            >
              <span class="faint">{command.group}</span>
              <span>{command.title}</span>
              <span class="spacer" />
              {command.keys?.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </button>
          ))}
          {found.length === 0 ? <p class="faint">Nothing is called “{query.value}”.</p> : null}
        </div>
        <p class="palette-foot faint">
          {found.length} of {all.length} commands
        </p>
      </div>
    </div>
  );
}

function matches({ title, group }: Command, query: string): boolean {
  const text = `${group} ${title}`.toLowerCase();
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
