/** Questions about the source that its syntax tree answers. */
import type typescript from "typescript";

type Typescript = typeof typescript;

/**
 * Facts about subtrees, each gathered once: a body that is written out ten thousand times may be
 * thousands of nodes long.
 */
export class SourceFacts {
  readonly #ts: Typescript;
  readonly #assigned = new Map<typescript.Node, ReadonlySet<string>>();
  readonly #sizes = new Map<typescript.Node, number>();
  readonly #returning = new Map<typescript.Node, boolean>();

  constructor(ts: Typescript) {
    this.#ts = ts;
  }

  /** True where something under the node may assign to the name. */
  assigns(node: typescript.Node, name: string): boolean {
    return remembered(this.#assigned, node, () => this.#assignedNames(node)).has(name);
  }

  /** Nodes of the subtree. */
  size(node: typescript.Node): number {
    return remembered(this.#sizes, node, () => {
      let nodes = 1;
      this.#ts.forEachChild(node, (child) => {
        nodes += this.size(child);
      });
      return nodes;
    });
  }

  /** True where a return of the same function stands under the node. */
  returns(node: typescript.Node): boolean {
    return remembered(this.#returning, node, () => {
      if (this.#ts.isReturnStatement(node)) return true;
      if (this.#ts.isFunctionLike(node)) return false;
      return this.#ts.forEachChild(node, (child) => this.returns(child)) ?? false;
    });
  }

  #assignedNames(root: typescript.Node): ReadonlySet<string> {
    const ts = this.#ts;
    const names = new Set<string>();
    const visit = (node: typescript.Node): void => {
      const target = isStep(ts, node)
        ? node.operand
        : ts.isBinaryExpression(node) && isAssignment(ts, node)
          ? node.left
          : undefined;
      if (target && ts.isIdentifier(target)) names.add(target.text);
      ts.forEachChild(node, visit);
    };
    visit(root);
    return names;
  }
}

function remembered<K, V>(known: Map<K, V>, key: K, find: () => V): V {
  const value = known.get(key);
  if (value !== undefined) return value;
  const found = find();
  known.set(key, found);
  return found;
}

/** `i++` and its kin. */
export function isStep(
  ts: Typescript,
  node: typescript.Node,
): node is typescript.PrefixUnaryExpression | typescript.PostfixUnaryExpression {
  if (ts.isPostfixUnaryExpression(node)) return true;
  const { PlusPlusToken, MinusMinusToken } = ts.SyntaxKind;
  return (
    ts.isPrefixUnaryExpression(node) &&
    (node.operator === PlusPlusToken || node.operator === MinusMinusToken)
  );
}

export function isAssignment(ts: Typescript, node: typescript.BinaryExpression): boolean {
  const { kind } = node.operatorToken;
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
}

export function isTypeOnly(ts: Typescript, node: typescript.Statement): boolean {
  return (
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isExportDeclaration(node)
  );
}

export function isName(ts: Typescript, node: typescript.Node, name: string): boolean {
  return ts.isIdentifier(node) && node.text === name;
}
