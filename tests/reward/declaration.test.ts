import { createRequire } from "node:module";
import type typescript from "typescript";
import { describe, expect, it } from "vitest";
import { stateDeclaration } from "../../src/reward/declaration.js";
import { helpers, mathConstants, mathFunctions } from "../../src/reward/helpers.js";
import { compileProgram } from "../../src/reward/node/compile.js";
import { checkDeclaration } from "../../src/reward/node/typecheck.js";
import type { SignalTable } from "../../src/task/signals.js";
import { accepted } from "./accepted.js";
import { table } from "./table.js";

const ts = createRequire(import.meta.url)("typescript") as typeof typescript;

/** Diagnostics of an ordinary editor: TypeScript's own library, strict, the declaration beside it. */
function editorDiagnostics(files: Readonly<Record<string, string>>): string[] {
  const options: typescript.CompilerOptions = {
    strict: true,
    noEmit: true,
    types: [],
    target: ts.ScriptTarget.ES2022,
    lib: ["lib.es2022.d.ts"],
    module: ts.ModuleKind.ESNext,
    moduleDetection: ts.ModuleDetectionKind.Force,
  };
  const host = ts.createCompilerHost(options);
  const original = host.getSourceFile;
  host.getSourceFile = (name, version) =>
    Object.hasOwn(files, name)
      ? ts.createSourceFile(name, files[name], version, true)
      : original(name, version);
  const program = ts.createProgram(Object.keys(files), options, host);
  return ts
    .getPreEmitDiagnostics(program)
    .map(
      ({ file, messageText }) =>
        `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`,
    );
}

describe("the declaration of a task", () => {
  const declaration = stateDeclaration(table);

  it("nests signals by their dotted names, with unit, frame and range", () => {
    expect(declaration).toContain(`interface State {
  readonly cart: {
    /** the cart.position. Unit: m. Frame: world. Usually -3 to 3. */
    readonly position: number;`);
    expect(declaration).toContain("readonly linVel: Vector3;");
    expect(declaration).toContain("type Vector4 = readonly [number, number, number, number];");
    expect(declaration).toContain(`interface Derived {
  readonly "pole.cos": number;
  readonly "pole.up": Vector3;
}`);
  });

  it("prints a bound of π with four digits", () => {
    const [first, ...others] = table.signals;
    const turned = { ...first, range: [-Math.PI, Math.PI] as const };
    const text = stateDeclaration({ ...table, signals: [turned, ...others] });
    expect(text).toContain("Usually -3.142 to 3.142.");
  });

  it("leaves derived signals out where they are computed", () => {
    const without = stateDeclaration(table, { derived: false });
    expect(without).not.toContain("readonly cos: number");
    expect(without).toContain("interface Derived");
  });

  it("tells a reward's author only what a reward returns", () => {
    const text = stateDeclaration(table, { others: false });
    expect(text).toContain("type Terms =");
    expect(text).toContain("readonly cos: number");
    expect(text).not.toMatch(/Flags|Derived/);
    expect(checkDeclaration(text)).toEqual([]);
  });

  it("checks on its own, without TypeScript's library", () => {
    expect(checkDeclaration(declaration)).toEqual([]);
    expect(checkDeclaration(stateDeclaration(table, { derived: false }))).toEqual([]);
  });

  it("shows no red line in an ordinary editor, nor do the rewards written against it", () => {
    const rewards = Object.entries(accepted).map(
      ([name, source], i) => [`/reward${i}.ts`, `// ${name}\n${source}`] as const,
    );
    const files = { "/state.d.ts": declaration, ...Object.fromEntries(rewards) };
    expect(editorDiagnostics(files)).toEqual([]);
  }, 60_000);

  it("cannot be broken out of by what a task says about its signals", () => {
    const signals = [
      {
        ...table.signals[0],
        description: "*/ declare const x: any; /*",
        unit: "m*/\n}",
        frame: "\n",
      },
    ];
    const hostile: SignalTable = { ...table, signals };
    expect(checkDeclaration(stateDeclaration(hostile))).toEqual([]);
  });

  it("names every helper and everything of Math, and all of them compile", () => {
    for (const { name } of helpers) expect(declaration).toContain(`declare function ${name}(`);
    for (const name of [...mathFunctions, ...mathConstants]) expect(declaration).toContain(name);
    expect(helpers.length).toBeLessThanOrEqual(14);
    const two = new Set(["atan2", "pow"]);
    const calls = mathFunctions.map((name) =>
      two.has(name) ? `Math.${name}(s.cart.position, 1)` : `Math.${name}(s.cart.position)`,
    );
    const constants = mathConstants.map((name) => `Math.${name}`);
    const source = `export function reward(s: State): Terms { return { a: ${[...calls, ...constants].join(" + ")} }; }`;
    expect(compileProgram(source, "reward", table).issues).toEqual([]);
  });
});
