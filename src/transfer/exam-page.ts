/** An exam for people: the rows of its table, as Markdown, and as a chart. */
import type { Exam, ExamInterval, ExamResult } from "./exam.js";
import { barChart, colors, short, withUnit } from "./figures.js";

/** Heading and rows: a cell of the exam each, then all but the nominal one together. */
export function examTable(exam: Exam): string[][] {
  const names = Object.keys(exam.units);
  const unitOf = (name: string) => withUnit(name, exam.units[name]);
  const row = (name: string, result: ExamResult) => [
    name,
    `${percent(result.success)}`,
    percent(result.falls),
    ...names.map((measure) => written(result.measures[measure])),
    short(result.worstTenth),
    String(result.episodes),
  ];
  return [
    ["world", "success", "falls", ...names.map(unitOf), `worst tenth of ${exam.headline}`, "n"],
    ...exam.cells.map((cell) => row(cell.name, cell)),
    row("all but nominal", exam.elsewhere),
  ];
}

/** One sentence: whether it passed, and by what. */
export function examVerdict({ passed, mark, cells, trainedIn, engine }: Exam): string {
  const [{ success, episodes }] = cells;
  return `${passed ? "Passed" : "Not passed"}: ${percent(success)} of ${episodes} episodes in ${engine} succeeded, the mark is ${Math.round(100 * mark)} %; it was trained in ${trainedIn}.`;
}

export function examMarkdown(exam: Exam, figure: string | null): string {
  return [
    `# Exam of a policy for ${exam.task}`,
    "",
    examVerdict(exam),
    "",
    `Episodes of ${exam.seconds} s, without noise on actions, ${exam.profile} physics; 95 % intervals. A second engine is a stand-in for a robot: no robot was used.`,
    "",
    ...markdownTable(examTable(exam)),
    "",
    ...(figure ? [`![Success in every world](${figure})`, ""] : []),
  ].join("\n");
}

export function examFigure(exam: Exam): string {
  return barChart(
    `success in ${exam.engine}, trained in ${exam.trainedIn}`,
    exam.cells.map(({ name, success }) => ({
      label: name,
      value: 100 * success.mean,
      low: success.low === null ? null : 100 * success.low,
      high: success.high === null ? null : 100 * success.high,
      color: success.mean >= exam.mark ? colors.good : colors.bad,
    })),
    { unit: "%", mark: 100 * exam.mark },
  );
}

export function markdownTable(rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replace(/\|/g, "\\|").replace(/\s+/g, " ")).join(" | ")} |`;
  const [head, ...body] = rows;
  return [line(head), line(head.map(() => "---")), ...body.map(line)];
}

/** `96 % (90–98)`. */
export function percent({ mean, low, high }: ExamInterval): string {
  const whole = (value: number) => String(Math.round(100 * value));
  const bounds = low === null || high === null ? "" : ` (${whole(low)}–${whole(high)})`;
  return `${whole(mean)} %${bounds}`;
}

/** `16.8 ± 0.2`. */
export function written({ mean, low, high }: ExamInterval): string {
  if (low === null || high === null) return short(mean);
  const half = (high - low) / 2;
  // Less than the digits shown of the mean is nothing.
  return `${short(mean)} ± ${half < 1e-4 * Math.abs(mean) ? 0 : Number(half.toPrecision(2))}`;
}
