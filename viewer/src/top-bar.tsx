import { pages } from "./pages.js";
import { PolicyPicker } from "./panels/policy-picker.js";
import { ShareLink } from "./panels/share-link.js";
import { palette } from "./state/overlays.js";
import { page } from "./state/route.js";
import { Icon } from "./ui/icon.js";
import { LinkChip } from "./ui/link-chip.js";
import { ThemeButton } from "./ui/theme-button.js";

export function TopBar() {
  return (
    <header class="top-bar">
      <h1>{pages.find(({ id }) => id === page.value)?.title}</h1>
      {page.value === "live" ? <PolicyPicker /> : null}
      <span class="spacer" />
      <LinkChip />
      <ShareLink />
      <button
        type="button"
        class="palette-button"
        title="Find a command, page or policy (Ctrl-K)"
        onClick={() => {
          palette.value = true;
        }}
      >
        <Icon name="search" size={15} />
        <span>Find</span>
        <kbd>Ctrl K</kbd>
      </button>
      <ThemeButton />
    </header>
  );
}
