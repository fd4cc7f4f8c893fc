import { theme, toggleTheme } from "../state/theme.js";
import { Icon } from "./icon.js";

export function ThemeButton() {
  const dark = theme.value === "dark";
  return (
    <button
      type="button"
      class="icon-button"
      title={dark ? "Light colours" : "Dark colours"}
      onClick={toggleTheme}
    >
      <Icon name={dark ? "sun" : "moon"} />
    </button>
  );
}
