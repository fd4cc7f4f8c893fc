/**
 * Everything people see. On a terminal a live block is redrawn in place at most four times a second
 * and cut to the width; elsewhere (pipe, NO_COLOR, CI) the same work speaks in plain lines.
 * With `--json`, standard output carries JSON alone and everything for people goes to standard error.
 */
import { stripVTControlCharacters } from "node:util";
import pc from "picocolors";

export interface OutputStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface TerminalOptions {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly json?: boolean;
  /** Milliseconds; for rates and throttling. */
  readonly now?: () => number;
}

export type Colors = ReturnType<typeof pc.createColors>;

const redrawMs = 250;
/** Between two plain progress lines. */
export const plainLineMs = 10_000;

export class Terminal {
  readonly json: boolean;
  readonly live: boolean;
  readonly color: Colors;
  readonly now: () => number;
  private readonly stdout: OutputStream;
  private readonly stderr: OutputStream;
  private readonly people: OutputStream;
  private drawnLines = 0;
  private lastDrawMs = Number.NEGATIVE_INFINITY;
  private pending: (() => readonly string[]) | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(options: TerminalOptions) {
    const plain = isSet(options.env["NO_COLOR"]) || isSet(options.env["CI"]);
    this.stdout = options.stdout;
    this.stderr = options.stderr;
    this.json = options.json ?? false;
    this.people = this.json ? options.stderr : options.stdout;
    this.live = this.people.isTTY === true && !plain && options.env["TERM"] !== "dumb";
    this.color = pc.createColors(this.live);
    this.now = options.now ?? (() => performance.now());
  }

  get columns(): number {
    return Math.max(20, this.people.columns ?? 100);
  }

  /** A line for people; stays above the live block. */
  line(text = ""): void {
    this.erase();
    this.people.write(`${text}\n`);
    this.redraw();
  }

  /** A problem, always on standard error. */
  problem(text: string): void {
    this.erase();
    this.stderr.write(`${text}\n`);
    this.redraw();
  }

  /** A machine-readable line on standard output; nothing without `--json`. */
  record(value: unknown): void {
    if (this.json) this.stdout.write(`${JSON.stringify(value)}\n`);
  }

  /** Shows `lines` as the live block; called as often as one likes. Nothing when not live. */
  show(lines: () => readonly string[]): void {
    if (!this.live) return;
    this.pending = lines;
    const wait = this.lastDrawMs + redrawMs - this.now();
    if (wait <= 0) this.redraw();
    else {
      this.timer ??= setTimeout(() => this.redraw(), wait);
      this.timer.unref();
    }
  }

  /** Removes the live block; with `keep`, leaves its last state standing. */
  endShow(keep = false): void {
    if (!keep) this.erase();
    else this.redraw();
    clearTimeout(this.timer);
    this.timer = undefined;
    this.pending = undefined;
    if (keep && this.drawnLines > 0) this.people.write("\n");
    this.drawnLines = 0;
  }

  private redraw(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (!this.pending) return;
    this.erase();
    const lines = this.pending().map((line) => cutToWidth(line, this.columns - 1));
    this.people.write(lines.join("\n"));
    this.drawnLines = lines.length;
    this.lastDrawMs = this.now();
  }

  private erase(): void {
    if (this.drawnLines === 0) return;
    const up = this.drawnLines > 1 ? `\x1b[${this.drawnLines - 1}A` : "";
    this.people.write(`${up}\r\x1b[J`);
    this.drawnLines = 0;
  }
}

function isSet(variable: string | undefined): boolean {
  return variable !== undefined && variable !== "" && variable !== "0" && variable !== "false";
}

/** Cuts to `width` visible characters, colours closed. */
export function cutToWidth(text: string, width: number): string {
  if (visibleLength(text) <= width) return text;
  let kept = "";
  let count = 0;
  for (let i = 0; i < text.length && count < width - 1; ) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are escape sequences
    const colour = /^\x1b\[[0-9;]*m/.exec(text.slice(i, i + 12));
    kept += colour ? colour[0] : text[i];
    i += colour ? colour[0].length : 1;
    if (!colour) count++;
  }
  return `${kept}…${text.includes("\x1b") ? "\x1b[0m" : ""}`;
}

export function visibleLength(text: string): number {
  return [...stripVTControlCharacters(text)].length;
}

/** Columns padded to their widest cell; numbers (cells that start with a digit, sign or ±) to the right. */
export function table(rows: readonly (readonly string[])[], indent = "  "): string[] {
  const widths = rows[0].map((_, column) =>
    Math.max(...rows.map((row) => visibleLength(row[column] ?? ""))),
  );
  const numeric = widths.map((_, column) =>
    rows
      .slice(1)
      .every((row) => /^[-+−±$]?\d|^$|^[–-]$/.test(stripVTControlCharacters(row[column] ?? ""))),
  );
  return rows.map((row) =>
    (
      indent +
      row
        .map((cell, column) => {
          const space = " ".repeat(widths[column] - visibleLength(cell));
          return numeric[column] ? space + cell : cell + space;
        })
        .join("  ")
    ).trimEnd(),
  );
}
