/** Compiled rewards beside the same functions in plain JavaScript, over the same states. */
import { transform } from "esbuild";
import { median } from "../../core/statistics.js";
import { instantiate } from "../../reward/batch.js";
import { helpers } from "../../reward/helpers.js";
import { compileTask } from "../../reward/node/compile-task.js";
import { recordStates } from "../../rl/record-states.js";
import { listTasks, loadTask } from "../../task/node/load.js";
import type { SignalTable } from "../../task/signals.js";
import type { Benchmark } from "./benchmark.js";

const rounds = 15;
const numRows = 2048;
const callsPerRound = 400_000;

export const benchReward: Benchmark = async (progress) => {
  const rows = [["reward", "compiled", "plain JavaScript", "ratio", "wanted"]];
  for (const name of listTasks()) {
    progress(`reward of ${name}`);
    const loaded = await loadTask(name);
    const { human: source } = loaded.sources;
    const task = compileTask(loaded);
    if (!task.programs.human || source === undefined) continue;
    const states = await recordStates(task, { rows: numRows });
    const { signals } = loaded;
    const program = instantiate(task.programs.human, signals);
    const out = new Float64Array(numRows * program.columns.length);
    const compiled = () => void program.run(states, signals.stride, numRows, out);
    const plain = await plainBatch(source, program.columns, signals, states);
    const times = { compiled: [] as number[], plain: [] as number[], ratio: [] as number[] };
    for (let round = -3; round < rounds; round++) {
      const ours = nsPerCall(compiled);
      const theirs = nsPerCall(plain);
      if (round < 0) continue;
      times.compiled.push(ours);
      times.plain.push(theirs);
      times.ratio.push(ours / theirs);
    }
    const ns = (values: readonly number[]) => `${median(values).toFixed(1)} ns`;
    rows.push([
      `${name}, human`,
      ns(times.compiled),
      ns(times.plain),
      median(times.ratio).toFixed(2),
      "≤ 1.3",
    ]);
  }
  return {
    title: "Rewards: one call, checked and with fuel, beside the same function without either",
    rows,
    notes: [`medians of ${rounds} rounds in turns over ${numRows} recorded states`],
  };
};

function nsPerCall(batch: () => void): number {
  const repeats = Math.ceil(callsPerRound / numRows);
  const start = performance.now();
  for (let i = 0; i < repeats; i++) batch();
  return ((performance.now() - start) * 1e6) / (repeats * numRows);
}

/** The reward's own source without its types, called on ready-made `State` objects. */
async function plainBatch(
  source: string,
  columns: readonly string[],
  table: SignalTable,
  states: Float32Array,
): Promise<() => void> {
  const { code } = await transform(source.replaceAll(/^export /gm, ""), {
    loader: "ts",
    target: "es2023",
  });
  const offered = await transform(
    helpers
      .map(
        ({ name, signature, body }) =>
          `const ${name} = ${signature.replace(/:[^:]*$/, "")} => ${body};`,
      )
      .join("\n"),
    { loader: "ts", target: "es2023" },
  );
  const terms = columns.slice(1);
  const sum = terms.map((term) => `t[${JSON.stringify(term)}]`).join(" + ");
  const stores = terms
    .map((term, i) => `out[at + ${i + 1}] = t[${JSON.stringify(term)}];`)
    .join(" ");
  const make = new Function(
    "states",
    "out",
    `${offered.code}\n${code}
     return () => {
       for (let row = 0, at = 0; row < states.length; row++, at += ${columns.length}) {
         const t = reward(states[row]);
         out[at] = ${sum}; ${stores}
       }
     };`,
  ) as (states: readonly object[], out: Float64Array) => () => void;
  const rows = Array.from({ length: numRows }, (_, row) => stateObject(table, states, row));
  return make(rows, new Float64Array(numRows * columns.length));
}

/** One row of signals as the nested object that programs see. */
function stateObject(table: SignalTable, states: Float32Array, row: number): object {
  const state: Record<string, unknown> = {};
  for (const { name, offset, size, scalar } of table.signals) {
    const at = row * table.stride + offset;
    const path = name.split(".");
    let fields = state;
    for (const part of path.slice(0, -1)) {
      fields[part] ??= {};
      fields = fields[part] as Record<string, unknown>;
    }
    const value = scalar ? states[at] : Array.from(states.subarray(at, at + size));
    fields[path[path.length - 1]] = value;
  }
  return state;
}
