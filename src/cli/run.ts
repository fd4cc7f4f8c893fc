/** `run`: an exported policy drives a robot: a simulated one in another process, or one on the network. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { RewardsmithError } from "../core/errors.js";
import { type DeployedPolicy, readDeployment } from "../deploy/folder.js";
import { PolicyRunner, type RunReport } from "../deploy/policy-runner.js";
import { raisePriority } from "../deploy/rate.js";
import type { RobotAdapter } from "../deploy/robot.js";
import { startRobot } from "../deploy/robot-process.js";
import { connectRosbridge } from "../deploy/rosbridge-adapter.js";
import { createRuntime, type RuntimeName, runtimeNames } from "../deploy/runtime.js";
import { stopError } from "../deploy/safety.js";
import { connectUdp } from "../deploy/udp-adapter.js";
import { type EngineName, engineNames } from "../sim/simulator.js";
import type { CliContext } from "./context.js";
import { integer } from "./parse-number.js";
import { Progress } from "./progress.js";

interface RunFlags {
  readonly adapter: "sim" | "udp" | "rosbridge";
  readonly engine?: EngineName;
  readonly url?: string;
  readonly seconds: number;
  readonly command?: readonly number[];
  readonly runtime: RuntimeName;
  readonly delaySteps?: number;
  readonly seed: number;
}

export function define(command: Command, cli: CliContext): void {
  command
    .argument("<folder>", "what `export` has written")
    .addOption(
      new Option("--adapter <kind>", "the robot: simulated, over UDP, or behind rosbridge")
        .choices(["sim", "udp", "rosbridge"])
        .default("sim"),
    )
    .addOption(
      new Option(
        "--engine <engine>",
        "of the simulated robot (default: the one it was not trained in)",
      ).choices(engineNames),
    )
    .option("--url <address>", "of the robot: HOST:PORT for UDP, ws://HOST:PORT for rosbridge")
    .option("--seconds <s>", "how long", seconds, 10)
    .option("--command <values>", "what is asked of it, as 1.5 or 1,0,0.2", numbers)
    .addOption(
      new Option("--runtime <runtime>", "what computes the network")
        .choices(runtimeNames)
        .default("typescript"),
    )
    .option("--delay-steps <n>", "actions go out this many control steps late", integer(0))
    .option("--seed <n>", "of the simulated robot's first pose", integer(0), 0);
  command.action((folder: string, flags: RunFlags) => run(cli, folder, flags));
}

async function run(cli: CliContext, folder: string, flags: RunFlags): Promise<void> {
  const { terminal, signal } = cli;
  const policy = withDelay(readDeployment(folder), flags.delaySteps);
  if (policy.edited.length > 0) {
    terminal.line(`Changed since it was exported: ${policy.edited.join(", ")}.`);
  }
  const runtime = await createRuntime(flags.runtime, policy);
  const { adapter, close } = await connect(policy, flags, signal);
  const progress = new Progress(terminal, {
    label: "running",
    total: Math.round(flags.seconds / policy.deployment.step_dt),
    unit: "steps",
  });
  raisePriority();
  try {
    const runner = new PolicyRunner({
      policy,
      adapter,
      runtime,
      seconds: flags.seconds,
      signal,
      ...(flags.command && { command: flags.command }),
      onPeriod: (period) => progress.update(period + 1),
    });
    const report = await runner.run();
    progress.end();
    terminal.record({ type: "run", ...report });
    for (const line of reportLines(report, policy.deployment.step_dt)) terminal.line(line);
    if (report.stop) throw stopError(report.stop);
  } finally {
    progress.end();
    await runtime.dispose();
    await close();
  }
}

function withDelay(policy: DeployedPolicy, delaySteps: number | undefined): DeployedPolicy {
  if (delaySteps === undefined) return policy;
  const { deployment } = policy;
  const action_delay_steps = { ...deployment.action_delay_steps, run: delaySteps };
  return { ...policy, deployment: { ...deployment, action_delay_steps } };
}

async function connect(
  policy: DeployedPolicy,
  { adapter: kind, engine, url, seed }: RunFlags,
  signal: AbortSignal,
): Promise<{ adapter: RobotAdapter; close: () => Promise<void> }> {
  const { deployment, manifest, task } = policy;
  const actuators = task.task.robot.actuators.map(({ name }) => name);
  const common = { deployment, actuators, signal };
  if (kind === "rosbridge") {
    const adapter = await connectRosbridge({ ...common, url: url ?? "ws://127.0.0.1:9090", task });
    return { adapter, close: () => adapter.close() };
  }
  if (kind === "udp") {
    const adapter = await connectUdp({ ...common, ...address(url) });
    return { adapter, close: () => adapter.close() };
  }
  const other = manifest.policy.engine === "rapier" ? "mujoco" : "rapier";
  const robot = await startRobot({ folder: policy.folder, engine: engine ?? other, seed });
  try {
    const adapter = await connectUdp({ ...common, host: "127.0.0.1", port: robot.port });
    return {
      adapter,
      async close() {
        await adapter.close();
        await robot.close();
      },
    };
  } catch (error) {
    await robot.close();
    throw error;
  }
}

function reportLines(report: RunReport, periodSeconds: number): string[] {
  const { rate, workMs, commands, lostCommands, repeated, refused, limited } = report;
  const ms = (value: number) => `${value.toFixed(2)} ms`;
  return [
    `${rate.periods} periods of ${(1000 * periodSeconds).toFixed(1)} ms; ${rate.missed} began more than 5 ms late, ${rate.skipped} were skipped.`,
    `Late by ${ms(rate.latenessMs.mean)} in the mean, ${ms(rate.latenessMs.p99)} in 99 %, ${ms(rate.latenessMs.max)} at most; ${ms(workMs.mean)} to the command, ${ms(workMs.max)} at most.`,
    `${commands} commands${lostCommands === null ? "" : `, ${lostCommands} lost`}; ${repeated} periods without a new measurement; ${refused} messages refused; ${limited} controls kept within their limits.`,
  ];
}

function address(url: string | undefined): { host: string; port: number } {
  const [, host, port] = /^(?:udp:\/\/)?(.+):(\d+)$/.exec(url ?? "") ?? [];
  if (host !== undefined) return { host: host.replace(/^\[|\]$/g, ""), port: Number(port) };
  throw new RewardsmithError("E_CLI_USAGE", "the robot's address is missing", {
    where: "--url",
    hint: "give it as HOST:PORT",
  });
}

function seconds(text: string): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (value > 0 && value <= 86400) return value;
  throw new InvalidArgumentError("It must be a number above 0, at most 86400.");
}

function numbers(text: string): number[] {
  const values = text.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  if (values.every(Number.isFinite)) return values;
  throw new InvalidArgumentError("It must be numbers separated by commas.");
}
