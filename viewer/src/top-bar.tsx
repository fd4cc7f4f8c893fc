import { pages } from "./pages.js";
import { page } from "./state/route.js";
import { theme, toggleTheme } from "./state/theme.js";
import { Icon } from "./ui/icon.js";

export function TopBar() {
  return (
    <header class="top-bar">
      <h1>{pages.find(({ id }) => id === page.value)?.title}</h1>
      <span class="spacer" />
      <button
        type="button"
        class="icon-button"
        title={theme.value === "dark" ? "Light colours" : "Dark colours"}
        onClick={toggleTheme}
      >
        <Icon name={theme.value === "dark" ? "sun" : "moon"} />
      </button>
    </header>
  );
}
