import type { Signal, SignalTable } from "../../src/task/signals.js";

function signal(name: string, offset: number, size = 0, derived = false): Signal {
  return {
    name,
    source: derived ? { kind: "derived", size } : { kind: "jointPosition", joint: "hinge" },
    size: Math.max(1, size),
    scalar: size === 0,
    offset,
    unit: "m",
    frame: "world",
    description: `the ${name}`,
    range: [-3, 3],
  };
}

/** A small task: scalars, tuples, and two derived signals at the end. */
export const table: SignalTable = {
  stride: 22,
  signals: [
    signal("cart.position", 0),
    signal("cart.velocity", 1),
    signal("pole.angle", 2),
    signal("pole.angularVelocity", 3),
    signal("base.linVel", 4, 3),
    signal("joints.position", 7, 4),
    signal("joints.velocity", 11, 4),
    signal("action", 15, 1),
    signal("episodeTime", 16),
    signal("pole.cos", 17, 0, true),
    signal("pole.up", 18, 3, true),
  ],
};

/** Rows of the signal table, the same on every run. */
export function makeStates(numRows: number): Float32Array {
  return new Float32Array(numRows * table.stride).map((_, i) =>
    i % 31 === 0 ? 0 : 2.5 * Math.sin(i * 1.3),
  );
}

/** One row as the nested object that plain JavaScript would be given. */
export function stateObject(states: Float32Array, row: number): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const { name, offset, size, scalar } of table.signals) {
    const start = row * table.stride + offset;
    const path = name.split(".");
    let node = root;
    for (const part of path.slice(0, -1)) {
      node[part] ??= {};
      node = node[part] as Record<string, unknown>;
    }
    const values = Array.from(states.subarray(start, start + size));
    node[path[path.length - 1]] = scalar ? values[0] : values;
  }
  return root;
}
