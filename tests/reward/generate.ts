/** Random programs of the language, from a list of choices that fast-check draws and shrinks. */

class Choices {
  readonly #values: readonly number[];
  #next = 0;

  constructor(values: readonly number[]) {
    this.#values = values;
  }

  /** 0 to n − 1; 0, the simplest, once the list is used up. */
  below(n: number): number {
    return this.#next < this.#values.length ? this.#values[this.#next++] % n : 0;
  }

  of<T>(options: readonly T[]): T {
    return options[this.below(options.length)];
  }
}

interface Names {
  readonly numbers: readonly string[];
  readonly mutable: readonly string[];
  /** Arrays of four numbers. */
  readonly arrays: readonly string[];
}

class Generator {
  readonly #choices: Choices;
  #names = 0;

  constructor(choices: Choices) {
    this.#choices = choices;
  }

  module(): string {
    const helper = this.#functionBody({ numbers: ["x", "y", "K"], mutable: [], arrays: ["W"] }, 1);
    const names: Names = {
      numbers: ["s.cart.position", "s.pole.angle", "s.base.linVel[1]", "s.episodeTime", "K"],
      mutable: [],
      arrays: ["s.joints.position", "s.joints.velocity", "W"],
    };
    const inner = this.#statements(names, 2);
    const terms = ["a", "b", "c"].map((name) => `${name}: ${this.#number(inner.names, 2)}`);
    return [
      "const K = 0.75;",
      "const W = [1, -2, 0.5, K];",
      `function helper(x: number, y = 2): number {\n${helper}}`,
      "export function reward(s: State): Terms {",
      `${inner.text}return { ${terms.join(", ")} };\n}`,
    ].join("\n");
  }

  #functionBody(names: Names, depth: number): string {
    const { text, names: inner } = this.#statements(names, depth, false);
    const early = `if (${this.#condition(inner, 1)}) return ${this.#number(inner, 1)};\n`;
    const last = `return ${this.#number(inner, 2)};\n`;
    return this.#choices.below(2) === 0 ? text + last : text + early + last;
  }

  #statements(outer: Names, depth: number, calls = true): { text: string; names: Names } {
    let names = outer;
    let text = "";
    for (let n = this.#choices.below(5); n > 0; n--) {
      const next = this.#statement(names, depth, calls);
      text += next.text;
      names = next.names;
    }
    return { text, names };
  }

  #statement(names: Names, depth: number, calls: boolean): { text: string; names: Names } {
    const name = `n${this.#names++}`;
    const value = () => (calls ? this.#call(names) : this.#number(names, 2));
    const block = () => this.#statements(names, depth - 1, calls).text;
    switch (this.#choices.below(depth > 0 ? 11 : 4)) {
      case 0:
        return {
          text: `const ${name} = ${value()};\n`,
          names: { ...names, numbers: [...names.numbers, name] },
        };
      case 1:
        return {
          text: `let ${name} = ${value()};\n`,
          names: {
            ...names,
            numbers: [...names.numbers, name],
            mutable: [...names.mutable, name],
          },
        };
      case 2:
        return {
          text: `const ${name} = ${this.#array(names, 2)};\n`,
          names: { ...names, arrays: [...names.arrays, name] },
        };
      case 3:
        return { text: this.#assignment(names), names };
      case 4:
        return { text: `if (${this.#condition(names, 2)}) {\n${block()}}\n`, names };
      case 5:
        return {
          text: `if (${this.#condition(names, 2)}) {\n${block()}} else {\n${block()}}\n`,
          names,
        };
      case 6: {
        const inner = { ...names, numbers: [...names.numbers, name] };
        const body = this.#statements(inner, depth - 1, calls).text;
        return { text: `for (let ${name} = 0; ${name} < 4; ${name}++) {\n${body}}\n`, names };
      }
      case 7: {
        const inner = { ...names, numbers: [...names.numbers, name] };
        const body = this.#statements(inner, depth - 1, calls).text;
        const leave = this.#choices.of(["", "break;\n", "continue;\n"]);
        const guard = leave === "" ? "" : `if (${this.#condition(inner, 1)}) ${leave}`;
        const list = this.#array(names, 1);
        return { text: `for (const ${name} of ${list}) {\n${guard}${body}}\n`, names };
      }
      case 8: {
        const limit = this.#condition(names, 1);
        const body = block();
        const guard = `${name}++ ;\nif (${name} > 6) break;\n`;
        return { text: `let ${name} = 0;\nwhile (${limit}) {\n${guard}${body}}\n`, names };
      }
      case 9: {
        const list = this.#array(names, 1);
        const inner = { ...names, numbers: [...names.numbers, name] };
        return { text: `${list}.forEach((${name}) => {\n${this.#assignment(inner)}});\n`, names };
      }
      default: {
        const [a, b] = [`${name}a`, `${name}b`];
        return {
          text: `const [${a}, , ${b} = 3] = ${this.#array(names, 1)};\n`,
          names: { ...names, numbers: [...names.numbers, a, b] },
        };
      }
    }
  }

  #assignment(names: Names): string {
    if (names.mutable.length === 0) return ";\n";
    const target = this.#choices.of(names.mutable);
    const sign = this.#choices.of(["=", "+=", "-=", "*=", "/=", "%="]);
    return `${target} ${sign} ${this.#number(names, 2)};\n`;
  }

  #call(names: Names): string {
    const value = this.#number(names, 2);
    return this.#choices.of([
      value,
      `helper(${value})`,
      `helper(${value}, ${this.#number(names, 1)})`,
    ]);
  }

  #number(names: Names, depth: number): string {
    const leaf = () => this.#choices.of([...names.numbers, "1", "0.1", "2.5", "3", "0", "NaN"]);
    if (depth === 0) return leaf();
    const inner = () => this.#number(names, depth - 1);
    switch (this.#choices.below(14)) {
      case 0:
      case 1:
        return leaf();
      case 2:
        return `(${inner()} ${this.#choices.of(["+", "-", "*", "/", "%"])} ${inner()})`;
      case 3:
        return `(-${inner()})`;
      case 4:
        return `((${inner()}) ** ${this.#choices.of(["2", "0.5", "3"])})`;
      case 5:
        return `Math.${this.#choices.of(["abs", "exp", "sin", "cos", "tanh", "sqrt", "floor", "sign", "round"])}(${inner()})`;
      case 6:
        return `Math.${this.#choices.of(["max", "min", "hypot"])}(${inner()}, ${inner()})`;
      case 7:
        return `(${this.#condition(names, depth - 1)} ? ${inner()} : ${inner()})`;
      case 8:
        return `${this.#array(names, depth - 1)}[${this.#choices.below(4)}]`;
      case 9:
        return `${this.#choices.of(["sum", "mean", "norm", "sumOfSquares"])}(${this.#array(names, depth - 1)})`;
      case 10:
        return `dot(${this.#array(names, depth - 1)}, ${this.#array(names, depth - 1)})`;
      case 11:
        return `Math.max(...${this.#array(names, depth - 1)})`;
      case 12: {
        const [t, x] = [`t${this.#names++}`, `x${this.#names++}`];
        const body = this.#number({ ...names, numbers: [...names.numbers, t, x] }, depth - 1);
        return `${this.#array(names, depth - 1)}.reduce((${t}, ${x}) => ${body}, ${leaf()})`;
      }
      default:
        return this.#choices.of([
          `clamp(${inner()}, -1, ${inner()})`,
          `gaussian(${inner()}, 0.5)`,
          `smoothstep(0, 1, ${inner()})`,
          `lerp(${inner()}, 2, ${inner()})`,
        ]);
    }
  }

  #condition(names: Names, depth: number): string {
    const number = () => this.#number(names, Math.max(0, depth - 1));
    if (depth === 0) return `${number()} < ${number()}`;
    switch (this.#choices.below(6)) {
      case 0:
      case 1:
        return `${number()} ${this.#choices.of(["<", "<=", ">", ">=", "===", "!=="])} ${number()}`;
      case 2:
        return `(${this.#condition(names, depth - 1)} ${this.#choices.of(["&&", "||"])} ${this.#condition(names, depth - 1)})`;
      case 3:
        return `!(${this.#condition(names, depth - 1)})`;
      case 4:
        return `Number.isFinite(${number()})`;
      default: {
        const x = `x${this.#names++}`;
        const inner = { ...names, numbers: [...names.numbers, x] };
        const method = this.#choices.of(["every", "some"]);
        return `${this.#array(names, depth - 1)}.${method}((${x}) => ${this.#condition(inner, depth - 1)})`;
      }
    }
  }

  #array(names: Names, depth: number): string {
    const leaf = this.#choices.of(names.arrays);
    if (depth <= 0) return leaf;
    const number = () => this.#number(names, depth - 1);
    switch (this.#choices.below(5)) {
      case 0:
        return leaf;
      case 1:
        return `[${number()}, ${number()}, ${number()}, ${number()}]`;
      case 2: {
        const x = `x${this.#names++}`;
        const body = this.#number({ ...names, numbers: [...names.numbers, x] }, depth);
        return `${leaf}.map((${x}) => ${body})`;
      }
      case 3:
        return `[...${leaf}.slice(1, 3), ${number()}, 2]`;
      default:
        return `(${this.#condition(names, depth - 1)} ? ${leaf} : ${this.#array(names, depth - 1)})`;
    }
  }
}

export function generateReward(choices: readonly number[]): string {
  return new Generator(new Choices(choices)).module();
}

/** A source with some of its tokens dropped, doubled, exchanged or taken from another source. */
export function mutate(source: string, other: string, choices: readonly number[]): string {
  const tokens = source.match(/[A-Za-z_]\w*|\d[\d.e]*|\s+|[^\w\s]/g) ?? [];
  const donor = other.match(/[A-Za-z_]\w*|\d[\d.e]*|[^\w\s]/g) ?? [];
  for (let i = 0; i + 2 < choices.length; i += 3) {
    const at = choices[i] % tokens.length;
    const from = choices[i + 1] % donor.length;
    const partner = choices[i + 1] % tokens.length;
    switch (choices[i + 2] % 5) {
      case 0:
        tokens.splice(at, 1);
        break;
      case 1:
        tokens.splice(at, 0, tokens[at]);
        break;
      case 2:
        [tokens[at], tokens[partner]] = [tokens[partner], tokens[at]];
        break;
      case 3:
        tokens[at] = donor[from];
        break;
      default:
        tokens.splice(at, 0, donor[from]);
    }
    if (tokens.length === 0) break;
  }
  return tokens.join("");
}
