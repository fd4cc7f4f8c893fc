/** The pages in the order of the left rail. Each is its own chunk, loaded when first opened. */
import type { ComponentType } from "preact";
import type { PageId } from "./state/route.js";
import type { IconName } from "./ui/icon.js";

export interface Page {
  readonly id: PageId;
  readonly title: string;
  readonly icon: IconName;
  readonly load: () => Promise<ComponentType>;
}

export const pages: readonly Page[] = [
  {
    id: "runs",
    title: "Runs",
    icon: "runs",
    load: async () => (await import("./pages/runs/runs-page.js")).RunsPage,
  },
  {
    id: "live",
    title: "Live",
    icon: "live",
    load: async () => (await import("./pages/live/live-page.js")).LivePage,
  },
  {
    id: "replay",
    title: "Replay",
    icon: "replay",
    load: async () => (await import("./pages/replay/replay-page.js")).ReplayPage,
  },
  {
    id: "compare",
    title: "Compare",
    icon: "compare",
    load: async () => (await import("./pages/compare/compare-page.js")).ComparePage,
  },
  {
    id: "lab",
    title: "Lab",
    icon: "lab",
    load: async () => (await import("./pages/lab/lab-page.js")).LabPage,
  },
  {
    id: "help",
    title: "Help",
    icon: "help",
    load: async () => (await import("./pages/help/help-page.js")).HelpPage,
  },
];
