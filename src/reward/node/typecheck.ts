/**
 * TypeScript's own diagnostics for a source, against the generated `State`. This is for the author's
 * benefit: what makes a program safe is the compiler, which takes nothing on trust from here.
 */
import type ts from "typescript";
import type { ErrorCode, Issue } from "../../core/errors.js";
import { nearestName } from "../../core/nearest-name.js";
import type { SignalTable } from "../../task/signals.js";
import { stateDeclaration } from "../declaration.js";
import { helpers } from "../helpers.js";
import type { ProgramKind } from "../program.js";
import { arrayHint } from "./arrays.js";
import { sourceLimits } from "./gate.js";
import { issueAtPosition } from "./refusal.js";
import { standardLibrary } from "./standard-library.js";
import { typescript } from "./typescript.js";

/** Longest message of TypeScript's that is passed on, characters. */
const maxMessage = 600;

/** Parsed declarations, kept because every check of a task needs the same ones. */
const declarations = new Map<string, ts.SourceFile>();
const maxDeclarations = 16;

export interface Diagnostics {
  /** Where the text is no TypeScript at all. */
  syntax(): Issue[];
  /** Names, types and missing returns. Meant for text that is on the allow-list. */
  types(): Issue[];
}

export function diagnose(file: ts.SourceFile, kind: ProgramKind, table: SignalTable): Diagnostics {
  const program = createProgram(file, stateDeclaration(table, { derived: kind !== "derived" }));
  const issues = (diagnostics: readonly ts.Diagnostic[], isSyntax: boolean) =>
    diagnostics
      .slice(0, sourceLimits.issues)
      .map((diagnostic) => toIssue(diagnostic, file, table, isSyntax));
  return {
    syntax: () => issues(program.getSyntacticDiagnostics(file), true),
    types: () => issues(program.getSemanticDiagnostics(file), false),
  };
}

/** Problems in the standard library and a task's declaration themselves; none, unless we err. */
export function checkDeclaration(declaration: string): string[] {
  const ts = typescript();
  const file = ts.createSourceFile("reward.ts", "export {};", ts.ScriptTarget.ES2022, true);
  return ts
    .getPreEmitDiagnostics(createProgram(file, declaration))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}

function createProgram(file: ts.SourceFile, declaration: string): ts.Program {
  const ts = typescript();
  // A file without exports would share the names of the helpers.
  const asModule = file as { externalModuleIndicator?: ts.Node };
  asModule.externalModuleIndicator ??= file;
  const files = new Map([
    ["/library.d.ts", parsed("/library.d.ts", standardLibrary)],
    ["/state.d.ts", parsed("/state.d.ts", declaration)],
    ["/reward.ts", file],
  ]);
  // Virtual files only: no name leads to a disk.
  const host: ts.CompilerHost = {
    getSourceFile: (name) => files.get(name),
    fileExists: (name) => files.has(name),
    readFile: () => undefined,
    writeFile: () => {},
    getDefaultLibFileName: () => "/library.d.ts",
    getCurrentDirectory: () => "/",
    getCanonicalFileName: (name) => name,
    useCaseSensitiveFileNames: () => true,
    getNewLine: () => "\n",
    directoryExists: () => false,
    getDirectories: () => [],
  };
  const options: ts.CompilerOptions = {
    strict: true,
    noLib: true,
    noEmit: true,
    types: [],
    noResolve: true,
    noImplicitReturns: true,
    allowUnreachableCode: true,
    allowUnusedLabels: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
  };
  return ts.createProgram([...files.keys()], options, host);
}

function parsed(name: string, text: string): ts.SourceFile {
  const known = declarations.get(text);
  if (known !== undefined) return known;
  if (declarations.size >= maxDeclarations) declarations.clear();
  const ts = typescript();
  const file = ts.createSourceFile(name, text, ts.ScriptTarget.ES2022, true);
  declarations.set(text, file);
  return file;
}

/** A program can install nothing. */
const installAdvice = / Do you need to (install|change) .*$/s;

/** Names of JavaScript's world that models reach for. */
const globals =
  /'(console|process|require|globalThis|window|self|global|eval|Function|Object|Array|String|Symbol|Date|JSON|Reflect|Proxy|Promise|Map|Set|WeakMap|Float32Array|Float64Array|Uint8Array|Error|RegExp|fetch|setTimeout|performance|crypto|Intl|BigInt|module|exports|arguments|document|parseFloat|parseInt)'/;

function toIssue(
  diagnostic: ts.Diagnostic,
  file: ts.SourceFile,
  table: SignalTable,
  isSyntax: boolean,
): Issue {
  const ts = typescript();
  const text = ts
    .flattenDiagnosticMessageText(diagnostic.messageText, "\n  ")
    .replace(installAdvice, "");
  const message = text.length > maxMessage ? `${text.slice(0, maxMessage)}…` : text;
  const start = diagnostic.start ?? 0;
  const at = (code: ErrorCode, hint?: string) => issueAtPosition(file, start, code, message, hint);
  if (isSyntax) return at("E_REWARD_SYNTAX", "Answer with one complete TypeScript file.");
  if (/^Cannot find name|only refers to a type|^Cannot find (global )?value/.test(message)) {
    return unknownName(file, start, message, table);
  }
  switch (diagnostic.code) {
    case 2339:
    case 2551:
    case 2550:
      return unknownProperty(file, start, message, table);
    case 7017:
      return at("E_REWARD_FORBIDDEN", "A program has numbers, Math and the helper functions only.");
    case 7006:
      return at("E_REWARD_TYPE", "Write the type of the parameter, such as s: State or x: number.");
    case 2493:
      return at("E_REWARD_UNKNOWN_FIELD", "Indices start at 0 and end before the length.");
    case 2540:
    case 2542:
      return at("E_REWARD_FORBIDDEN", "Signals and terms never change: write a new value.");
    default:
      return at("E_REWARD_TYPE", typeHint(message));
  }
}

function typeHint(message: string): string {
  if (/Type 'boolean' is not assignable to type 'number'/.test(message)) {
    return "Write (condition ? 1 : 0).";
  }
  return /arithmetic operation must be|Type '(Vector|number\[\]|readonly).* to type 'number'/.test(
    message,
  )
    ? "Arithmetic works on numbers: use norm(a), sum(a), a[i] or a.map(…)."
    : "There are numbers, conditions, arrays of numbers and plain objects of these; a term is a number.";
}

function unknownName(
  file: ts.SourceFile,
  position: number,
  message: string,
  table: SignalTable,
): Issue {
  const at = (code: ErrorCode, hint: string) =>
    issueAtPosition(file, position, code, message, hint);
  if (globals.test(message)) {
    return at("E_REWARD_FORBIDDEN", "A program has numbers, Math and the helper functions only.");
  }
  const name = nodeAt(file, position)?.getText(file) ?? "";
  const field = table.signals.find((signal) => signal.name.split(".").includes(name));
  if (field !== undefined) return at("E_REWARD_TYPE", `Did you mean s.${field.name}?`);
  const known = [...helpers.map((helper) => helper.name), "Math", "State", "Terms", "Flags"];
  const near = nearestName(name, known);
  return at(
    "E_REWARD_TYPE",
    near === undefined
      ? "Declare it in this file; there is nothing else but s and the helper functions."
      : `Did you mean ${near}?`,
  );
}

function unknownProperty(
  file: ts.SourceFile,
  position: number,
  message: string,
  table: SignalTable,
): Issue {
  const ts = typescript();
  const at = (code: ErrorCode, hint?: string) =>
    issueAtPosition(file, position, code, message, hint);
  const name = nodeAt(file, position);
  const access = name?.parent;
  if (access && ts.isPropertyAccessExpression(access)) {
    const owner = access.expression.getText(file);
    if (owner === "Object" || owner === "Number") {
      return at(
        "E_REWARD_FORBIDDEN",
        "Only Object.values(terms), Number.isFinite(x), Number.isNaN(x) and Number.isInteger(x) exist.",
      );
    }
    if (owner === "Math") return at("E_REWARD_FORBIDDEN", mathHint(access.name.text));
    if (/type '(readonly )?(number|boolean|Vector\d+|.*\[\])'/.test(message)) {
      return at("E_REWARD_TYPE", arrayHint(access.name.text));
    }
    return at("E_REWARD_UNKNOWN_FIELD", fieldHint(owner, access.name.text, table));
  }
  return at("E_REWARD_UNKNOWN_FIELD", fieldHint("", name?.getText(file) ?? "", table));
}

/** The signal most like the one written, else what there is in the same place. */
function fieldHint(owner: string, name: string, table: SignalTable): string {
  const names = table.signals.map((signal) => signal.name);
  const parent = owner.split(".").slice(1).join(".");
  const beside = names.filter((signal) => parent === "" || signal.startsWith(`${parent}.`));
  const lastOf = (signal: string) => signal.slice(signal.lastIndexOf(".") + 1);
  const near =
    nearestName(parent === "" ? name : `${parent}.${name}`, beside) ??
    beside.find((signal) => lastOf(signal) === nearestName(name, beside.map(lastOf))) ??
    names.find((signal) => lastOf(signal) === nearestName(name, names.map(lastOf)));
  if (near !== undefined) return `Did you mean s.${near}?`;
  const shown = beside.length > 0 ? beside : names;
  return `The signals here are ${shown.map((signal) => `s.${signal}`).join(", ")}.`;
}

function mathHint(name: string): string {
  if (name === "random") return "A program always gives the same numbers for the same state.";
  const near = nearestName(
    name,
    helpers.map((helper) => helper.name),
  );
  return near === undefined
    ? "Only the functions of Math listed with State exist."
    : `Use ${near}(…).`;
}

/** The innermost node that starts at the position. */
function nodeAt(file: ts.SourceFile, position: number): ts.Node | undefined {
  const ts = typescript();
  let found: ts.Node | undefined;
  const visit = (node: ts.Node): void => {
    if (position < node.pos || position >= node.end) return;
    if (node.getStart(file) === position) found = node;
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}
