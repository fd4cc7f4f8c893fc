/** How far long work has come, at which rate and how long it will still take. */
import { plainLineMs, type Terminal } from "./terminal.js";

export interface ProgressOptions {
  readonly label: string;
  /** Units of work in all, e.g. environment steps. */
  readonly total: number;
  readonly unit: string;
  /** Lines below the bar. */
  readonly details?: () => readonly string[];
}

/** A bar on a terminal; elsewhere a line every ten seconds. */
export class Progress {
  private readonly terminal: Terminal;
  private readonly options: ProgressOptions;
  private readonly rate: Rate;
  private total: number;
  private done = 0;
  private note = "";
  private lastLineMs: number;

  constructor(terminal: Terminal, options: ProgressOptions) {
    this.terminal = terminal;
    this.options = options;
    this.total = options.total;
    this.rate = new Rate(terminal.now);
    this.lastLineMs = terminal.now();
  }

  update(done: number, note = this.note, total = this.total): void {
    this.done = done;
    this.note = note;
    this.total = total;
    this.rate.add(done);
    if (this.terminal.live) {
      this.terminal.show(() => [this.bar(), ...(this.options.details?.() ?? [])]);
    } else if (this.terminal.now() - this.lastLineMs >= plainLineMs) {
      this.lastLineMs = this.terminal.now();
      this.terminal.line(this.text());
    }
  }

  end(): void {
    this.terminal.endShow();
  }

  /** Without the bar: `label  42 %  1.2 M of 3 M steps, 45 k/s, 40 s left  note`. */
  text(): string {
    const share = `${Math.floor(this.share() * 100)} %`;
    return [this.options.label, share, this.numbers(), this.note].filter(Boolean).join("  ");
  }

  private bar(): string {
    const { color } = this.terminal;
    const width = Math.min(28, Math.max(8, this.terminal.columns - 72));
    return [
      color.bold(this.options.label),
      drawBar(this.share(), width, color),
      this.numbers(),
      color.dim(this.note),
    ].join("  ");
  }

  private share(): number {
    return this.total > 0 ? Math.min(1, this.done / this.total) : 0;
  }

  private numbers(): string {
    const perSecond = this.rate.perSecond();
    const left = Math.max(0, this.total - this.done) / perSecond;
    const speed =
      perSecond > 0 ? `, ${formatCount(perSecond)}/s, ${formatDuration(left)} left` : "";
    return `${formatCount(this.done)} of ${formatCount(this.total)} ${this.options.unit}${speed}`;
  }
}

/** Units per second over the last twenty seconds. */
class Rate {
  private readonly now: () => number;
  private readonly points: { ms: number; done: number }[] = [];

  constructor(now: () => number) {
    this.now = now;
  }

  add(done: number): void {
    const ms = this.now();
    this.points.push({ ms, done });
    while (this.points.length > 2 && ms - this.points[1].ms > 20_000) this.points.shift();
  }

  /** How long it has been measured. */
  seconds(): number {
    const [first] = this.points;
    return first ? (this.points[this.points.length - 1].ms - first.ms) / 1000 : 0;
  }

  perSecond(): number {
    const [first] = this.points;
    const last = this.points[this.points.length - 1];
    if (!first || last.ms <= first.ms) return 0;
    return ((last.done - first.done) * 1000) / (last.ms - first.ms);
  }
}

function drawBar(share: number, width: number, color: Terminal["color"]): string {
  const full = Math.round(share * width);
  return color.green("█".repeat(full)) + color.dim("░".repeat(width - full));
}

/** 950, 12 k, 1.25 M: three significant digits at most. */
export function formatCount(value: number): string {
  if (!Number.isFinite(value)) return "?";
  const units: readonly [number, string][] = [
    [1e9, " G"],
    [1e6, " M"],
    [1e3, " k"],
  ];
  for (const [size, unit] of units) {
    if (value >= size * 0.9995) return `${Number((value / size).toPrecision(3))}${unit}`;
  }
  return `${Number(value.toPrecision(3))}`;
}

/** 8 s, 2 min 05 s, 3 h 20 min. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "?";
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const pad = (n: number) => String(n).padStart(2, "0");
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${pad(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${pad(Math.floor((whole % 3600) / 60))} min`;
}

const levels = "▁▂▃▄▅▆▇█";

/** The last `width` values as a row of bars between their own extremes. */
export function sparkline(values: readonly number[], width = 16): string {
  const shown = values.filter(Number.isFinite).slice(-width);
  const low = Math.min(...shown);
  const span = Math.max(...shown) - low;
  return shown
    .map((value) => levels[span > 0 ? Math.round(((value - low) / span) * 7) : 0])
    .join("");
}
