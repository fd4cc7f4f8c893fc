import { formatIssue, RewardsmithError } from "../../core/errors.js";
import type { LoadedTask } from "../../task/loaded-task.js";
import { withMeasuredSignals } from "../../task/signal-table.js";
import type { CompiledTask } from "../compiled-task.js";
import type { Program, ProgramKind } from "../program.js";
import { compileProgram } from "./compile.js";

/** Compiles the programs of a task folder. Throws E_TASK_PROGRAM with every issue and its place. */
export function compileTask(task: LoadedTask): CompiledTask {
  const { sources, signals, folder, definition } = task;
  const problems: string[] = [];
  const compile = (
    source: string,
    kind: ProgramKind,
    file: string,
    table = signals,
  ): Program | null => {
    const { program, issues } = compileProgram(source, kind, table);
    problems.push(...issues.map((issue) => formatIssue(issue, `${folder}/${file}`)));
    return program;
  };
  const optional = (source: string | undefined, kind: ProgramKind, file: string): Program | null =>
    source === undefined ? null : compile(source, kind, file);

  const fitness = compile(sources.fitness, "fitness", "fitness.ts");
  const termination = compile(sources.termination, "termination", "termination.ts");
  const derived = optional(sources.derived, "derived", "derived.ts");
  const human = optional(sources.human, "reward", "reward.ts");
  const sparse = optional(sources.sparse, "reward", "sparse.ts");
  const measures =
    sources.measures === undefined
      ? null
      : compile(sources.measures, "measures", "measures.ts", withMeasuredSignals(task).signals);
  if (measures && definition.transfer) {
    const declared = Object.keys(definition.transfer.measures);
    const computed = measures.columns.slice(1);
    if ([...declared].sort().join() !== [...computed].sort().join()) {
      problems.push(
        `${folder}/measures.ts returns ${computed.join(", ")}, but task.ts declares ${declared.join(", ")}`,
      );
    }
  }
  const needsDerived = signals.signals.some(({ source }) => source.kind === "derived");
  if (needsDerived && sources.derived === undefined) {
    problems.push(`${folder}/derived.ts is missing, but the task has derived signals`);
  }
  if (fitness === null || termination === null || problems.length > 0) {
    throw new RewardsmithError(
      "E_TASK_PROGRAM",
      `the programs of task ${definition.name} do not compile:\n${problems.join("\n")}`,
      { where: folder, hint: "Correct the lines named above." },
    );
  }
  return {
    task,
    programs: {
      fitness,
      termination,
      ...(derived === null ? {} : { derived }),
      ...(human === null ? {} : { human }),
      ...(sparse === null ? {} : { sparse }),
      ...(measures === null ? {} : { measures }),
    },
  };
}
