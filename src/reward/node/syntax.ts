/** The allow-list over the syntax tree: every kind of node that is not on it is refused. */
import type ts from "typescript";
import type { Issue } from "../../core/errors.js";
import { sourceLimits } from "./gate.js";
import { issueAt } from "./refusal.js";
import { typescript } from "./typescript.js";

type KindName = keyof typeof ts.SyntaxKind;

const allowedKinds: readonly KindName[] = [
  // statements
  "SourceFile",
  "EndOfFileToken",
  "FunctionDeclaration",
  "VariableStatement",
  "VariableDeclarationList",
  "VariableDeclaration",
  "Block",
  "ReturnStatement",
  "IfStatement",
  "ForStatement",
  "ForOfStatement",
  "WhileStatement",
  "DoStatement",
  "BreakStatement",
  "ContinueStatement",
  "ExpressionStatement",
  "EmptyStatement",
  "ExportKeyword",
  "DefaultKeyword",
  "ExportDeclaration",
  "NamedExports",
  "ExportSpecifier",
  // expressions
  "Identifier",
  "NumericLiteral",
  "TrueKeyword",
  "FalseKeyword",
  "StringLiteral",
  "BinaryExpression",
  "PrefixUnaryExpression",
  "PostfixUnaryExpression",
  "ConditionalExpression",
  "ParenthesizedExpression",
  "CallExpression",
  "PropertyAccessExpression",
  "ElementAccessExpression",
  "ArrayLiteralExpression",
  "ObjectLiteralExpression",
  "PropertyAssignment",
  "ShorthandPropertyAssignment",
  "SpreadAssignment",
  "SpreadElement",
  "ArrowFunction",
  "FunctionExpression",
  "Parameter",
  "ObjectBindingPattern",
  "ArrayBindingPattern",
  "BindingElement",
  "OmittedExpression",
  "AsExpression",
  "SatisfiesExpression",
  "NonNullExpression",
  // punctuation that forEachChild visits
  "EqualsGreaterThanToken",
  "QuestionToken",
  "ColonToken",
  "DotDotDotToken",
  "PlusToken",
  "MinusToken",
  "AsteriskToken",
  "SlashToken",
  "PercentToken",
  "AsteriskAsteriskToken",
  "LessThanToken",
  "LessThanEqualsToken",
  "GreaterThanToken",
  "GreaterThanEqualsToken",
  "EqualsEqualsToken",
  "EqualsEqualsEqualsToken",
  "ExclamationEqualsToken",
  "ExclamationEqualsEqualsToken",
  "AmpersandAmpersandToken",
  "BarBarToken",
  "EqualsToken",
  "PlusEqualsToken",
  "MinusEqualsToken",
  "AsteriskEqualsToken",
  "SlashEqualsToken",
  "PercentEqualsToken",
  "AsteriskAsteriskEqualsToken",
  // types
  "NumberKeyword",
  "BooleanKeyword",
  "StringKeyword",
  "VoidKeyword",
  "TypeReference",
  "ArrayType",
  "TupleType",
  "NamedTupleMember",
  "TypeOperator",
  "ParenthesizedType",
  "TypeLiteral",
  "PropertySignature",
  "IndexSignature",
  "InterfaceDeclaration",
  "TypeAliasDeclaration",
  "LiteralType",
  "IndexedAccessType",
  "FunctionType",
  "ReadonlyKeyword",
];

/** What to do instead, for what models and people try. */
const hints: Readonly<Partial<Record<KindName, string>>> = {
  AnyKeyword: "Write number, boolean, State or Terms.",
  UnknownKeyword: "Write number, boolean, State or Terms.",
  ImportDeclaration: "Delete the import: State, Terms and the helper functions are there already.",
  ImportEqualsDeclaration: "Delete it: State, Terms and the helper functions are there already.",
  ClassDeclaration: "Write functions; a program keeps nothing between steps.",
  ClassExpression: "Write functions; a program keeps nothing between steps.",
  NewExpression: "Write arrays as [a, b, c] and build them with map.",
  TryStatement: "Nothing here throws. Guard with a condition, such as Math.max(x, 1e-6).",
  ThrowStatement: "Nothing here throws. Return a number on every path.",
  SwitchStatement: "Write if and else.",
  ForInStatement: "Name the fields, or loop over an array with for..of.",
  ThisKeyword: "Signals are fields of the parameter s.",
  TemplateExpression: "There is no text in a program, only numbers and booleans.",
  NoSubstitutionTemplateLiteral: "There is no text in a program, only numbers and booleans.",
  RegularExpressionLiteral: "There is no text in a program, only numbers and booleans.",
  NullKeyword: "Every value exists. Use 0 or NaN.",
  UndefinedKeyword: "Every value exists. Use 0 or NaN.",
  TypeParameter: "Write the types out: number, readonly number[].",
  UnionType: "A value is of one type: number or boolean.",
  QuestionDotToken: "Every field exists: write s.a.b.",
  QuestionQuestionToken: "Every value exists: leave the ?? and its right side out.",
  EnumDeclaration: "Write const A = 0; const B = 1;",
  ModuleDeclaration: "Write functions and constants at the top level.",
  DeclareKeyword: "State, Terms and the helper functions are declared already.",
  AsyncKeyword: "A program runs at once, from its parameter alone.",
  AwaitExpression: "A program runs at once, from its parameter alone.",
  YieldExpression: "Use a loop.",
  TypeOfExpression: "Kinds are known: signals are numbers or arrays of numbers.",
  DeleteExpression: "Signals, arrays and objects never change.",
  LabeledStatement: "Put the loop into a function and return from it.",
  BigIntLiteral: "Write ordinary numbers.",
  TypeAssertionExpression: "Leave the assertion out.",
  CommaToken: "Write one statement after the other.",
};

/** Generic types that may be named, with the number of their parameters. */
const genericTypes: Readonly<Record<string, number>> = {
  Array: 1,
  ReadonlyArray: 1,
  Readonly: 1,
  Record: 2,
};

export function checkSyntax(file: ts.SourceFile): Issue[] {
  const ts = typescript();
  const allowed = new Set(allowedKinds.map((name) => ts.SyntaxKind[name]));
  const issues: Issue[] = [];
  let types = 0;

  const refuse = (node: ts.Node, what: string, hint?: string): boolean => {
    issues.push(issueAt(node, "E_REWARD_FORBIDDEN", `${what} is not part of the language`, hint));
    return false;
  };

  /** False where the node's parts are not worth a look. */
  const check = (node: ts.Node): boolean => {
    if (!allowed.has(node.kind)) {
      const text = node.getText(file);
      return refuse(node, shorten(text), hints[kindName(ts, node.kind)]);
    }
    if (ts.isVariableDeclarationList(node)) {
      const flags = node.flags & ts.NodeFlags.BlockScoped;
      if (flags !== ts.NodeFlags.Const && flags !== ts.NodeFlags.Let) {
        return refuse(node, shorten(node.getText(file)), "Declare with const or let.");
      }
      if (flags === ts.NodeFlags.Let && node.parent.parent === file) {
        return refuse(
          node,
          "let outside a function",
          "A program keeps nothing between steps: use const.",
        );
      }
    }
    if (ts.isVariableDeclaration(node) && node.exclamationToken) return refuse(node, "x!: T");
    if (ts.isForOfStatement(node) && node.awaitModifier) return refuse(node, "for await");
    if (ts.isFunctionLike(node) && "asteriskToken" in node && node.asteriskToken) {
      return refuse(node, "a generator", "Use a loop.");
    }
    if (ts.isFunctionDeclaration(node) && !node.body) {
      return refuse(node, "a function without a body", "Write the function out.");
    }
    if (ts.isFunctionExpression(node) && node.name) {
      return refuse(node, "a named function expression", "Write const name = (x) => ….");
    }
    if (ts.isParameter(node) && (node.dotDotDotToken || node.questionToken)) {
      return refuse(
        node,
        shorten(node.getText(file)),
        "Give it a default value, or pass an array.",
      );
    }
    if (ts.isTypeOperatorNode(node) && node.operator !== ts.SyntaxKind.ReadonlyKeyword) {
      return refuse(node, shorten(node.getText(file)));
    }
    if (ts.isExportDeclaration(node) && node.moduleSpecifier) {
      return refuse(node, "export from another file", "Write everything in this file.");
    }
    if (ts.isExportSpecifier(node) && node.propertyName) {
      return refuse(node, "export under another name", "Name the function itself.");
    }
    if (ts.isInterfaceDeclaration(node) && node.heritageClauses) {
      return refuse(node, "extends", "Write the fields out.");
    }
    if ((ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) && ++types > 16) {
      return refuse(node, "more than 16 types", "Programs need few types beside State and Terms.");
    }
    if (ts.isCallExpression(node) && node.typeArguments) return refuse(node, "a type argument");
    if (ts.isTypeReferenceNode(node) && node.typeArguments) return checkGeneric(node);
    if (ts.isPropertyAccessExpression(node) && ts.isPrivateIdentifier(node.name)) {
      return refuse(node, shorten(node.getText(file)));
    }
    return true;
  };

  const checkGeneric = (node: ts.TypeReferenceNode): boolean => {
    const name = node.typeName.getText(file);
    const parameters = Object.hasOwn(genericTypes, name) ? genericTypes[name] : -1;
    if (parameters === node.typeArguments?.length) return true;
    return refuse(node, shorten(node.getText(file)), "Write number, readonly number[] or Terms.");
  };

  const visit = (node: ts.Node): void => {
    if (issues.length >= sourceLimits.issues) return;
    if (check(node)) ts.forEachChild(node, visit);
  };
  visit(file);
  return issues;
}

/** TypeScript's enum has several names a number; the first is the kind's own. */
function kindName(typescriptModule: typeof ts, kind: ts.SyntaxKind): KindName {
  const entry = Object.entries(typescriptModule.SyntaxKind).find(([, value]) => value === kind);
  return (entry?.[0] ?? "Unknown") as KindName;
}

function shorten(text: string): string {
  const line = text.replace(/\s+/g, " ");
  return line.length > 40 ? `${line.slice(0, 40)}…` : line;
}
