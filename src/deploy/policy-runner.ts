/** Drives a robot with a policy at its rate, until the time is up or something is not as it should be. */
import { setImmediate, setTimeout } from "node:timers/promises";
import { floatingBase } from "../robot/free-bodies.js";
import { clampControls } from "./control-limits.js";
import type { DeployedPolicy } from "./folder.js";
import { Freshness } from "./freshness.js";
import { MeasuredRobot } from "./measured-robot.js";
import { type RateReport, runAtRate, steadySeconds } from "./rate.js";
import { type Arrival, type RobotAdapter, type RobotCommand, requireRobot } from "./robot.js";
import type { Runtime } from "./runtime.js";
import { SafetyEnvelope, type Stop } from "./safety.js";

export interface RunOptions {
  readonly policy: DeployedPolicy;
  readonly adapter: RobotAdapter;
  readonly runtime: Runtime;
  readonly seconds: number;
  /** Values of all commands, one after another; default: those of deploy.yaml. */
  readonly command?: readonly number[];
  readonly signal?: AbortSignal;
  readonly now?: () => number;
  /** Called after every period with what was measured and commanded. */
  readonly onPeriod?: (period: number, arrival: Arrival, command: RobotCommand) => void;
}

export interface RunReport {
  /** Null: it ran to its end. */
  readonly stop: Stop | null;
  readonly rate: RateReport;
  /** From a period's beginning to its command, ms. */
  readonly workMs: { readonly mean: number; readonly max: number };
  readonly commands: number;
  /** Commands the robot says it never got; null where it does not say. */
  readonly lostCommands: number | null;
  /** Periods without a measurement newer than that of the period before. */
  readonly repeated: number;
  /** Messages that were none. */
  readonly refused: number;
  /** Controls that were kept within their limits. */
  readonly limited: number;
}

/** The robot has this long to send its first measurement, s. */
const firstSeconds = 2;
/** A stopped robot is told so for this many periods: a message may get lost. */
const stopPeriods = 5;
/** How long is waited for the robot to say that it got the last commands, 10 ms each. */
const answerPeriods = 20;

const warmUpCalls = 200;

const silent: Stop = {
  code: "E_ROBOT_SILENT",
  message: `the robot sent no measurement within ${firstSeconds} s`,
  hint: "look at the robot, its driver and the network",
};

export class PolicyRunner {
  private readonly options: RunOptions;
  private readonly robot: MeasuredRobot;
  private readonly envelope: SafetyEnvelope;
  private readonly now: () => number;
  private sequence = 0;

  /** @throws E_ROBOT_MISMATCH where the policy is of another robot */
  constructor(options: RunOptions) {
    const { policy, adapter, command, now = steadySeconds } = options;
    this.options = options;
    this.now = now;
    this.robot = new MeasuredRobot(policy.task, policy.deployment);
    requireRobot(policy.deployment, this.robot.actuators, adapter.description);
    const base = floatingBase(policy.task.task.robot);
    this.envelope = new SafetyEnvelope(policy.deployment, base?.name ?? null);
    if (command) this.robot.command(command);
  }

  /** Holds commands from the next period on. */
  command(values: readonly number[]): void {
    this.robot.command(values);
  }

  /** Ends with the robot damped, whatever happens. */
  async run(): Promise<RunReport> {
    const { policy, adapter, runtime, seconds, signal, onPeriod } = this.options;
    const { deployment } = policy;
    const periodSeconds = deployment.step_dt;
    let newest: Arrival | null = null;
    let stop: Stop | null = null;
    let repeated = 0;
    let limited = 0;
    let workTotal = 0;
    let workMax = 0;

    let rate: RateReport;
    try {
      newest = await this.firstArrival();
      if (newest === null) stop = silent;
      else await this.warmUp(newest);
      newest = adapter.latest();
      const freshness = new Freshness(deployment.safety.stale_after, this.now());
      if (newest !== null) freshness.accept(newest);
      rate = await runAtRate({
        periodSeconds,
        periods: newest === null ? 0 : Math.max(1, Math.round(seconds / periodSeconds)),
        now: this.now,
        ...(signal && { signal }),
        onPeriod: async (period) => {
          const from = this.now();
          const arrived = adapter.latest();
          if (arrived !== null && arrived !== newest && freshness.accept(arrived)) newest = arrived;
          else if (period > 0) repeated++;
          const arrival = newest as Arrival;
          stop = freshness.check(from) ?? this.envelope.check(arrival.measurement);
          if (stop) return false;
          this.robot.observe(arrival.measurement);
          const actions = await runtime.act(this.robot.observation);
          stop = answerStop(actions);
          if (stop) return false;
          this.robot.act(actions);
          limited += clampControls(this.robot.controls, deployment, this.robot.actuators);
          const command = this.send("control");
          const work = this.now() - from;
          workTotal += work;
          workMax = Math.max(workMax, work);
          onPeriod?.(period, arrival, command);
          return true;
        },
      });
    } finally {
      await this.damp(periodSeconds);
    }
    // The last commands have not been answered yet.
    const answered = () => (adapter.lostCommands() ?? 0) === 0;
    for (let i = 0; i < answerPeriods && !answered(); i++) await setTimeout(10);
    return {
      stop,
      rate,
      workMs: { mean: (1000 * workTotal) / Math.max(1, rate.periods), max: 1000 * workMax },
      commands: this.sequence,
      lostCommands: adapter.lostCommands(),
      repeated,
      refused: adapter.refused().count,
      limited,
    };
  }

  /** Null where the robot stays silent. */
  private async firstArrival(): Promise<Arrival | null> {
    const { adapter, signal } = this.options;
    await runAtRate({
      periodSeconds: 0.01,
      periods: Math.ceil(firstSeconds / 0.01),
      now: this.now,
      ...(signal && { signal }),
      onPeriod: () => adapter.latest() === null,
    });
    return adapter.latest();
  }

  /** First calls are slow: they are made while nobody waits for them. */
  private async warmUp({ measurement }: Arrival): Promise<void> {
    for (let i = 0; i < warmUpCalls; i++) {
      this.robot.observe(measurement);
      const actions = await this.options.runtime.act(this.robot.observation);
      if (answerStop(actions)) return;
      this.robot.act(actions);
      // Messages are taken meanwhile.
      await setImmediate();
    }
    this.robot.restart();
  }

  private send(mode: RobotCommand["mode"]): RobotCommand {
    const { stiffness, damping, safety } = this.options.policy.deployment;
    const command: RobotCommand = {
      sequence: ++this.sequence,
      mode,
      controls: this.robot.controls,
      stiffness: mode === "control" ? stiffness : stiffness.map(() => 0),
      damping: mode === "control" ? damping : safety.stop_damping,
    };
    this.options.adapter.send(command);
    return command;
  }

  private async damp(periodSeconds: number): Promise<void> {
    await runAtRate({
      periodSeconds,
      periods: stopPeriods,
      now: this.now,
      onPeriod: () => {
        this.send("damping");
        return true;
      },
    });
  }
}

/** A network that answers something else than numbers moves nothing. */
function answerStop(actions: Float32Array): Stop | null {
  const bad = actions.findIndex((action) => !Number.isFinite(action));
  if (bad < 0) return null;
  return {
    code: "E_POLICY_NOT_FINITE",
    message: `the policy's action ${bad} is no number`,
    hint: "an observation may be far outside of what it was trained on",
  };
}
