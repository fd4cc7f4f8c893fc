/** The page's address: `#/live?run=…&candidate=…&t=…`. Everything a link should keep is in it. */
import { computed, signal } from "@preact/signals";

export const pageIds = ["runs", "live", "replay", "compare", "lab", "help"] as const;
export type PageId = (typeof pageIds)[number];

export interface Route {
  readonly page: PageId;
  readonly parameters: Readonly<Record<string, string>>;
}

export function parseRoute(hash: string): Route {
  const [path, query = ""] = hash.replace(/^#\/?/, "").split("?");
  const page = pageIds.find((id) => id === path) ?? "live";
  return { page, parameters: Object.fromEntries(new URLSearchParams(query)) };
}

export function formatRoute({ page, parameters }: Route): string {
  const query = new URLSearchParams(parameters).toString();
  return `#/${page}${query === "" ? "" : `?${query}`}`;
}

export const route = signal(parseRoute(location.hash));
export const page = computed(() => route.value.page);

addEventListener("hashchange", () => {
  route.value = parseRoute(location.hash);
});

/** Opens a page; the way back is kept. Parameters of the old page are left behind, but the run. */
export function open(pageId: PageId, parameters: Record<string, string> = {}): void {
  const run = route.peek().parameters["run"];
  const kept = run === undefined ? parameters : { run, ...parameters };
  location.hash = formatRoute({ page: pageId, parameters: kept });
}

/** Changes parameters of this page's address without a step in the history; null removes one. */
export function setParameters(changes: Readonly<Record<string, string | null>>): void {
  const { page, parameters } = route.peek();
  const next = { ...parameters };
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) delete next[name];
    else next[name] = value;
  }
  route.value = { page, parameters: next };
  history.replaceState(null, "", formatRoute(route.peek()));
}
