import { expect, it } from "vitest";
import { parseTaskPage, taskSummary } from "../../src/task/task-page.js";

it("a task page is its sections, with line breaks of the file joined and comments left out", () => {
  const page = parseTaskPage(
    "# Title\r\n\r\nAbout.\r\n\r\n## Task\r\n\r\nSwing it\r\nup.\r\n\r\nStay.\r\n## Success\nhalf <!-- why --> done\n## Termination\nnever\n## Notes\nx\n",
    "task.md",
  );
  expect(page).toEqual({
    sentence: "Swing it up.\n\nStay.",
    success: "half  done",
    termination: "never",
  });
});

it("an empty section counts as missing", () => {
  expect(() => parseTaskPage("## Task\n## Success\nx\n## Termination\nx", "task.md")).toThrow(
    'lacks "## Task"',
  );
});

it("a task's summary is the first sentence below its title", () => {
  const page =
    "# Ant\n\nIsaac Gym's ant: four `legs`\nof 1.5 m, 60 Hz. It runs.\n\n## Task\n\nRun.\n";
  expect(taskSummary(page)).toBe("Isaac Gym's ant: four legs of 1.5 m, 60 Hz.");
  expect(taskSummary("# Ant\n\n## Task\n\nRun.")).toBe("");
});
