import { expect, it } from "vitest";
import { parseTaskPage } from "../../src/task/task-page.js";

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
