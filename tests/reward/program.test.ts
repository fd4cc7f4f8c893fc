import { describe, expect, it } from "vitest";
import { instantiate, printProgram } from "../../src/reward/batch.js";
import { compileProgram } from "../../src/reward/node/compile.js";
import { programHash } from "../../src/reward/node/program-hash.js";
import {
  type Expression,
  type Program,
  parseProgram,
  type Statement,
} from "../../src/reward/program.js";
import { signalsRead } from "../../src/reward/simplify.js";
import { accepted } from "./accepted.js";
import { expectOnlyPrintedNodes } from "./fuzz.js";
import { makeStates, table } from "./table.js";

function compile(source: string): Program {
  const { program, issues } = compileProgram(source, "reward", table);
  expect(issues).toEqual([]);
  return program!;
}

const small: Program = {
  format: 1,
  kind: "fitness",
  columns: ["fitness"],
  variables: ["number"],
  body: [{ do: "set", variable: 0, value: { op: "signal", signal: "cart.position", index: 0 } }],
  outputs: [{ op: "variable", variable: 0 }],
};

describe("the identity of a program", () => {
  const original = `export function reward(s: State): Terms {
    const angle = s.pole.angle;
    return { upright: Math.exp(-angle * angle) };
  }`;

  it("does not depend on comments, formatting, types, local names or unused code", () => {
    const rewritten = `
      /* another hand */ const unused = 3; type N = number;
      const spare = (x: number): number => x + unused;
      export const reward = (state: State): Terms => {
        const theta: N = state.pole.angle; // rad
        let idle = Math.sin(theta);
        idle += 2;
        return { "upright": (Math.exp((-theta) * theta)) };
      };`;
    expect(programHash(compile(rewritten))).toBe(programHash(compile(original)));
  });

  it("depends on every number, signal and term name", () => {
    const variants = [
      original,
      original.replace("-angle", "-2 * angle"),
      original.replace("pole.angle", "cart.position"),
      original.replace("upright", "standing"),
      original.replace("Math.exp", "Math.cosh"),
    ];
    const hashes = variants.map((source) => programHash(compile(source)));
    expect(new Set(hashes).size).toBe(variants.length);
  });

  it("survives JSON", () => {
    for (const source of Object.values(accepted)) {
      const program = compile(source);
      expect(parseProgram(JSON.parse(JSON.stringify(program)))).toEqual(program);
    }
  });

  it("knows the signals it reads", () => {
    expect([...signalsRead(compile(original))]).toEqual(["pole.angle"]);
  });
});

describe("a program from outside", () => {
  const broken: [string, unknown][] = [
    ["nothing", null],
    ["text", "program"],
    ["another format", { ...small, format: 2 }],
    ["a column that is no name", { ...small, columns: ['"];process.exit()//'] }],
    ["an unknown operator", { ...small, outputs: [{ op: "apply", operator: "eval", args: [] }] }],
    [
      "an inherited operator",
      { ...small, outputs: [{ op: "apply", operator: "toString", args: [] }] },
    ],
    ["a wrong arity", { ...small, outputs: [{ op: "apply", operator: "add", args: [1] }] }],
    ["a variable that is not there", { ...small, outputs: [{ op: "variable", variable: 1 }] }],
    ["a variable that is code", { ...small, outputs: [{ op: "variable", variable: "0;x" }] }],
    ["a number that is text", { ...small, outputs: ["1;process.exit()"] }],
    ["a negative index", { ...small, outputs: [{ op: "signal", signal: "action", index: -1 }] }],
    ["leaving no block", { ...small, body: [{ do: "leave", label: 0 }] }],
    [
      "a block within itself",
      {
        ...small,
        body: [{ do: "block", label: 0, body: [{ do: "block", label: 0, body: [] }] }],
      },
    ],
    ["an unknown member", { ...small, extra: 1 }],
    ["fewer outputs than columns", { ...small, outputs: [] }],
    ["two columns of one name", { ...small, columns: ["a", "a"], outputs: [1, 2] }],
  ];

  it.each(broken)("is refused: %s", (_, data) => {
    expect(() => parseProgram(data)).toThrowError(
      expect.objectContaining({ code: "E_PROGRAM_INVALID" }),
    );
  });

  it("is refused when nested deeper or larger than the compiler writes, without a stack overflow", () => {
    let deep: Expression = 1;
    for (let i = 0; i < 100_000; i++) deep = { op: "apply", operator: "negate", args: [deep] };
    expect(() => parseProgram({ ...small, outputs: [deep] })).toThrowError(/nested too deeply/);
    const body: Statement[] = Array(100_000).fill(small.body[0]);
    expect(() => parseProgram({ ...small, body })).toThrowError(/too large/);
  });

  it("is refused where it reads a signal the task does not have", () => {
    const outputs: Expression[] = [{ op: "signal", signal: "wheel.speed", index: 0 }];
    expect(() => instantiate({ ...small, outputs }, table)).toThrowError(
      expect.objectContaining({ code: "E_PROGRAM_SIGNAL" }),
    );
    const beyond: Expression[] = [{ op: "signal", signal: "action", index: 1 }];
    expect(() => instantiate({ ...small, outputs: beyond }, table)).toThrowError(/action\[1\]/);
  });
});

describe("the batch loop", () => {
  it("consists of arithmetic, branches and loops only", () => {
    for (const source of Object.values(accepted)) {
      expectOnlyPrintedNodes(printProgram(compile(source), table));
    }
  });

  it("names the first row whose fuel runs out and leaves the rows before it right", () => {
    const program = compile(`export function reward(s: State): Terms {
      let x = 0;
      while (x < s.cart.position) x += 1;
      return { x };
    }`);
    const states = new Float32Array(3 * table.stride);
    states[0] = 5;
    states[table.stride] = 1e9;
    const out = new Float64Array(6);
    expect(instantiate(program, table).run(states, table.stride, 3, out)).toBe(1);
    expect(Array.from(out.subarray(0, 2))).toEqual([5, 5]);
    const little = instantiate(program, table, { fuelPerRow: 10 });
    expect(little.run(states, table.stride, 3, out)).toBe(0);
  });

  it("reads NaN where an index is out of range, and never a neighbouring signal", () => {
    const program = compile(`export function reward(s: State): Terms {
      const i = Math.round(s.cart.position);
      const j = s.cart.position;
      return { whole: s.joints.position[i], exact: s.joints.position[j] };
    }`);
    const states = new Float32Array(4 * table.stride).fill(7);
    [-1, 4, 1.5, 3].forEach((value, row) => {
      states[row * table.stride] = value;
    });
    const out = new Float64Array(4 * 3);
    instantiate(program, table).run(states, table.stride, 4, out);
    const columns = (row: number) => Array.from(out.subarray(row * 3 + 1, row * 3 + 3));
    expect([0, 1, 2, 3].map(columns)).toEqual([
      [NaN, NaN],
      [NaN, NaN],
      [7, NaN],
      [7, 7],
    ]);
  });

  it("gives each row the same whatever stands around it", () => {
    const program = compile(accepted["loops of every kind"]);
    const batch = instantiate(program, table);
    const states = makeStates(16);
    const all = new Float64Array(16 * batch.columns.length);
    batch.run(states, table.stride, 16, all);
    for (let row = 0; row < 16; row++) {
      const one = new Float64Array(batch.columns.length);
      batch.run(states.slice(row * table.stride), table.stride, 1, one);
      expect(one).toEqual(all.slice(row * one.length, (row + 1) * one.length));
    }
  });
});
