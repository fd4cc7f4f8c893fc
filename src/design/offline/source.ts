/** Writes a genome as the TypeScript a person would: named terms, named temperatures, reasons. */
import type { Factor, Genome, Term } from "./genome.js";
import type { SignalFacts } from "./signal-facts.js";

/** Name of every term, in order; the reflection's rows carry the same names. */
export function termNames(genome: Genome, facts: readonly SignalFacts[]): string[] {
  const taken = new Set(["total", "alive"]);
  return genome.terms.map((term) => {
    const plain = plainName(term, facts);
    let name = plain;
    for (let n = 2; taken.has(name); n++) name = `${plain}${n}`;
    taken.add(name);
    return name;
  });
}

/** Name of the bonus among a reward's terms. */
export const bonusName = "alive";

/** The whole file. `heading` says where it came from and why. */
export function genomeSource(
  genome: Genome,
  facts: readonly SignalFacts[],
  heading: readonly string[],
): string {
  const names = termNames(genome, facts);
  const usesGiven = genome.terms.some(({ kind }) => kind === "given");
  const constants: string[] = [];
  const terms = genome.terms.flatMap((term, i) => {
    const factors = term.factors.map((factor, j) => {
      const signal = facts[factor.signal];
      const constant = `${names[i]}${j === 0 ? "" : "Gate"}Temperature`;
      if (hasTemperature(factor)) {
        const unit = signal.unit ? ` // ${signal.unit}` : "";
        constants.push(`const ${constant} = ${factor.temperature};${unit}`);
      }
      return factorCode(factor, signal, constant);
    });
    const product = factors.length > 0 ? factors.join(" * ") : plainCode(term, facts);
    const value = term.weight === 1 ? unwrapped(factors, product) : `${term.weight} * ${product}`;
    return [...commentLines(term.why), `    ${names[i]}: ${value},`];
  });
  if (genome.bonus !== 0) {
    terms.push(...commentLines(genome.bonusWhy), `    ${bonusName}: ${genome.bonus},`);
  }
  return [
    "/**",
    ...heading.map((line) => ` * ${comment(line)}`),
    " */",
    ...constants,
    ...(constants.length > 0 ? [""] : []),
    ...(usesGiven ? [givenFunction(genome.given ?? ""), ""] : []),
    "export function reward(s: State): Terms {",
    ...(usesGiven ? ["  const given = givenReward(s);"] : []),
    "  return {",
    ...terms,
    "  };",
    "}",
    "",
  ].join("\n");
}

function hasTemperature({ kernel, temperature }: Factor): boolean {
  if (kernel === "ramp" || kernel === "cosine") return false;
  return temperature !== 1 || (kernel !== "quadratic" && kernel !== "absolute");
}

function factorCode(factor: Factor, signal: SignalFacts, constant: string): string {
  const x = valueCode(factor, signal);
  const d = differenceCode(factor, signal, x);
  const scaled = hasTemperature(factor) ? `${wrapped(d)} / ${constant}` : d;
  switch (factor.kernel) {
    case "ramp": {
      const span = number(signal.high - signal.low);
      return factor.rising
        ? `((${minus(x, signal.low)}) / ${span})`
        : `((${number(signal.high)} - ${x}) / ${span})`;
    }
    case "sigmoid":
      return `(0.5 ${factor.rising ? "+" : "-"} 0.5 * Math.tanh(${scaled}))`;
    case "cosine":
      return `(0.5 + 0.5 * Math.cos(${minus(x, factor.target)}))`;
    case "gaussian":
      return `Math.exp(-((${scaled}) ** 2))`;
    case "rational":
      return `(1 / (1 + (${scaled}) ** 2))`;
    case "step":
      return `(Math.abs(${d}) < ${constant} ? 1 : 0)`;
    case "quadratic":
      return scaled === x ? `${x} ** 2` : `(${scaled}) ** 2`;
    case "absolute":
      return hasTemperature(factor) ? `(Math.abs(${d}) / ${constant})` : `Math.abs(${d})`;
  }
}

function valueCode(factor: Factor, signal: SignalFacts): string {
  const path = `s.${signal.name}`;
  if (signal.scalar) return path;
  return factor.element === null ? `norm(${path})` : `${path}[${factor.element}]`;
}

/** Angles have no far side: a difference to another place than zero is wrapped. */
function differenceCode(factor: Factor, signal: SignalFacts, x: string): string {
  if (factor.target === 0) return x;
  const difference = minus(x, factor.target);
  return signal.angle ? `wrapAngle(${difference})` : difference;
}

/** A term without factors: one of the given reward's, or the change of the action. */
function plainCode(term: Term, facts: readonly SignalFacts[]): string {
  return term.kind === "given" ? `given.${term.name}` : changeCode(facts);
}

/** The given reward under another name; without its return type, so that its terms can be read. */
function givenFunction(source: string): string {
  const head = /export\s+function\s+reward\s*\(([^)]*)\)\s*(?::\s*Terms\s*)?\{/;
  return source.replace(head, "function givenReward($1) {").trim();
}

function changeCode(facts: readonly SignalFacts[]): string {
  const action = facts.find((f) => f.quantity === "action");
  const previous = facts.find((f) => f.quantity === "previousAction");
  return `distance(s.${action?.name}, s.${previous?.name}) ** 2`;
}

function plainName(term: Term, facts: readonly SignalFacts[]): string {
  const [factor, gate] = term.factors;
  if (!factor) return term.name ?? "actionChangeCost";
  const gated = gate ? `While${capital(featureName(gate, facts[gate.signal]))}` : "";
  return `${featureName(factor, facts[factor.signal])}${goalName(factor, facts[factor.signal])}${gated}`;
}

function featureName(factor: Factor, signal: SignalFacts): string {
  const words = signal.name.split(".");
  const base = words.map((word, i) => (i === 0 ? word : capital(word))).join("");
  if (signal.scalar || signal.size === 1) return base;
  if (factor.element === null) return `${base}Norm`;
  return `${base}${signal.size === 3 ? "XYZ"[factor.element] : factor.element}`;
}

function goalName(factor: Factor, signal: SignalFacts): string {
  switch (factor.kernel) {
    case "ramp":
    case "sigmoid":
      return factor.rising ? "High" : "Low";
    case "quadratic":
    case "absolute":
      return factor.target === 0 ? "Cost" : "OffTargetCost";
    default:
      if (factor.target === 0) return "NearZero";
      if (factor.target >= signal.high - 1e-3) return "NearHigh";
      return factor.target <= signal.low + 1e-3 ? "NearLow" : "NearTarget";
  }
}

function minus(x: string, value: number): string {
  if (value === 0) return x;
  return value < 0 ? `${x} + ${number(-value)}` : `${x} - ${number(value)}`;
}

function wrapped(d: string): string {
  return d.includes(" ") && !d.startsWith("wrapAngle(") ? `(${d})` : d;
}

function number(value: number): string {
  return String(Number(value.toPrecision(4)));
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** A factor that stands alone needs no brackets around it. */
function unwrapped(factors: readonly string[], product: string): string {
  return factors.length === 1 && product.startsWith("(") && product.endsWith(")")
    ? product.slice(1, -1)
    : product;
}

function commentLines(why: string): string[] {
  return why === "" ? [] : [`    // ${comment(why)}`];
}

/** Text that cannot end the comment it stands in. */
function comment(text: string): string {
  return text.replace(/\*\//g, "* /").replace(/\s+/g, " ");
}
