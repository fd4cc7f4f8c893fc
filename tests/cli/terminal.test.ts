import { describe, expect, test } from "vitest";
import { formatCount, formatDuration, Progress, sparkline } from "../../src/cli/progress.js";
import { cutToWidth, Terminal, table, visibleLength } from "../../src/cli/terminal.js";
import { Written } from "./fake-process.js";

function terminal(options: { tty?: boolean; env?: Record<string, string>; json?: boolean } = {}) {
  const clock = { ms: 0 };
  const stdout = new Written(options.tty);
  const stderr = new Written(options.tty);
  const made = new Terminal({
    stdout,
    stderr,
    env: options.env ?? {},
    json: options.json ?? false,
    now: () => clock.ms,
  });
  return { terminal: made, stdout, stderr, clock };
}

describe("the live block", () => {
  test("is redrawn in place, at most four times a second", () => {
    const { terminal: shown, stdout, clock } = terminal({ tty: true });
    let drawn = 0;
    for (clock.ms = 0; clock.ms < 1000; clock.ms += 10) {
      shown.show(() => {
        drawn++;
        return ["one", "two"];
      });
    }
    expect(drawn).toBe(4);
    expect(stdout.text).toContain("\x1b[1A\r\x1b[J");
    shown.endShow();
    expect(stdout.text.endsWith("\x1b[1A\r\x1b[J")).toBe(true);
  });

  test("is never wider than the terminal", () => {
    const { terminal: shown, stdout } = terminal({ tty: true });
    shown.show(() => ["x".repeat(500)]);
    expect(visibleLength(stdout.text)).toBe(79);
    shown.endShow();
  });

  test.each([{ NO_COLOR: "1" }, { CI: "true" }, { TERM: "dumb" }])("is off with %o", (env) => {
    const { terminal: shown, stdout } = terminal({ tty: true, env });
    shown.show(() => ["block"]);
    shown.line(shown.color.red("plain"));
    expect(stdout.text).toBe("plain\n");
  });

  test("is off when the output is not a terminal", () => {
    const { terminal: shown, stdout } = terminal();
    shown.show(() => ["block"]);
    expect(stdout.text).toBe("");
  });
});

describe("progress", () => {
  test("on a terminal shows a bar, rate and time left", () => {
    const { terminal: shown, stdout, clock } = terminal({ tty: true });
    const progress = new Progress(shown, { label: "training", total: 100_000, unit: "steps" });
    progress.update(0);
    clock.ms = 2000;
    progress.update(20_000, "fitness 0.5");
    expect(stdout.text).toContain("20 k of 100 k steps, 10 k/s, 8 s left");
    expect(stdout.text).toContain("█");
    progress.end();
  });

  test("elsewhere writes a line every ten seconds and no escape sequence", () => {
    const { terminal: shown, stdout, clock } = terminal();
    const progress = new Progress(shown, { label: "training", total: 100_000, unit: "steps" });
    for (clock.ms = 0; clock.ms <= 25_000; clock.ms += 100) progress.update(clock.ms);
    progress.end();
    expect(stdout.lines).toEqual([
      "training  10 %  10 k of 100 k steps, 1 k/s, 1 min 30 s left",
      "training  20 %  20 k of 100 k steps, 1 k/s, 1 min 20 s left",
    ]);
  });
});

describe("numbers for people", () => {
  test("counts keep three digits", () => {
    expect([0, 950, 1000, 12_345, 999_950, 1.25e6, 3e9].map(formatCount)).toEqual([
      "0",
      "950",
      "1 k",
      "12.3 k",
      "1 M",
      "1.25 M",
      "3 G",
    ]);
  });

  test("durations name their units", () => {
    expect([7.6, 125, 12_000, Number.NaN].map(formatDuration)).toEqual([
      "8 s",
      "2 min 05 s",
      "3 h 20 min",
      "?",
    ]);
  });

  test("a sparkline spans its own extremes and forgets the oldest", () => {
    expect(sparkline([0, 1, 2, 7], 3)).toBe("▁▂█");
    expect(sparkline([1, 1])).toBe("▁▁");
    expect(sparkline([])).toBe("");
  });
});

test("a table pads words to the right and numbers to the left", () => {
  expect(
    table([
      ["reward", "fitness"],
      ["human", "1.00"],
      ["offline best", "0.971"],
    ]),
  ).toEqual(["  reward        fitness", "  human            1.00", "  offline best    0.971"]);
});

test("cutting keeps colours closed and counts only what is visible", () => {
  const red = "\x1b[31mabcdef\x1b[39m";
  expect(cutToWidth(red, 6)).toBe(red);
  expect(cutToWidth(red, 4)).toBe("\x1b[31mabc…\x1b[0m");
});
