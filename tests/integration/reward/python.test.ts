/** A reward as Python gives the numbers that it gives here. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { Rng } from "../../../src/core/rng.js";
import { instantiate } from "../../../src/reward/batch.js";
import type { CompiledTask } from "../../../src/reward/compiled-task.js";
import { compileProgram } from "../../../src/reward/node/compile.js";
import { compileTask } from "../../../src/reward/node/compile-task.js";
import type { Program } from "../../../src/reward/program.js";
import { printPython } from "../../../src/reward/python.js";
import { recordStates } from "../../../src/rl/record-states.js";
import { loadTask } from "../../../src/task/node/load.js";
import { python, pythonHas } from "../../python.js";
import { temporaryFolder } from "../../temporary-folder.js";
import { lists } from "./python-lists.js";

/** Where a library is missing, lists of numbers stand in for its arrays. */
const runners = [
  { name: "lists in plain Python", there: pythonHas("sys"), setup: lists },
  { name: "NumPy", there: pythonHas("numpy"), setup: "import numpy as xp\narray = xp.array\n" },
  {
    name: "PyTorch",
    there: pythonHas("torch"),
    setup: "import torch as xp\narray = lambda x: xp.tensor(x, dtype=xp.float64)\n",
  },
];

const rows = 40;

/** Random states, with what derived.ts makes of them. */
function randomStates({ task, programs }: CompiledTask): Float32Array {
  const { signals: table } = task;
  const rng = new Rng(8);
  const values = Float32Array.from({ length: rows * table.stride }, () => rng.normal());
  if (!programs.derived) return values;
  const derived = instantiate(programs.derived, table);
  const { columns } = derived;
  const out = new Float64Array(rows * columns.length);
  derived.run(values, table.stride, rows, out);
  for (let row = 0; row < rows; row++) {
    const from = row * columns.length;
    values.set(
      out.subarray(from, from + columns.length),
      (row + 1) * table.stride - columns.length,
    );
  }
  return values;
}

/** Columns as Python computes them. */
function inPython(task: CompiledTask, program: Program, values: Float32Array, setup: string) {
  const folder = temporaryFolder("python");
  const { signals, stride } = task.task.signals;
  const data = Object.fromEntries(
    signals
      .filter(({ source }) => source.kind !== "derived")
      .map(({ name, scalar, offset, size }) => [
        name,
        Array.from({ length: rows }, (_, row) => {
          const at = row * stride + offset;
          return scalar ? values[at] : [...values.subarray(at, at + size)];
        }),
      ]),
  );
  writeFileSync(path.join(folder, "reward.py"), printPython(task, program, { title: "a test" }));
  writeFileSync(path.join(folder, "data.json"), JSON.stringify(data));
  const script = `${setup}
import json, reward
data = {name: array(values) for name, values in json.load(open("data.json")).items()}
assert set(reward.SIGNALS) <= set(data), reward.SIGNALS
terms = reward.reward({name: data[name] for name in reward.SIGNALS}, xp)
print(json.dumps({name: [float(x) for x in values] for name, values in terms.items()}))
`;
  const ran = spawnSync(python, ["-W", "ignore", "-c", script], { cwd: folder });
  expect(ran.stderr.toString()).toBe("");
  return JSON.parse(ran.stdout.toString().replaceAll("NaN", "null")) as Record<string, number[]>;
}

function expectSame(
  task: CompiledTask,
  program: Program,
  values: Float32Array,
  setup: string,
): void {
  const { columns, run } = instantiate(program, task.task.signals);
  const expected = new Float64Array(rows * columns.length);
  run(values, task.task.signals.stride, rows, expected);
  const got = inPython(task, program, values, setup);
  expect(Object.keys(got)).toEqual(columns);
  for (const [c, column] of columns.entries()) {
    for (let row = 0; row < rows; row++) {
      const wanted = expected[row * columns.length + c];
      const value = got[column][row] ?? Number.NaN;
      const close = Math.abs(value - wanted) <= 1e-5 * Math.max(1, Math.abs(wanted));
      expect(close || Object.is(value, wanted), `${column}[${row}]: ${value}, not ${wanted}`).toBe(
        true,
      );
    }
  }
}

/** Everything that a mask has to do: branches in branches, loops that some rows leave early, returns. */
const branches = `export function reward(s: State): Terms {
  let sum = 0;
  for (let i = 0; i < 5; i++) {
    const x = s.joint.position[i];
    if (x > 0.8) break;
    if (x < -0.5) continue;
    if (x > 0) sum += x * x;
    else { sum -= x; if (x < -0.2) sum += 1; }
  }
  let first = 0;
  while (first < 11 && s.joint.position[first] < 0.5) first++;
  if (s.base.linVel[0] > 1) return { early: Math.max(sum, 2), sum: -sum };
  const powers = Math.hypot(...s.base.linVel) ** 1.5 + Math.sign(sum) * Math.round(3 * sum);
  return { early: s.action[1] > 0 && sum > 0.3 ? 1 : 0, sum: powers % 0.7 + first };
}`;

for (const { name, there, setup } of runners) {
  const title = there ? name : `${name} (NOT RUN: it is not installed here)`;
  test.skipIf(!there)(`in ${title}`, async () => {
    const go1 = compileTask(await loadTask("go1-walk"));
    const recorded = await recordStates(go1, { rows });
    for (const program of [go1.programs.human, go1.programs.sparse]) {
      if (program) expectSame(go1, program, recorded, setup);
    }
    const { program, issues } = compileProgram(branches, "reward", go1.task.signals);
    expect(issues).toEqual([]);
    expect(JSON.stringify(program)).toContain('"do":"loop"');
    if (program) expectSame(go1, program, randomStates(go1), setup);
  });
}
