/** What every page stands in: left rail, top bar, the open page. */
import { useSignal, useSignalEffect } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { pages } from "./pages.js";
import { startKeyboard } from "./shell-commands.js";
import { live, streamUrl } from "./state/live-session.js";
import { notify } from "./state/notices.js";
import { open, page } from "./state/route.js";
import { TopBar } from "./top-bar.js";
import { Icon } from "./ui/icon.js";
import { KeySheet } from "./ui/key-sheet.js";
import { Notices } from "./ui/notices.js";
import { Palette } from "./ui/palette.js";

export function Shell() {
  useEffect(() => {
    live.start(streamUrl());
    return startKeyboard();
  }, []);
  useSignalEffect(() => live.watch(page.value === "live"));
  useSignalEffect(() => {
    const refusal = live.refusal.value;
    if (refusal !== null) notify("error", refusal.message, refusal.hint);
  });
  return (
    <div class="shell">
      <Rail />
      <TopBar />
      <main class="shell-page">
        <OpenPage />
      </main>
      <Notices />
      <Palette />
      <KeySheet />
    </div>
  );
}

function Rail() {
  return (
    <nav class="rail" aria-label="Pages">
      {pages.map(({ id, title, icon }) => (
        <button
          type="button"
          key={id}
          class="rail-button"
          aria-current={page.value === id ? "page" : undefined}
          title={title}
          onClick={() => open(id)}
        >
          <Icon name={icon} size={22} />
          <span>{title}</span>
        </button>
      ))}
    </nav>
  );
}

const loaded = new Map<string, ComponentType>();

function OpenPage() {
  const id = page.value;
  const arrived = useSignal(0);
  const failed = useSignal<string | null>(null);
  useEffect(() => {
    failed.value = null;
    if (loaded.has(id)) return;
    pages
      .find((candidate) => candidate.id === id)!
      .load()
      .then((component) => {
        loaded.set(id, component);
        arrived.value++;
      })
      .catch(() => {
        failed.value = id;
      });
  }, [id, arrived, failed]);
  // Counting arrivals draws the page when its chunk comes.
  const Component = arrived.value >= 0 ? loaded.get(id) : undefined;
  if (failed.value === id)
    return (
      <div class="empty">
        <h2>This page could not be loaded</h2>
        <p>The server that serves it does not answer. When it is back, try again.</p>
        <button type="button" class="button" onClick={() => location.reload()}>
          Load again
        </button>
      </div>
    );
  return Component !== undefined ? <Component key={id} /> : null;
}
