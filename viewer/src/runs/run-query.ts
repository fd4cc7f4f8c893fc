/** The search box of the runs: words, and conditions such as `task:ant fitness>0.8 status:running`. */
import type { RunSummary } from "../../../src/view/data/answers.js";

export type RunTest = (run: RunSummary) => boolean;

const texts: Readonly<Record<string, (run: RunSummary) => string>> = {
  name: (run) => run.name,
  task: (run) => run.task,
  status: (run) => run.status,
  designer: (run) => run.designer,
};

const numbers: Readonly<Record<string, (run: RunSummary) => number | null>> = {
  fitness: (run) => run.best?.score.fitness ?? null,
  cost: (run) => run.costUsd,
  steps: (run) => run.steps,
  minutes: (run) => run.wallSeconds / 60,
  iterations: (run) => run.iterations.ended,
  candidates: (run) => run.candidates.all,
};

export const queryFields: readonly string[] = [...Object.keys(texts), ...Object.keys(numbers)];

/** A test of all parts together; a part that is no condition is looked for in name and task. */
export function parseRunQuery(query: string): { test: RunTest; problem: string | null } {
  const tests: RunTest[] = [];
  let problem: string | null = null;
  for (const part of query.trim().split(/\s+/).filter(Boolean)) {
    const match = /^([a-z]+)(:|>=|<=|>|<|=)(.*)$/i.exec(part);
    const test = match ? condition(match[1].toLowerCase(), match[2], match[3]) : words(part);
    if (test) tests.push(test);
    else problem = `“${part}” is no condition; fields are ${queryFields.join(", ")}`;
  }
  return { test: (run) => tests.every((one) => one(run)), problem };
}

function words(part: string): RunTest {
  const wanted = part.toLowerCase();
  return (run) => `${run.name} ${run.task}`.toLowerCase().includes(wanted);
}

function condition(field: string, operator: string, value: string): RunTest | null {
  const text = texts[field];
  if (text) {
    const wanted = value.toLowerCase();
    if (operator === ":") return (run) => text(run).toLowerCase().includes(wanted);
    return operator === "=" ? (run) => text(run).toLowerCase() === wanted : null;
  }
  if (!(field in numbers)) return null;
  // While the number is being written, everything fits.
  if (value === "") return () => true;
  const number = numbers[field];
  const limit = scaled(value);
  if (limit === null) return null;
  return (run) => {
    const own = number(run);
    return own !== null && compare(own, operator, limit);
  };
}

function compare(own: number, operator: string, limit: number): boolean {
  switch (operator) {
    case ">":
      return own > limit;
    case "<":
      return own < limit;
    case ">=":
      return own >= limit;
    case "<=":
      return own <= limit;
    default:
      return own === limit;
  }
}

/** `2.5M`, `300k`, `0.8`. */
function scaled(text: string): number | null {
  const match = /^\$?(-?\d*\.?\d+)([kM]?)$/.exec(text);
  if (!match) return null;
  return Number(match[1]) * (match[2] === "M" ? 1e6 : match[2] === "k" ? 1e3 : 1);
}
