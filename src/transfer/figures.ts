/** Charts of a transfer as plain SVG: bars with intervals, and the matrix of policies and worlds. */

export interface Bar {
  readonly label: string;
  readonly value: number;
  readonly low?: number | null;
  readonly high?: number | null;
  readonly color?: string;
}

export const colors = {
  plain: "#2563eb",
  good: "#16a34a",
  bad: "#dc2626",
  pale: "#93c5fd",
} as const;

const rowHeight = 22;
const left = 210;
const right = 700;

/** Horizontal bars, one a row, their intervals as lines; `mark` is drawn across all. */
export function barChart(
  title: string,
  bars: readonly Bar[],
  { unit = "", mark }: { unit?: string; mark?: number } = {},
): string {
  const ends = bars.flatMap(({ value, low, high }) => [value, low ?? value, high ?? value]);
  const least = Math.min(0, ...ends);
  const most = Math.max(1e-9, mark ?? 0, ...ends);
  const x = (value: number) => rounded(left + ((right - left) * (value - least)) / (most - least));
  const height = 52 + rowHeight * bars.length;
  const rows = bars.flatMap(({ label, value, low, high, color = colors.plain }, i) => {
    const y = 40 + rowHeight * i;
    const middle = y + 8;
    const from = Math.min(x(0), x(value));
    return [
      `<text x="${left - 8}" y="${y + 12}" text-anchor="end">${escaped(label)}</text>`,
      `<rect x="${from}" y="${y}" width="${rounded(Math.abs(x(value) - x(0)))}" height="16" fill="${color}" fill-opacity=".75"/>`,
      ...(low != null && high != null
        ? [`<path d="M${x(low)} ${middle}H${x(high)}" stroke="#0f172a" stroke-width="1.5"/>`]
        : []),
      `<text x="${right + 8}" y="${y + 12}">${short(value)}${unit && ` ${unit}`}</text>`,
    ];
  });
  const across =
    mark === undefined
      ? []
      : [
          `<path d="M${x(mark)} 34V${height - 12}" stroke="#f59e0b" stroke-width="1.5" stroke-dasharray="4 3"/>`,
        ];
  return svg(820, height, [
    `<text x="12" y="20" font-weight="600">${escaped(title)}</text>`,
    ...rows,
    ...across,
  ]);
}

/** Rows of values, each a strip of cells from the worst to the best, coloured by their share of the greatest. */
export function stripChart(
  title: string,
  rows: readonly { readonly label: string; readonly values: readonly number[] }[],
  unit: string,
): string {
  const all = rows.flatMap(({ values }) => values);
  const least = Math.min(...all);
  const most = Math.max(...all);
  const height = 52 + rowHeight * rows.length;
  const parts = rows.flatMap(({ label, values }, r) => {
    const y = 40 + rowHeight * r;
    const width = (right - left) / Math.max(1, values.length);
    const sorted = [...values].sort((a, b) => a - b);
    return [
      `<text x="${left - 8}" y="${y + 12}" text-anchor="end">${escaped(label)}</text>`,
      ...sorted.map((value, i) => {
        const share = most > least ? (value - least) / (most - least) : 1;
        // From red over yellow to green.
        const fill = `hsl(${Math.round(120 * share)} 65% 48%)`;
        return `<rect x="${rounded(left + i * width)}" y="${y}" width="${rounded(width + 0.3)}" height="16" fill="${fill}"/>`;
      }),
    ];
  });
  const legend = `worst to best world from left to right; red ${short(least)}, green ${short(most)} ${unit}`;
  return svg(820, height, [
    `<text x="12" y="20" font-weight="600">${escaped(title)}</text>`,
    `<text x="${right}" y="20" text-anchor="end" fill="#64748b">${escaped(legend)}</text>`,
    ...parts,
  ]);
}

export function svg(width: number, height: number, parts: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...parts,
    "</svg>",
    "",
  ].join("\n");
}

export function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}

export function short(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(3))) : "–";
}

export function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** A heading or label with its unit, where it has one. */
export function withUnit(name: string, unit: string): string {
  return unit ? `${name}, ${unit}` : name;
}
