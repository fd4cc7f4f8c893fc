/**
 * Reads statements and expressions of the source and writes the program. Every call is written out
 * where it stands, so functions, arrays and objects never reach the program.
 */
import type ts from "typescript";
import { helpers } from "../helpers.js";
import { runForEach } from "./arrays.js";
import { compileArguments } from "./calls.js";
import type { Context } from "./context.js";
import { Emitter } from "./emitter.js";
import { compileExpression } from "./expressions.js";
import { bind } from "./fields.js";
import { doLoop, forLoop, forOf, whileLoop } from "./loops.js";
import { binary, callMath } from "./operators.js";
import { forbidden, Refusal } from "./refusal.js";
import { isAssignment, isStep, isTypeOnly, SourceFacts } from "./source.js";
import { typescript } from "./typescript.js";
import {
  boolean,
  describe,
  type FunctionValue,
  type MathValue,
  number,
  requireCondition,
  requireNumber,
  Scope,
  type Value,
} from "./values.js";

/** How deeply calls may nest once written out. */
const maxCallDepth = 40;

/** Where `return` goes in the call being written out. */
interface Frame {
  readonly id: number;
  readonly label: number;
  /** Variables that hold the result; made by the first return, which settles its shape. */
  result: Value | null;
  /** A forEach callback: returns nothing. */
  readonly isVoid: boolean;
}

export class Compiler implements Context {
  readonly ts = typescript();
  readonly emit: Emitter;
  readonly facts = new SourceFacts(this.ts);
  readonly #helpers = new Map<string, FunctionValue>();
  readonly #calls: ts.Node[] = [];
  #frame: Frame | null = null;
  #frames = 0;
  #loops: { breakLabel: number; continueLabel: number }[] = [];

  constructor(file: ts.SourceFile) {
    this.emit = new Emitter(file);
  }

  // Statements

  statement(node: ts.Statement, scope: Scope): boolean {
    const { ts } = this;
    this.emit.visit(node);
    if (ts.isVariableStatement(node)) {
      this.#variables(node.declarationList, scope);
      return true;
    }
    if (ts.isExpressionStatement(node)) {
      this.effect(node.expression, scope);
      return true;
    }
    if (ts.isBlock(node)) return this.statements(node.statements, new Scope(scope));
    if (ts.isIfStatement(node)) return this.#if(node, scope);
    if (ts.isReturnStatement(node)) return this.#return(node, scope);
    if (ts.isForOfStatement(node)) forOf(this, node, scope);
    else if (ts.isForStatement(node)) forLoop(this, node, scope);
    else if (ts.isWhileStatement(node)) whileLoop(this, node, scope);
    else if (ts.isDoStatement(node)) doLoop(this, node, scope);
    else if (ts.isBreakStatement(node) || ts.isContinueStatement(node)) {
      const loop = this.#loops[this.#loops.length - 1];
      if (loop === undefined) throw forbidden(node, "break or continue outside a loop");
      const label = ts.isBreakStatement(node) ? loop.breakLabel : loop.continueLabel;
      this.emit.emit({ do: "leave", label });
      return false;
    } else if (ts.isFunctionDeclaration(node)) {
      if (node.name) scope.declare(node.name.text, { kind: "function", node, scope });
    } else if (!(ts.isEmptyStatement(node) || isTypeOnly(ts, node))) {
      throw forbidden(node, "this statement");
    }
    return true;
  }

  /** A list of statements in the scope given. Functions may be called before they are declared. */
  statements(nodes: readonly ts.Statement[], scope: Scope): boolean {
    for (const node of nodes) {
      this.emit.visit(node);
      if (this.ts.isFunctionDeclaration(node)) this.statement(node, scope);
    }
    for (const node of nodes) {
      if (this.ts.isFunctionDeclaration(node)) continue;
      // What stands behind a return is never reached, so it is not compiled.
      if (!this.statement(node, scope)) return false;
    }
    return true;
  }

  loopBody(node: ts.Statement, scope: Scope, breakLabel: number, continueLabel: number): void {
    this.#loops.push({ breakLabel, continueLabel });
    this.statement(node, scope);
    this.#loops.pop();
  }

  #variables(list: ts.VariableDeclarationList, scope: Scope): void {
    const mutable = (list.flags & this.ts.NodeFlags.Const) === 0;
    for (const { name, initializer, type } of list.declarations) {
      const value = initializer ? this.expression(initializer, scope) : this.#unset(type, name);
      if (value.kind === "function" || value.kind === "math") {
        if (mutable || !this.ts.isIdentifier(name)) {
          throw forbidden(name, "a function in a variable", "Declare it with const name = ….");
        }
        scope.declare(name.text, value);
      } else {
        const held = mutable ? this.emit.declareMutable(value, name) : this.emit.hold(value, name);
        bind(this, name, held, scope, mutable);
      }
    }
  }

  /** `let x: number;`, which the type checker has seen assigned before it is read. */
  #unset(type: ts.TypeNode | undefined, name: ts.Node): Value {
    if (type?.kind === this.ts.SyntaxKind.NumberKeyword) return number(this.emit.apply("nan"));
    if (type?.kind === this.ts.SyntaxKind.BooleanKeyword) return boolean(false);
    throw forbidden(name, "a variable without a first value", "Write let x = 0;");
  }

  #if(node: ts.IfStatement, scope: Scope): boolean {
    const condition = requireCondition(this.expression(node.expression, scope), node.expression);
    const whenTrue = this.emit.collect(() => this.statement(node.thenStatement, new Scope(scope)));
    const other = this.emit.collect(
      () => !node.elseStatement || this.statement(node.elseStatement, new Scope(scope)),
    );
    this.emit.emit({
      do: "if",
      condition,
      whenTrue: whenTrue.statements,
      whenFalse: other.statements,
    });
    return whenTrue.result || other.result;
  }

  #return(node: ts.ReturnStatement, scope: Scope): boolean {
    const frame = this.#frame;
    if (frame === null) throw forbidden(node, "return outside a function");
    if (!frame.isVoid) {
      if (!node.expression) throw new Refusal("E_REWARD_TYPE", node, "return without a value");
      const value = this.expression(node.expression, scope);
      frame.result ??= this.emit.slots(value, node);
      requireSameFields(frame.result, value, node);
      this.emit.assign(frame.result, value, node);
    }
    this.emit.emit({ do: "leave", label: frame.label });
    return false;
  }

  effect(node: ts.Expression, scope: Scope): void {
    const { ts } = this;
    if (ts.isParenthesizedExpression(node)) {
      this.effect(node.expression, scope);
    } else if (ts.isBinaryExpression(node) && isAssignment(ts, node)) {
      this.#assign(node, scope);
    } else if (isStep(ts, node)) {
      const target = this.#target(node.operand, scope);
      const operator = node.operator === ts.SyntaxKind.PlusPlusToken ? "add" : "subtract";
      const value = number(this.emit.apply(operator, requireNumber(target, node), 1));
      this.emit.assign(target, value, node);
    } else if (
      ts.isCallExpression(node) &&
      ts.isPropertyAccessExpression(node.expression) &&
      node.expression.name.text === "forEach"
    ) {
      const items = this.expression(node.expression.expression, scope);
      if (items.kind !== "array") throw forbidden(node, `forEach of ${describe(items)}`);
      runForEach(this, items.items, compileArguments(this, node.arguments, scope), node);
    } else if (ts.isCallExpression(node)) {
      // A call for its own sake does nothing, but what it does has to be allowed.
      this.expression(node, scope);
    } else if (!ts.isStringLiteral(node)) {
      throw forbidden(node, "an expression that does nothing", "Assign it, return it or drop it.");
    }
  }

  #assign(node: ts.BinaryExpression, scope: Scope): void {
    const target = this.#target(node.left, scope);
    const sign = this.ts.tokenToString(node.operatorToken.kind) ?? "";
    const right = this.expression(node.right, scope);
    const value = sign === "=" ? right : binary(this.emit, sign.slice(0, -1), target, right, node);
    this.emit.assign(target, value, node);
  }

  /** The variables an assignment sets. */
  #target(node: ts.Expression, scope: Scope): Value {
    if (!this.ts.isIdentifier(node)) {
      throw forbidden(
        node,
        "assignment to anything but a variable",
        "Signals, arrays and objects never change: write a new one, { ...a, x: 1 } or a.map(…).",
      );
    }
    const binding = scope.find(node.text);
    if (binding === undefined || !binding.mutable) {
      throw forbidden(
        node,
        `assignment to ${node.text}`,
        "Only variables declared with let change.",
      );
    }
    if (binding.frame !== scope.frame) {
      throw forbidden(
        node,
        `assignment to ${node.text} from inside another function`,
        "Return the value and assign it where the variable is declared.",
      );
    }
    return binding.value;
  }

  expression(node: ts.Expression, scope: Scope): Value {
    return compileExpression(this, node, scope);
  }

  // Calls

  /** Writes the entry function out, over the signals. */
  enter(entry: FunctionValue, state: Value): Value {
    return this.call(entry, [state], entry.node);
  }

  /** A helper as a function of its source, which is read at its first use. */
  helper(name: string): FunctionValue | undefined {
    const known = this.#helpers.get(name);
    const helper = helpers.find((candidate) => candidate.name === name);
    if (known !== undefined || helper === undefined) return known;
    const { ts } = this;
    const text = `function ${name}${helper.signature} { return ${helper.body}; }`;
    const file = ts.createSourceFile("helper.ts", text, ts.ScriptTarget.ES2022, true);
    const [node] = file.statements;
    if (!ts.isFunctionDeclaration(node)) return undefined;
    const value: FunctionValue = { kind: "function", node, scope: new Scope(null) };
    this.#helpers.set(name, value);
    return value;
  }

  call(callee: FunctionValue | MathValue, args: readonly Value[], node: ts.Node): Value {
    if (callee.kind === "math") {
      // As a callback it is given an index and the array too, which JavaScript would use.
      const isCallback = !this.ts.isCallExpression(node);
      if (isCallback && (callee.name === "max" || callee.name === "min")) {
        throw forbidden(node, `Math.${callee.name} as a callback`, "Write Math.max(...a).");
      }
      return callMath(this.emit, callee.name, isCallback ? args.slice(0, 1) : args, node);
    }
    const result = this.#writeOut(callee, args, node, false);
    if (result !== null) return result;
    throw new Refusal(
      "E_REWARD_TYPE",
      node,
      "a function that does not return a value on every path",
      "End every branch with return.",
    );
  }

  run(callee: FunctionValue, args: readonly Value[], node: ts.Node): void {
    // Its assignments have to take place in the function whose statement this is.
    if (callee.scope.frame !== (this.#frame?.id ?? 0)) {
      throw forbidden(node, "forEach with a function from elsewhere", "Write the function here.");
    }
    this.#writeOut(callee, args, node, true);
  }

  #writeOut(
    callee: FunctionValue,
    args: readonly Value[],
    node: ts.Node,
    isVoid: boolean,
  ): Value | null {
    this.emit.visit(node);
    if (this.#calls.includes(callee.node)) {
      throw forbidden(node, "recursion", "A function may not call itself; use a loop.");
    }
    if (this.#calls.length >= maxCallDepth) {
      throw new Refusal("E_REWARD_TOO_LARGE", node, `calls nested more than ${maxCallDepth} deep`);
    }
    const outer = { frame: this.#frame, loops: this.#loops };
    const frame: Frame = {
      id: isVoid ? callee.scope.frame : ++this.#frames,
      label: this.emit.label(),
      result: null,
      isVoid,
    };
    const scope = new Scope(callee.scope, frame.id);
    this.#calls.push(callee.node);
    this.#frame = frame;
    this.#loops = [];
    try {
      this.#parameters(callee, args, scope, node);
      return this.#body(callee, scope, frame);
    } finally {
      this.#calls.pop();
      this.#frame = outer.frame;
      this.#loops = outer.loops;
    }
  }

  #parameters(callee: FunctionValue, args: readonly Value[], scope: Scope, node: ts.Node): void {
    callee.node.parameters.forEach((parameter, i) => {
      const { name, initializer } = parameter;
      const arg = args[i] ?? (initializer && this.expression(initializer, scope));
      if (arg === undefined) {
        const text = name.getText();
        throw new Refusal("E_REWARD_TYPE", node, `the parameter ${text} is given no value`);
      }
      if (arg.kind === "function" || arg.kind === "math") {
        if (!this.ts.isIdentifier(name)) throw forbidden(node, "a function taken apart");
        scope.declare(name.text, arg);
        return;
      }
      const { body } = callee.node;
      const mutable =
        this.ts.isIdentifier(name) && body !== undefined && this.facts.assigns(body, name.text);
      const value = mutable ? this.emit.declareMutable(arg, node) : this.emit.hold(arg, node);
      bind(this, name, value, scope, mutable);
    });
  }

  #body(callee: FunctionValue, scope: Scope, frame: Frame): Value | null {
    const { body } = callee.node;
    if (body === undefined) throw forbidden(callee.node, "a function without a body");
    if (!this.ts.isBlock(body)) {
      if (!frame.isVoid) return this.expression(body, scope);
      this.effect(body, scope);
      return null;
    }
    const direct = this.#directResult(body, scope, frame);
    if (direct !== undefined) return direct;
    const { statements, result: falls } = this.emit.collect(() =>
      this.statements(body.statements, new Scope(scope)),
    );
    this.emit.emit({ do: "block", label: frame.label, body: statements });
    return falls ? null : frame.result;
  }

  /** A body whose only return is its last statement needs no variables for its result. */
  #directResult(body: ts.Block, scope: Scope, frame: Frame): Value | undefined {
    const { ts } = this;
    const last = body.statements[body.statements.length - 1];
    const before = body.statements.slice(0, -1);
    if (frame.isVoid || last === undefined || !ts.isReturnStatement(last) || !last.expression) {
      return undefined;
    }
    if (before.some((statement) => this.facts.returns(statement))) return undefined;
    const inner = new Scope(scope);
    if (!this.statements(before, inner)) return undefined;
    this.emit.visit(last);
    return this.expression(last.expression, inner);
  }
}

function requireSameFields(result: Value, value: Value, node: ts.Node): void {
  if (result.kind !== "object" || value.kind !== "object") return;
  const missing = [...result.fields.keys()].filter((name) => !value.fields.has(name));
  const extra = [...value.fields.keys()].filter((name) => !result.fields.has(name));
  if (missing.length + extra.length === 0) return;
  const parts = [
    ...(missing.length > 0 ? [`lacks ${missing.join(", ")}`] : []),
    ...(extra.length > 0 ? [`adds ${extra.join(", ")}`] : []),
  ];
  throw new Refusal(
    "E_REWARD_TERMS",
    node,
    `this return ${parts.join(" and ")}, unlike the return before it`,
    "Return the same names everywhere; a term that does not apply is 0.",
  );
}
