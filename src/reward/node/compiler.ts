/**
 * Reads statements and expressions of the source and writes the program. Every call is written out
 * where it stands, so functions, arrays and objects never reach the program.
 */
import type ts from "typescript";
import { helpers } from "../helpers.js";
import type { Expression, Statement } from "../program.js";
import { callArrayMethod, runForEach } from "./arrays.js";
import type { Context } from "./context.js";
import { Emitter } from "./emitter.js";
import { assigns, doLoop, forLoop, forOf, whileLoop } from "./loops.js";
import {
  binary,
  callMath,
  callNumberTest,
  isMathFunction,
  logical,
  mathConstant,
  namedConstant,
  toNumber,
  unary,
} from "./operators.js";
import { Refusal } from "./refusal.js";
import { typescript } from "./typescript.js";
import {
  array,
  boolean,
  describe,
  type FunctionValue,
  isScalar,
  type MathValue,
  number,
  object,
  requireCondition,
  requireNumber,
  type ScalarValue,
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

/** One side of a choice, with the statements that compute it. */
interface Branch {
  readonly statements: readonly Statement[];
  readonly result: Value;
}

export class Compiler implements Context {
  readonly ts = typescript();
  readonly emit: Emitter;
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
        this.bind(name, held, scope, mutable);
      }
    }
  }

  /** `let x: number;`, which the type checker has seen assigned before it is read. */
  #unset(type: ts.TypeNode | undefined, name: ts.Node): Value {
    if (type?.kind === this.ts.SyntaxKind.NumberKeyword) return number(this.emit.apply("nan"));
    if (type?.kind === this.ts.SyntaxKind.BooleanKeyword) return boolean(false);
    throw forbidden(name, "a variable without a first value", "Write let x = 0;");
  }

  bind(name: ts.BindingName, value: Value, scope: Scope, mutable: boolean): void {
    const { ts } = this;
    if (ts.isIdentifier(name)) {
      scope.declare(name.text, value, mutable);
      return;
    }
    name.elements.forEach((element, i) => {
      if (ts.isOmittedExpression(element)) return;
      if (element.dotDotDotToken) throw forbidden(element, "the rest of an array or object");
      const part = ts.isArrayBindingPattern(name)
        ? this.#element(value, i, element)
        : this.#field(value, this.#boundName(element), element, element.initializer, scope);
      this.bind(element.name, part, scope, mutable);
    });
  }

  #boundName(element: ts.BindingElement): string {
    const key = element.propertyName ?? element.name;
    if (this.ts.isIdentifier(key) || this.ts.isStringLiteral(key)) return key.text;
    throw forbidden(key, "a computed name");
  }

  #field(
    value: Value,
    name: string,
    node: ts.Node,
    fallback?: ts.Expression,
    scope?: Scope,
  ): Value {
    if (value.kind === "object") {
      const field = value.fields.get(name);
      if (field !== undefined) return field;
      if (fallback && scope) return this.emit.hold(this.expression(fallback, scope), fallback);
      const names = [...value.fields.keys()].join(", ");
      throw new Refusal(
        "E_REWARD_UNKNOWN_FIELD",
        node,
        `there is no field ${JSON.stringify(name)} here`,
        `The fields are ${names}.`,
      );
    }
    if (value.kind === "array" && name === "length") return number(value.items.length);
    throw new Refusal("E_REWARD_UNKNOWN_FIELD", node, `${describe(value)} has no .${name}`);
  }

  #element(value: Value, i: number, node: ts.Node): Value {
    if (value.kind !== "array") {
      throw new Refusal("E_REWARD_TYPE", node, `${describe(value)} where an array is needed`);
    }
    const item = value.items[i];
    if (item !== undefined) return item;
    throw new Refusal(
      "E_REWARD_UNKNOWN_FIELD",
      node,
      `index ${i} of an array of ${value.items.length}`,
    );
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
      runForEach(this, items.items, this.#arguments(node.arguments, scope), node);
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

  // Expressions

  expression(node: ts.Expression, scope: Scope): Value {
    const { ts, emit } = this;
    emit.visit(node);
    if (ts.isNumericLiteral(node)) return number(this.#literal(node));
    if (node.kind === ts.SyntaxKind.TrueKeyword) return boolean(true);
    if (node.kind === ts.SyntaxKind.FalseKeyword) return boolean(false);
    if (ts.isIdentifier(node)) return this.#identifier(node, scope);
    if (ts.isPropertyAccessExpression(node)) return this.#property(node, scope);
    if (ts.isElementAccessExpression(node)) return this.#index(node, scope);
    if (ts.isCallExpression(node)) return this.#call(node, scope);
    if (ts.isBinaryExpression(node)) return this.#binary(node, scope);
    if (ts.isConditionalExpression(node)) return this.#conditional(node, scope);
    if (ts.isArrowFunction(node) || ts.isFunctionExpression(node)) {
      return { kind: "function", node, scope };
    }
    if (ts.isArrayLiteralExpression(node)) {
      return array(this.#arguments(node.elements, scope), node);
    }
    if (ts.isObjectLiteralExpression(node)) return this.#object(node, scope);
    if (ts.isPrefixUnaryExpression(node)) {
      const sign = ts.tokenToString(node.operator);
      if (sign === "+" || sign === "-" || sign === "!") {
        return unary(emit, sign, this.expression(node.operand, scope), node);
      }
    }
    if (
      ts.isParenthesizedExpression(node) ||
      ts.isAsExpression(node) ||
      ts.isSatisfiesExpression(node) ||
      ts.isNonNullExpression(node)
    ) {
      return this.expression(node.expression, scope);
    }
    throw forbidden(node, `${node.getText().slice(0, 40)} inside an expression`);
  }

  #literal(node: ts.NumericLiteral): number {
    const value = Number(node.text);
    if (Number.isFinite(value)) return value;
    throw new Refusal("E_REWARD_TYPE", node, `the number ${node.getText()} is too large`);
  }

  #identifier(node: ts.Identifier, scope: Scope): Value {
    const binding = scope.find(node.text);
    if (binding !== undefined) return binding.value;
    const constant = namedConstant(this.emit, node.text);
    if (constant !== undefined) return number(constant);
    const helper = this.#helper(node.text);
    if (helper !== undefined) return helper;
    throw new Refusal(
      "E_REWARD_FORBIDDEN",
      node,
      `${node.text} does not exist here`,
      "A program knows its parameter s, its own names, Math and the helper functions.",
    );
  }

  /** A helper as a function of its source, which is read at its first use. */
  #helper(name: string): FunctionValue | undefined {
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

  #property(node: ts.PropertyAccessExpression, scope: Scope): Value {
    const name = node.name.text;
    const owner = this.#global(node.expression, scope);
    if (owner === "Math") {
      const constant = mathConstant(name);
      if (constant !== undefined) return number(constant);
      if (isMathFunction(name)) return { kind: "math", name };
      throw forbidden(node, `Math.${name}`);
    }
    if (owner !== undefined) throw forbidden(node, `${owner}.${name}`);
    return this.#field(this.expression(node.expression, scope), name, node.name);
  }

  /** The name of a global object, unless the source has declared the name itself. */
  #global(node: ts.Expression, scope: Scope): "Math" | "Number" | "Object" | undefined {
    if (!this.ts.isIdentifier(node) || scope.find(node.text) !== undefined) return undefined;
    return node.text === "Math" || node.text === "Number" || node.text === "Object"
      ? node.text
      : undefined;
  }

  #index(node: ts.ElementAccessExpression, scope: Scope): Value {
    const value = this.expression(node.expression, scope);
    const key = node.argumentExpression;
    if (this.ts.isStringLiteral(key)) return this.#field(value, key.text, key);
    const index = requireNumber(this.expression(key, scope), key);
    if (typeof index === "number") return this.#element(value, index, node);
    if (value.kind !== "array" || value.items.length === 0) {
      throw new Refusal("E_REWARD_TYPE", node, `an index into ${describe(value)}`);
    }
    const held = this.emit.hold(number(index), key);
    const variable = held.kind === "number" ? held.expression : index;
    return this.#item(value.items, this.#asVariable(variable), node);
  }

  /** A signal may be an index too; it is copied, because items are chosen by variables. */
  #asVariable(index: Expression): number {
    if (typeof index === "object" && index.op === "variable") return index.variable;
    const variable = this.emit.variable("number", false);
    this.emit.set(variable, index);
    return variable;
  }

  #item(items: readonly Value[], variable: number, node: ts.Node): Value {
    const [first] = items;
    if (first.kind === "number") {
      const expressions = items.map((item) => requireNumber(item, node));
      return number(this.emit.item(expressions, variable));
    }
    if (first.kind === "array" && items.every((item) => item.kind === "array")) {
      const rows = items.map((item) => item.items);
      if (rows.every((row) => row.length === rows[0].length)) {
        const columns = rows[0].map((_, i) => rows.map((row) => row[i]));
        return array(
          columns.map((column) => this.#item(column, variable, node)),
          node,
        );
      }
    }
    throw new Refusal(
      "E_REWARD_TYPE",
      node,
      `an index that changes, into an array of ${describe(first)}`,
      "Index arrays of numbers, or go through the array with for..of.",
    );
  }

  #object(node: ts.ObjectLiteralExpression, scope: Scope): Value {
    const { ts } = this;
    const fields = new Map<string, Value>();
    for (const member of node.properties) {
      if (ts.isSpreadAssignment(member)) {
        const spread = this.expression(member.expression, scope);
        if (spread.kind !== "object") throw forbidden(member, `...${describe(spread)}`);
        for (const [name, field] of spread.fields) fields.set(name, field);
      } else if (ts.isShorthandPropertyAssignment(member)) {
        fields.set(member.name.text, this.#identifier(member.name, scope));
      } else if (ts.isPropertyAssignment(member)) {
        fields.set(propertyName(ts, member.name), this.expression(member.initializer, scope));
      } else {
        throw forbidden(member, "a method, getter or setter");
      }
    }
    return object(fields, node);
  }

  #binary(node: ts.BinaryExpression, scope: Scope): Value {
    const sign = this.ts.tokenToString(node.operatorToken.kind) ?? "";
    const left = this.expression(node.left, scope);
    if (sign !== "&&" && sign !== "||") {
      return binary(this.emit, sign, left, this.expression(node.right, scope), node);
    }
    const right = this.emit.collect(() => this.expression(node.right, scope));
    if (right.statements.length === 0) return logical(this.emit, sign, left, right.result, node);
    requireCondition(left, node.left);
    const held = this.emit.hold(left, node.left) as ScalarValue;
    const isRight = sign === "&&";
    return this.#branches(
      held,
      isRight ? right : { statements: [], result: held },
      isRight ? { statements: [], result: held } : right,
      node,
    );
  }

  #conditional(node: ts.ConditionalExpression, scope: Scope): Value {
    const condition = this.expression(node.condition, scope);
    requireCondition(condition, node.condition);
    if (!isScalar(condition)) throw forbidden(node.condition, "this condition");
    if (typeof condition.expression === "boolean") {
      return this.expression(condition.expression ? node.whenTrue : node.whenFalse, scope);
    }
    const whenTrue = this.emit.collect(() => this.expression(node.whenTrue, scope));
    const whenFalse = this.emit.collect(() => this.expression(node.whenFalse, scope));
    return this.#branches(condition, whenTrue, whenFalse, node);
  }

  /** `choose` where both sides are plain, otherwise an `if` that sets variables. */
  #branches(condition: ScalarValue, whenTrue: Branch, whenFalse: Branch, node: ts.Node): Value {
    const { emit } = this;
    if (whenTrue.statements.length + whenFalse.statements.length === 0) {
      const scalar = whenTrue.result.kind === "number" || whenTrue.result.kind === "boolean";
      const test = scalar ? condition : emit.hold(condition, node);
      return emit.choose(requireCondition(test, node), whenTrue.result, whenFalse.result, node);
    }
    const slots = emit.slots(whenTrue.result, node);
    const sides = [whenTrue, whenFalse].map(
      ({ statements, result }) =>
        emit.collect(() => {
          for (const statement of statements) emit.emit(statement);
          emit.assign(slots, result, node);
        }).statements,
    );
    emit.emit({
      do: "if",
      condition: condition.expression,
      whenTrue: sides[0],
      whenFalse: sides[1],
    });
    return slots;
  }

  /** Arguments or array elements, spreads taken apart. */
  #arguments(nodes: readonly ts.Expression[], scope: Scope): Value[] {
    return nodes.flatMap((node) => {
      if (!this.ts.isSpreadElement(node)) return [this.expression(node, scope)];
      const spread = this.expression(node.expression, scope);
      if (spread.kind === "array") return [...spread.items];
      throw new Refusal("E_REWARD_TYPE", node, `...${describe(spread)}`);
    });
  }

  // Calls

  /** Writes the entry function out, over the signals. */
  enter(entry: FunctionValue, state: Value): Value {
    return this.call(entry, [state], entry.node);
  }

  #call(node: ts.CallExpression, scope: Scope): Value {
    const { ts, emit } = this;
    const callee = node.expression;
    if (ts.isPropertyAccessExpression(callee)) {
      const name = callee.name.text;
      const owner = this.#global(callee.expression, scope);
      const args = () => this.#arguments(node.arguments, scope);
      if (owner === "Number") return callNumberTest(emit, name, args(), node);
      if (owner === "Object") return this.#objectFunction(name, args(), node);
      if (owner === undefined) {
        const value = this.expression(callee.expression, scope);
        if (value.kind === "array") {
          // Elements may be read several times, so they are computed once.
          const held = emit.hold(value, callee);
          const items = held.kind === "array" ? held.items : [];
          return callArrayMethod(this, items, name, args(), node);
        }
      }
    }
    const name = this.#conversion(callee, scope);
    if (name !== undefined) {
      const args = this.#arguments(node.arguments, scope);
      if (args.length !== 1) throw forbidden(node, `${name} of ${args.length} values`);
      if (name === "Number") return toNumber(emit, args[0], node);
      return boolean(emit.apply("not", emit.apply("not", requireCondition(args[0], node))));
    }
    const value = this.expression(callee, scope);
    if (value.kind !== "function" && value.kind !== "math") {
      throw new Refusal("E_REWARD_TYPE", node, `${describe(value)} cannot be called`);
    }
    return this.call(value, this.#arguments(node.arguments, scope), node);
  }

  #conversion(node: ts.Expression, scope: Scope): "Number" | "Boolean" | undefined {
    if (!this.ts.isIdentifier(node) || scope.find(node.text) !== undefined) return undefined;
    return node.text === "Number" || node.text === "Boolean" ? node.text : undefined;
  }

  #objectFunction(name: string, args: readonly Value[], node: ts.CallExpression): Value {
    const [value] = args;
    if (name === "values" && args.length === 1 && value.kind === "object") {
      return array([...value.fields.values()], node);
    }
    throw forbidden(node, `Object.${name}`, "Of Object only Object.values(terms) exists.");
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
        this.ts.isIdentifier(name) && body !== undefined && assigns(this.ts, body, name.text);
      const value = mutable ? this.emit.declareMutable(arg, node) : this.emit.hold(arg, node);
      this.bind(name, value, scope, mutable);
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
    if (before.some((statement) => returns(ts, statement))) return undefined;
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

/** `i++` and its kin. */
function isStep(
  ts: typeof import("typescript"),
  node: ts.Node,
): node is ts.PrefixUnaryExpression | ts.PostfixUnaryExpression {
  if (ts.isPostfixUnaryExpression(node)) return true;
  const { PlusPlusToken, MinusMinusToken } = ts.SyntaxKind;
  return (
    ts.isPrefixUnaryExpression(node) &&
    (node.operator === PlusPlusToken || node.operator === MinusMinusToken)
  );
}

function isAssignment(ts: typeof import("typescript"), node: ts.BinaryExpression): boolean {
  const { kind } = node.operatorToken;
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
}

/** True where a return of the same function stands under the node. */
function returns(ts: typeof import("typescript"), node: ts.Node): boolean {
  if (ts.isReturnStatement(node)) return true;
  if (ts.isFunctionLike(node)) return false;
  return ts.forEachChild(node, (child) => returns(ts, child)) ?? false;
}

function isTypeOnly(ts: typeof import("typescript"), node: ts.Statement): boolean {
  return (
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isExportDeclaration(node)
  );
}

function propertyName(ts: typeof import("typescript"), name: ts.PropertyName): string {
  if (ts.isIdentifier(name) || ts.isStringLiteral(name)) return name.text;
  throw forbidden(name, "a computed name");
}

function forbidden(node: ts.Node, what: string, hint?: string): Refusal {
  return new Refusal("E_REWARD_FORBIDDEN", node, `${what} is not part of the language`, hint);
}
