/** A physics prior for people: its table, as Markdown, and as a chart of what was tried. */
import { markdownTable } from "./exam-page.js";
import { escaped, rounded, short, svg, withUnit } from "./figures.js";
import type { ParameterPrior, PhysicsPrior, PriorMap, Trial } from "./prior.js";
import { intervalText } from "./randomization-prompt.js";

/** Heading and rows: where each parameter works, and how sure that is at the ends. */
export function priorTable(prior: PhysicsPrior): string[][] {
  return [
    ["parameter", "nominal", "works within", "successes at the ends", "fails from"],
    ...prior.parameters.map((parameter) => [
      withUnit(parameter.name, parameter.unit),
      short(parameter.nominal),
      parameter.feasible.length > 0 ? intervalText(parameter.feasible) : "nowhere",
      parameter.feasible
        .map((interval) => interval.map((end) => successesAt(parameter, end)).join(" … "))
        .join(", or "),
      failures(parameter, prior.share),
    ]),
  ];
}

export function priorMarkdown(prior: PhysicsPrior, figure: string | null): string {
  const { task, engine, repeats, seconds, share, faithful } = prior;
  const how = faithful
    ? `By DrEureka's rule: one roll-out of ${seconds} s at each value, from the least to the greatest that worked, gaps filled.`
    : `Each parameter alone, ${repeats} episodes of ${seconds} s at each value; a value works where at least ${Math.round(100 * share)} % of them keep the task's loose rule. The grid was tried on the train physics, ends and what lies beyond them on the reference physics. In brackets Wilson's 95 % interval.`;
  return [
    `# Physics prior of a policy for ${task}, in ${engine}`,
    "",
    how,
    "",
    ...markdownTable(priorTable(prior)),
    "",
    ...(figure ? [`![Values tried](${figure})`, ""] : []),
    ...prior.maps.flatMap((map) => [
      `## ${map.parameters.join(" and ")}`,
      "",
      `Successes of ${map.n} episodes; down ${map.parameters[0]}, across ${map.parameters[1]}.`,
      "",
      ...markdownTable(mapTable(map)),
      "",
    ]),
  ].join("\n");
}

export function mapTable({ parameters, values, successes }: PriorMap): string[][] {
  return [
    [`${parameters[0]} \\ ${parameters[1]}`, ...values[1].map(String)],
    ...values[0].map((value, i) => [String(value), ...successes[i].map(String)]),
  ];
}

const cellWidth = 46;
const rowHeight = 34;
const left = 230;

/** A row for each parameter: what was tried, green where it worked; a bar above what is feasible. */
export function priorFigure({ task, engine, parameters }: PhysicsPrior): string {
  const rows = parameters.map((parameter) => ({ parameter, cells: lastTrials(parameter) }));
  const most = Math.max(1, ...rows.map(({ cells }) => cells.length));
  const height = 48 + rowHeight * rows.length;
  const parts = rows.flatMap(({ parameter, cells }, r) => {
    const y = 40 + rowHeight * r;
    const label = withUnit(parameter.name, parameter.unit);
    return [
      `<text x="${left - 8}" y="${y + 15}" text-anchor="end">${escaped(label)}</text>`,
      ...cells.flatMap(({ value, successes, n }, i) => {
        const x = left + i * cellWidth;
        const hue = Math.round((120 * successes) / n);
        const nominal = value === parameter.nominal;
        return [
          `<rect x="${x}" y="${y}" width="${cellWidth - 2}" height="20" rx="2" fill="hsl(${hue} 60% 72%)"${nominal ? ' stroke="#0f172a" stroke-width="1.5"' : ""}/>`,
          `<text x="${rounded(x + cellWidth / 2 - 1)}" y="${y + 14}" text-anchor="middle" font-size="11" fill="#0f172a">${short(value)}</text>`,
        ];
      }),
      ...parameter.feasible.flatMap(([low, high]) => {
        const from = cells.findIndex(({ value }) => value === low);
        const to = cells.findIndex(({ value }) => value === high);
        if (from < 0 || to < 0) return [];
        return [
          `<path d="M${left + from * cellWidth} ${y + 24}H${left + (to + 1) * cellWidth - 2}" stroke="#15803d" stroke-width="3"/>`,
        ];
      }),
    ];
  });
  return svg(left + most * cellWidth + 12, height, [
    `<text x="12" y="20" font-weight="600">${escaped(`What a policy for ${task} copes with in ${engine}`)}</text>`,
    `<text x="${left}" y="34" font-size="11" fill="#475569">values tried, red none to green all succeeded; framed nominal; underlined feasible</text>`,
    ...parts,
  ]);
}

/** One for each value: that on the finer physics, where there is one. */
function lastTrials({ trials }: ParameterPrior): Trial[] {
  return [...new Map(trials.map((trial) => [trial.value, trial])).values()];
}

/** `15/16 (72–99 %)` */
function successesAt(parameter: ParameterPrior, value: number): string {
  const trial = lastTrials(parameter).find((one) => one.value === value);
  if (!trial) return "–";
  const [low, high] = trial.interval.map((share) => Math.round(100 * share));
  return `${trial.successes}/${trial.n} (${low}–${high} %)`;
}

/** The nearest values beyond that did not work: "below 0.22, above 3". */
function failures(parameter: ParameterPrior, share: number): string {
  const { feasible } = parameter;
  if (feasible.length === 0) return "everywhere";
  const failed = lastTrials(parameter)
    .filter(({ successes, n }) => successes / n < share)
    .map(({ value }) => value);
  const below = failed.filter((value) => value < feasible[0][0]).at(-1);
  const above = failed.find((value) => value > feasible[feasible.length - 1][1]);
  return [
    ...(below === undefined ? [] : [`${short(below)} down`]),
    ...(above === undefined ? [] : [`${short(above)} up`]),
  ].join(", ");
}
