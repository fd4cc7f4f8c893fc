/** Dark unless chosen otherwise; the choice is kept in the browser. */
import { effect, signal } from "@preact/signals";

export type Theme = "dark" | "light";
const key = "rewardsmith.theme";

export const theme = signal<Theme>(localStorage.getItem(key) === "light" ? "light" : "dark");

effect(() => {
  document.documentElement.dataset["theme"] = theme.value;
  localStorage.setItem(key, theme.value);
});

export function toggleTheme(): void {
  theme.value = theme.peek() === "dark" ? "light" : "dark";
}
