/** `report.md`: everything a transfer found, written from its state and the files it names. */
import { type Interval, interval95, shareInterval95 } from "../core/statistics.js";
import { type TransferRow, transferRows } from "../events/transfer-event.js";
import {
  costsOf,
  sameTraining,
  type TrainingKey,
  type TransferState,
  trainingName,
} from "../events/transfer-state.js";
import type { CompiledTask } from "../reward/compiled-task.js";
import type { RunFolder } from "../run/run-folder.js";
import type { Distribution } from "../task/task.js";
import { matrixRowSchema, rankPolicies } from "./choose.js";
import { type ConfigurationTable, configurationTableSchema } from "./configuration-table.js";
import { type Exam, type ExamResult, examSchema } from "./exam.js";
import { examFigure, examMarkdown, examTable, examVerdict, markdownTable } from "./exam-page.js";
import { barChart, colors, short, stripChart, withUnit } from "./figures.js";
import { transferOf } from "./measure.js";
import { physicsPriorSchema } from "./prior.js";
import { priorMarkdown } from "./prior-page.js";
import type { TransferSettings } from "./settings.js";
import { transferFiles } from "./transfer-files.js";

const rowNames: Readonly<Record<TransferRow, string>> = {
  none: "no randomization",
  human: "human",
  "full-prior": "full prior",
  random: "random in prior",
  designed: "designed in prior",
  "designed-without-prior": "designed without prior",
};

interface Examined extends TrainingKey {
  readonly exam: Exam;
}

/** Writes report.md and its charts. Everything it needs is in the run. */
export function writeTransferReport(
  run: RunFolder,
  task: CompiledTask,
  state: TransferState,
  settings: TransferSettings,
): void {
  const transfer = transferOf(task);
  const unit = transfer.measures[transfer.headline].unit;
  const exams = state.examined
    .filter((one) => place(state, one) >= 0)
    .map((one): Examined => ({ ...one, exam: examSchema.parse(JSON.parse(run.read(one.path))) }))
    .sort((a, b) => place(state, a) - place(state, b));
  const table = state.configurations
    ? configurationTableSchema.parse(JSON.parse(run.read(state.configurations.path)))
    : [];
  const ranked = rankPolicies(state.compared);

  run.write(
    "matrix.svg",
    stripChart(
      `${transfer.headline} of every policy in ${settings.choosingWorlds} drawn worlds`,
      ranked.map((policy) => {
        const path = state.compared.find((one) => sameTraining(one, policy))?.path ?? "";
        const { headline } = matrixRowSchema.parse(JSON.parse(run.read(path)));
        return { label: trainingName(policy), values: headline };
      }),
      unit,
    ),
  );
  const rows = transferRows.filter((row) => exams.some((one) => one.row === row));
  run.write(
    "rows.svg",
    barChart(
      `worst tenth of ${transfer.headline} in the exam's other worlds, by randomization`,
      rows.map((row) => {
        const values = exams
          .filter((one) => one.row === row)
          .map(({ exam }) => exam.elsewhere.worstTenth);
        const { mean, low, high } = interval95(values);
        const color = state.chosen?.policies[0].row === row ? colors.good : colors.plain;
        const bounded = Number.isFinite(low) && low > -Math.abs(4 * mean);
        return { label: rowNames[row], value: mean, color, ...(bounded && { low, high }) };
      }),
      { unit },
    ),
  );
  const [best] = exams;
  if (best) {
    run.write("exam.json", `${JSON.stringify(best.exam, null, 1)}\n`);
    run.write("exam.svg", examFigure(best.exam));
    run.write("exam.md", examMarkdown(best.exam, "exam.svg"));
  }
  const lines = [
    ...introduction(state, settings),
    ...rowsSection(rows, exams, table, transfer.headline, unit, settings),
    ...chosenSection(state, best),
    ...priorSection(run, state),
    ...configurationsSection(table),
    ...choosingSection(ranked, transfer.headline, unit, settings),
    ...costs(state, settings),
  ];
  run.write(transferFiles.report, `${lines.join("\n")}\n`);
}

function place({ chosen }: TransferState, key: TrainingKey): number {
  return chosen?.policies.findIndex((one) => sameTraining(one, key)) ?? -1;
}

function introduction({ start }: TransferState, settings: TransferSettings): string[] {
  const seeds = settings.seeds.length;
  return [
    `# ${start?.name}: ${start?.task} to another world`,
    "",
    `Trained in ${settings.engine} with ${start?.rewardLabel}, examined in the engine no policy has seen. A second engine is a stand-in for a robot: no robot was used, and what holds here may not hold there.`,
    "",
    `Randomizations were designed by: ${start?.designer}. ${seeds} ${seeds === 1 ? "seed" : "seeds"}; ${settings.warm ? `every policy starts from one that was trained for ${millions(settings.baseSteps)} without randomization, and trains for another ${millions(settings.steps)}` : `every policy trains from scratch for ${millions(settings.steps)}`}.`,
    "",
  ];
}

function rowsSection(
  rows: readonly TransferRow[],
  exams: readonly Examined[],
  table: ConfigurationTable,
  headline: string,
  unit: string,
  settings: TransferSettings,
): string[] {
  const head = [
    "randomization",
    "designer",
    "success, nominal",
    withUnit(`${headline}, nominal`, unit),
    "success, other worlds",
    withUnit(`${headline}, other worlds`, unit),
    withUnit("worst tenth", unit),
    "falls, other worlds",
    "n",
  ];
  const body = rows.map((row) => {
    const own = exams.filter((one) => one.row === row).map(({ exam }) => exam);
    const over = (of: (exam: Exam) => number) => written(interval95(own.map(of)));
    const share = (of: (exam: Exam) => ExamResult, which: "success" | "falls") => {
      const { mean, low, high, n } = shareInterval95(
        own.map((exam) => of(exam)[which].mean),
        of(own[0]).episodes,
      );
      return `${written({ mean: 100 * mean, low: 100 * low, high: 100 * high, n })} %`;
    };
    const nominal = ({ cells }: Exam) => cells[0];
    const elsewhere = (exam: Exam) => exam.elsewhere;
    return [
      rowNames[row],
      table.find((one) => one.row === row)?.designer ?? "–",
      share(nominal, "success"),
      over(({ cells }) => cells[0].measures[headline].mean),
      share(elsewhere, "success"),
      over(({ elsewhere }) => elsewhere.measures[headline].mean),
      over(({ elsewhere }) => elsewhere.worstTenth),
      share(elsewhere, "falls"),
      String(own.length),
    ];
  });
  const [first] = exams;
  const size = first
    ? `${first.exam.cells[0].episodes} nominal episodes and ${first.exam.elsewhere.episodes} in ${first.exam.cells.length - 1} other worlds for each policy, ${first.exam.seconds} s each, in ${first.exam.engine}`
    : "";
  const several = table.some(({ configurations }) => configurations.length > 1)
    ? ` Of a row with several configurations the one is examined that did best in the worlds for choosing, which are no exam worlds; for each seed it may be another.`
    : "";
  return [
    "## The exam, by randomization",
    "",
    `${settings.seeds.length > 1 ? `Means over ${settings.seeds.length} seeds with Student's 95 % intervals, those of shares no narrower than Wilson's of all episodes and within 0 to 100 %` : "One seed, so no intervals"}: ${size}.${several}`,
    "",
    ...markdownTable([head, ...body]),
    "",
    "![Worst tenth by randomization](rows.svg)",
    "",
  ];
}

function chosenSection({ chosen, exported }: TransferState, best: Examined | undefined): string[] {
  if (!chosen || !best) return [];
  return [
    "## The chosen policy",
    "",
    `${trainingName(best)}: ${chosen.why}. It was chosen in drawn worlds, never by an exam.${exported ? ` It lies in \`${exported}/\`, ready for a robot.` : ""}`,
    "",
    examVerdict(best.exam),
    "",
    ...markdownTable(examTable(best.exam)),
    "",
    "![Success in every world](exam.svg)",
    "",
  ];
}

function priorSection(run: RunFolder, { prior }: TransferState): string[] {
  if (!prior) return [];
  const measured = physicsPriorSchema.parse(JSON.parse(run.read(prior.path)));
  // Its own heading becomes one of this report.
  return [
    ...priorMarkdown(measured, "prior.svg").trimEnd().replaceAll(/^#/gm, "##").split("\n"),
    "",
    `Measured in ${duration(prior.seconds)}.`,
    "",
  ];
}

function configurationsSection(table: ConfigurationTable): string[] {
  const named = table.filter(({ row }) => row !== "none");
  return [
    "## Randomizations",
    "",
    ...named.flatMap(({ row, designer, configurations }) => [
      `### ${rowNames[row]} (designer: ${designer})`,
      "",
      ...configurations.flatMap(({ name, ranges, reasons }) => [
        `**${name}**`,
        "",
        ...markdownTable([
          ["parameter", "drawn from", "why"],
          ...Object.entries(ranges).map(([parameter, { distribution }]) => [
            parameter,
            drawnFrom(distribution),
            reasons[parameter] ?? "",
          ]),
        ]),
        "",
      ]),
    ]),
  ];
}

function drawnFrom(distribution: Distribution): string {
  if (typeof distribution === "number") return `always ${short(distribution)}`;
  if ("normal" in distribution) {
    const [middle, deviation] = distribution.normal;
    return `${short(middle)} ± ${short(deviation)}, normal`;
  }
  const even = "uniform" in distribution;
  const [low, high] = even ? distribution.uniform : distribution.logUniform;
  return `${short(low)} to ${short(high)}${even ? "" : ", even in the logarithm"}`;
}

function choosingSection(
  ranked: ReturnType<typeof rankPolicies>,
  headline: string,
  unit: string,
  settings: TransferSettings,
): string[] {
  return [
    "## Choosing",
    "",
    `Every policy in the same ${settings.choosingWorlds} drawn worlds of ${settings.engine}, ${settings.choosingSeconds} s each: by the mean of the worst tenth, where that ties (3 %) by the mean, then by smoothness.`,
    "",
    ...markdownTable([
      [
        "policy",
        withUnit("worst tenth", unit),
        withUnit(`mean ${headline}`, unit),
        "success",
        "change of actions",
      ],
      ...ranked.map((policy) => [
        trainingName(policy),
        short(policy.worstTenth),
        short(policy.mean),
        `${Math.round(100 * policy.success)} %`,
        policy.smoothness === null ? "–" : short(policy.smoothness),
      ]),
    ]),
    "",
    "![The matrix of policies and worlds](matrix.svg)",
    "",
  ];
}

function costs(state: TransferState, settings: TransferSettings): string[] {
  const { steps, cpuSeconds } = costsOf(state);
  return [
    "## What it took",
    "",
    ...markdownTable([
      ["", ""],
      ["wall time", duration(state.wallSeconds)],
      ["environment steps", `${millions(steps)} in ${state.trained.length + 1} trainings`],
      ["CPU time", duration(cpuSeconds)],
      ["machine", state.start?.machine ?? ""],
      [
        "versions",
        Object.entries(state.start?.versions ?? {})
          .map((pair) => pair.join(" "))
          .join(", "),
      ],
      ["size", `${settings.configurations} configurations, seeds ${settings.seeds.join(", ")}`],
    ]),
    "",
    ...(state.failed.length > 0
      ? [
          "Trainings that failed:",
          "",
          ...state.failed
            .map((one) => `- ${trainingName(one)}: ${one.code}, ${one.message}`)
            .sort(),
          "",
        ]
      : []),
  ];
}

/** `4.1 (3.9 to 4.3)`; one value has no interval. */
function written({ mean, low, high }: Interval): string {
  if (!Number.isFinite(low)) return short(mean);
  return `${short(mean)} (${short(low)} to ${short(high)})`;
}

function millions(steps: number): string {
  return `${short(steps / 1e6)} M steps`;
}

function duration(seconds: number): string {
  return seconds < 90 ? `${Math.round(seconds)} s` : `${short(seconds / 60)} min`;
}
