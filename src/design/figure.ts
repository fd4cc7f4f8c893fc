/**
 * `report.svg`: on the left every candidate by iteration, joined to its parents; on the right the
 * learning curves of the final trainings, each seed thin. Plain SVG, no scripts.
 */

import type { FinalKind } from "../events/event.js";
import type { RunState } from "../events/run-state.js";
import { fitnessOf } from "./history.js";
import { short } from "./reflection.js";

const width = 860;
const height = 320;
const colors: Readonly<Record<FinalKind, string>> = {
  best: "#2563eb",
  human: "#16a34a",
  sparse: "#9ca3af",
};

interface Panel {
  readonly left: number;
  readonly right: number;
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

export function figure(state: RunState): string {
  const candidates = state.candidates.flatMap((candidate) => {
    const fitness = fitnessOf(state, candidate);
    return fitness === null ? [] : [{ candidate, fitness }];
  });
  const curves = state.finals.filter(({ curve }) => curve.length > 1);
  const values = [
    ...candidates.map(({ fitness }) => fitness),
    ...curves.flatMap(({ curve }) => curve.map(([, fitness]) => fitness ?? 0)),
  ];
  const y = [Math.min(0, ...values), Math.max(1e-9, ...values)] as const;
  const iterations = state.iterations.map(({ iteration }) => iteration);
  const steps = Math.max(1, ...curves.map(({ curve }) => curve[curve.length - 1][0]));
  const search: Panel = {
    left: 60,
    right: 410,
    x: [Math.min(1, ...iterations) - 0.5, Math.max(1, ...iterations) + 0.5],
    y,
  };
  const finals: Panel = { left: 480, right: 810, x: [0, steps], y };
  const parts = [
    ...axes(search, "fitness in the search, by iteration", iterations.map(String), iterations),
    ...lineage(search, candidates),
    ...(curves.length > 0
      ? axes(finals, "final trainings", ["0", `${short(steps / 1e6)} M steps`], [0, steps])
      : []),
    ...curves.map(({ which, curve }) => {
      const points = curve.flatMap(([x, fitness]) =>
        fitness === null ? [] : [`${px(finals, x)},${py(finals, fitness)}`],
      );
      return `<polyline points="${points.join(" ")}" fill="none" stroke="${colors[which]}" stroke-opacity=".7"/>`;
    }),
    ...[...new Set(curves.map(({ which }) => which))].map(
      (which, i) =>
        `<text x="${finals.left + 8 + 90 * i}" y="34" fill="${colors[which]}">${which}</text>`,
    ),
  ];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...parts,
    "</svg>",
    "",
  ].join("\n");
}

function lineage(
  panel: Panel,
  candidates: readonly { candidate: RunState["candidates"][number]; fitness: number }[],
): string[] {
  const place = new Map(
    candidates.map(({ candidate, fitness }) => {
      // Side by side within the iteration's stripe.
      const x = candidate.iteration - 0.3 + (0.6 * (candidate.index - 1)) / 8;
      return [candidate.id, [px(panel, x), py(panel, fitness)]] as const;
    }),
  );
  const lines = candidates.flatMap(({ candidate }) =>
    candidate.origin.parents.flatMap((parent) => {
      const from = place.get(parent);
      const to = place.get(candidate.id);
      return from && to
        ? [`<line x1="${from[0]}" y1="${from[1]}" x2="${to[0]}" y2="${to[1]}" stroke="#cbd5e1"/>`]
        : [];
    }),
  );
  const dots = candidates.map(({ candidate, fitness }) => {
    const [x, y] = place.get(candidate.id) ?? [0, 0];
    const fill = candidate.complete ? "#2563eb" : "#93c5fd";
    return `<circle cx="${x}" cy="${y}" r="4" fill="${fill}"><title>${candidate.id}: ${short(fitness)}</title></circle>`;
  });
  return [...lines, ...dots];
}

function axes(
  panel: Panel,
  title: string,
  labels: readonly string[],
  at: readonly number[],
): string[] {
  const { left, right, y } = panel;
  return [
    `<text x="${left}" y="16" font-weight="600">${title}</text>`,
    `<path d="M${left} 40V280H${right}" fill="none" stroke="#64748b"/>`,
    ...y.map(
      (v) => `<text x="${left - 6}" y="${py(panel, v) + 4}" text-anchor="end">${short(v)}</text>`,
    ),
    ...labels.map(
      (label, i) => `<text x="${px(panel, at[i])}" y="298" text-anchor="middle">${label}</text>`,
    ),
  ];
}

function px({ left, right, x }: Panel, value: number): number {
  return Math.round(left + ((right - left) * (value - x[0])) / (x[1] - x[0]));
}

function py({ y }: Panel, value: number): number {
  return Math.round(280 - (240 * (value - y[0])) / (y[1] - y[0]));
}
