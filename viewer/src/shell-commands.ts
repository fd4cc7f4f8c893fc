/** Commands of every page, and the keyboard. */
import { pages } from "./pages.js";
import { addCommands, type Command, runKey, takesKeys } from "./state/commands.js";
import { keySheet, palette } from "./state/overlays.js";
import { open } from "./state/route.js";
import { toggleTheme } from "./state/theme.js";

const shellCommands: readonly Command[] = [
  ...pages.map(({ id, title }, i) => ({
    id: `page.${id}`,
    title: `Open ${title}`,
    group: "Page",
    keys: [`Alt ${i + 1}`],
    run: () => open(id),
  })),
  {
    id: "palette",
    title: "Find a command",
    group: "Page",
    keys: ["Ctrl K", "/"],
    run: () => {
      palette.value = true;
    },
  },
  {
    id: "keys",
    title: "Keys and mouse",
    group: "Page",
    keys: ["?", "F1"],
    run: () => {
      keySheet.value = !keySheet.peek();
    },
  },
  { id: "theme", title: "Dark or light colours", group: "Page", run: toggleTheme },
];

/** Listens until the returned function is called. */
export function startKeyboard(): () => void {
  const remove = addCommands(shellCommands);
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "Escape" && keySheet.peek()) {
      keySheet.value = false;
      return;
    }
    if (palette.peek() || event.defaultPrevented) return;
    if (event.altKey) {
      const page = pages[Number(event.key) - 1];
      if (page === undefined) return;
      event.preventDefault();
      open(page.id);
      return;
    }
    if (!event.ctrlKey && !event.metaKey && takesKeys(event.target, event.key)) return;
    runKey(event);
  };
  addEventListener("keydown", onKey);
  return () => {
    removeEventListener("keydown", onKey);
    remove();
  };
}
