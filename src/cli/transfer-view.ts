/** A transfer on the terminal: what stage it is in, and how long all of it will still take. */
import type { TransferEvent } from "../events/transfer-event.js";
import { type TransferState, trainingName } from "../events/transfer-state.js";
import type { CompiledTask } from "../reward/compiled-task.js";
import { otherEngine } from "../transfer/exam.js";
import { configurationsOf, type TransferSettings, trainingCount } from "../transfer/settings.js";
import { examCells } from "../transfer/suite.js";
import {
  stageNames,
  type TransferObserver,
  type TransferStage,
  transferStages,
} from "../transfer/transfer-parts.js";
import { counted } from "./numbers.js";
import { formatCount, formatDuration } from "./progress.js";
import { plainLineMs, type Terminal } from "./terminal.js";

/** CPU seconds of a step: of training, and of measuring on the reference physics. A Go1's. */
const trainingSeconds = 1 / 10_000;
const measuringSeconds = 1 / 3_000;
/** CPU seconds of a prior. */
const priorSeconds = 250;

export class TransferView implements TransferObserver {
  private readonly terminal: Terminal;
  private readonly task: CompiledTask;
  private readonly settings: TransferSettings;
  /** Seconds all slots together are expected to take for a stage: CPU seconds, where all of them work. */
  private readonly expected: Readonly<Record<TransferStage, number>>;
  private readonly done: Record<TransferStage, number>;
  private readonly beganMs: number;
  /** Expected CPU seconds that were done when this process began. */
  private readonly before: number;
  private lastLineMs = Number.NEGATIVE_INFINITY;

  constructor(
    terminal: Terminal,
    task: CompiledTask,
    settings: TransferSettings,
    state: TransferState,
    slots: number,
  ) {
    this.terminal = terminal;
    this.task = task;
    this.settings = settings;
    const { controlDtSeconds } = task.task.definition;
    const seeds = settings.seeds.length;
    const rows = settings.rows.length;
    const stepsOf = (seconds: number) => seconds / controlDtSeconds;
    const cells = examCells(task.task, otherEngine(settings.engine)).length;
    const exam = stepsOf(task.task.definition.transfer?.exam.seconds ?? 10);
    const episodes = settings.examEpisodes + (cells - 1) * settings.examCellEpisodes;
    this.expected = {
      // One training: the other slots wait.
      base: settings.baseSteps * trainingSeconds * slots,
      prior: state.prior ? 0 : (priorSeconds * settings.rappRepeats) / 16,
      configurations: 1,
      trainings: trainingCount(this.settings) * settings.steps * trainingSeconds,
      choosing:
        trainingCount(this.settings) *
        settings.choosingWorlds *
        stepsOf(settings.choosingSeconds) *
        measuringSeconds,
      exam: rows * seeds * episodes * exam * measuringSeconds,
    };
    const share = (count: number, of: number) => (of > 0 ? Math.min(1, count / of) : 0);
    this.done = {
      base: state.base ? 1 : 0,
      prior: state.prior ? 1 : 0,
      configurations: state.configurations ? 1 : 0,
      trainings: share(state.trained.length + state.failed.length, trainingCount(this.settings)),
      choosing: share(state.compared.length, trainingCount(this.settings)),
      exam: share(state.examined.length, rows * seeds),
    };
    this.before = this.doneSeconds();
    this.beganMs = terminal.now();
  }

  announcement(): string[] {
    const { settings, task } = this;
    const { name } = task.task.definition;
    const rows = settings.rows.map((row) => {
      const count = configurationsOf(row, settings);
      return count > 1 ? `${row} (${count})` : row;
    });
    return [
      this.terminal.color.bold(`Taking ${name} to another world`),
      `rows       ${rows.join(", ")}`,
      `work       ${counted(trainingCount(this.settings) + 1, "training")}, ${counted(settings.seeds.length, "seed")}, ${formatCount(settings.baseSteps + trainingCount(this.settings) * settings.steps)} environment steps in ${settings.engine}, exam in ${otherEngine(settings.engine)}`,
    ];
  }

  event(event: TransferEvent, state: TransferState): void {
    this.terminal.record({ type: "transferEvent", event });
    const said = this.sentenceOf(event, state);
    if (said) this.terminal.line(`${said[0].padEnd(10)} ${said[1]}`);
  }

  private sentenceOf(event: TransferEvent, state: TransferState): [string, string] | null {
    switch (event.type) {
      case "baseTrained":
        return ["trained", `without randomization (${event.jobId}@${event.steps})`];
      case "priorMeasured":
        return ["prior", `measured in ${formatDuration(event.seconds)}: ${event.path}`];
      case "configurationsMade": {
        const count = event.rows.reduce((sum, { names }) => sum + names.length, 0);
        return ["designed", `${counted(count, "randomization")}: ${event.path}`];
      }
      case "trained": {
        const place = `${state.trained.length} of ${trainingCount(this.settings)}`;
        return ["trained", `${trainingName(event)} (${place})`];
      }
      case "trainingFailed":
        return ["failed", `${trainingName(event)}: ${event.code} ${event.message}`];
      case "compared": {
        const [worst, middle] = [round(event.worstTenth), round(event.mean)];
        return ["compared", `${trainingName(event)}: worst tenth ${worst}, mean ${middle}`];
      }
      case "chosen":
        return ["chosen", `${trainingName(event.policies[0])}: ${event.why}`];
      case "examined":
        return ["examined", `${trainingName(event)}: ${event.passed ? "passed" : "not passed"}`];
      default:
        return null;
    }
  }

  progress(stage: TransferStage, share: number, note: string): void {
    this.done[stage] = Math.max(this.done[stage], Math.min(1, share));
    const { terminal } = this;
    const text = () => {
      const left = this.secondsLeft();
      const time = left === null ? "" : `, all of it in about ${formatDuration(left)}`;
      return `${stageNames[stage]}  ${Math.floor(100 * this.done[stage])} %  ${note}${time}`;
    };
    if (terminal.live) terminal.show(() => [text()]);
    else if (terminal.now() - this.lastLineMs >= plainLineMs) {
      this.lastLineMs = terminal.now();
      terminal.line(text());
    }
  }

  end(): void {
    this.terminal.endShow();
  }

  private doneSeconds(): number {
    return transferStages.reduce((sum, stage) => sum + this.done[stage] * this.expected[stage], 0);
  }

  /** By how quickly the expected seconds went by so far; null before there is anything to go by. */
  private secondsLeft(): number | null {
    const done = this.doneSeconds();
    const worked = done - this.before;
    if (worked < 5) return null;
    const all = transferStages.reduce((sum, stage) => sum + this.expected[stage], 0);
    return ((all - done) * (this.terminal.now() - this.beganMs)) / 1000 / worked;
  }
}

function round(value: number): string {
  return String(Number(value.toPrecision(3)));
}
