/** What each reward's terms paid at the end of training, side by side, and the difference. */
import { signed } from "../../ui/format.js";
import { type Pane, termsOf } from "./panes.js";

export function TermDifference({ panes }: { panes: readonly Pane[] }) {
  const byPane = panes.map(({ candidate }) => {
    const last = termsOf(candidate).map(({ name, values }) => {
      return [name, values.findLast((value) => value !== null) ?? null] as const;
    });
    return new Map(last);
  });
  const names = [...new Set(byPane.flatMap((terms) => [...terms.keys()]))].sort((a, b) =>
    a === "total" ? 1 : b === "total" ? -1 : a.localeCompare(b),
  );
  if (names.length === 0) return <p class="soft pane-empty">Nothing measured yet.</p>;
  const values = byPane.flatMap((terms) => [...terms.values()]);
  const largest = Math.max(1e-9, ...values.map((value) => Math.abs(value ?? 0)));
  const [a, b] = byPane;
  return (
    <table class="term-difference">
      <thead>
        <tr>
          <th>per step, end of training</th>
          {panes.map(({ letter, color, candidate }) => (
            <th key={letter}>
              <i style={{ background: color }} />
              {letter}, {candidate?.id ?? "…"}
            </th>
          ))}
          {panes.length === 2 && <th>B − A</th>}
        </tr>
      </thead>
      <tbody>
        {names.map((name) => {
          const difference =
            panes.length === 2 && (a.get(name) ?? b.get(name)) !== undefined
              ? (b.get(name) ?? 0) - (a.get(name) ?? 0)
              : null;
          return (
            <tr key={name} data-kind={name === "total" ? "total" : undefined}>
              <td>{name}</td>
              {panes.map(({ letter, color }, i) => (
                <td key={letter}>
                  <Bar value={byPane[i].get(name) ?? null} largest={largest} color={color} />
                </td>
              ))}
              {panes.length === 2 && (
                <td class="number">{difference === null ? "–" : signed(difference)}</td>
              )}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

interface BarProps {
  readonly value: number | null;
  readonly largest: number;
  readonly color: string;
}

function Bar({ value, largest, color }: BarProps) {
  if (value === null) return <span class="faint">not in it</span>;
  const share = (50 * Math.abs(value)) / largest;
  return (
    <span class="term-bar">
      <span class="term-track">
        <i
          style={{
            background: color,
            width: `${share}%`,
            left: value >= 0 ? "50%" : `${50 - share}%`,
          }}
        />
      </span>
      <span class="number">{signed(value)}</span>
    </span>
  );
}
