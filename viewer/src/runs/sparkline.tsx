/** Small pictures in tables: no axes, no numbers; the title says what they show. */

interface SparklineProps {
  readonly values: readonly (number | null)[];
  readonly title: string;
  readonly width?: number;
  readonly height?: number;
  /** A CSS colour. */
  readonly color?: string;
  /** Shades down to zero, so that what costs is told from what pays. */
  readonly filled?: boolean;
}

export function Sparkline({
  values,
  title,
  width = 64,
  height = 20,
  color = "var(--accent)",
  filled = false,
}: SparklineProps) {
  const known = values.filter((value) => value !== null);
  const zero = filled ? [0] : [];
  const low = Math.min(...known, ...zero);
  const high = Math.max(...known, ...zero);
  const x = (i: number) => 2 + ((width - 4) * i) / Math.max(1, values.length - 1);
  const y = (value: number) =>
    high > low ? height - 3 - ((height - 6) * (value - low)) / (high - low) : height / 2;
  const points = values.flatMap((value, i) => (value === null ? [] : [[x(i), y(value)] as const]));
  const line = points.map(([px, py]) => `${px.toFixed(1)},${py.toFixed(1)}`).join(" ");
  const last = points[points.length - 1];
  return (
    <svg class="sparkline" width={width} height={height} role="img" aria-label={title}>
      <title>{title}</title>
      {filled && last && (
        <polygon
          points={`${points[0][0]},${y(0)} ${line} ${last[0]},${y(0)}`}
          fill={color}
          opacity="0.18"
        />
      )}
      <polyline points={line} fill="none" stroke={color} stroke-width="1.5" />
      {last && <circle cx={last[0]} cy={last[1]} r="2" fill={color} />}
    </svg>
  );
}
