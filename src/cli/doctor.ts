/**
 * `doctor`: does everything this program stands on work on this machine? Engines and runtimes are
 * imported inside their checks, so that one which does not even load is a finding too.
 */
import { mkdir, mkdtemp, readFile, rm, statfs, writeFile } from "node:fs/promises";
import { availableParallelism, freemem, tmpdir, totalmem } from "node:os";
import path from "node:path";
import type { Command } from "commander";
import { RewardsmithError } from "../core/errors.js";
import { isLoopback } from "../llm/loopback.js";
import { type LlmSettings, resolveLlmSettings } from "../llm/settings.js";
import { OnnxGraph } from "../policy/onnx.js";
import type { RobotModel } from "../robot/model.js";
import type { EngineName } from "../sim/simulator.js";
import type { CliContext } from "./context.js";
import { exitCode } from "./exit-codes.js";

/** Returns what was found; throws what is wrong, with what to do as the hint. */
type Check = () => Promise<string> | string;

interface Finding {
  readonly name: string;
  readonly ok: boolean;
  readonly text: string;
  readonly advice?: string;
}

const pendulum = `<mujoco model="pendulum">
  <option gravity="0 0 -9.81"/>
  <worldbody>
    <body name="pole" pos="0 0 1">
      <joint name="hinge" type="hinge" axis="0 1 0"/>
      <geom name="rod" type="capsule" fromto="0 0 0 0 0 -0.5" size="0.02" mass="1"/>
    </body>
  </worldbody>
  <actuator><motor name="torque" joint="hinge" gear="1" ctrlrange="-1 1"/></actuator>
</mujoco>
`;

export function define(command: Command, cli: CliContext): void {
  command.option("--online", "also ask the model's server, wherever it is, for its list of models");
  command.action(async ({ online = false }: { online?: boolean }) => {
    const checks: readonly [string, Check][] = [
      ["Node", checkNode],
      ["MuJoCo", checkMujoco],
      ["Rapier", checkRapier],
      ["ONNX Runtime", checkOnnx],
      ["Disk", () => checkDisk(cli.runsFolder)],
      ["Machine", checkMachine],
      ["Model", () => checkModel(cli, online)],
    ];
    const findings: Finding[] = [];
    for (const [name, check] of checks) {
      const finding = await examine(name, check);
      findings.push(finding);
      report(cli, finding);
    }
    const { terminal } = cli;
    const ok = findings.every((finding) => finding.ok);
    terminal.record({ ok, findings });
    terminal.line();
    terminal.line(
      "If you install rewardsmith as a dependency, put onnxruntime-node-install=skip into your .npmrc:",
    );
    terminal.line("npm then leaves out CUDA files of several hundred megabytes that are not used.");
    if (!ok) cli.exitCode = exitCode.failed;
  });
}

async function examine(name: string, check: Check): Promise<Finding> {
  try {
    return { name, ok: true, text: await check() };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const known = error instanceof RewardsmithError ? error : undefined;
    return {
      name,
      ok: false,
      text: known ? `${known.code}: ${text}` : text,
      advice: known?.hint ?? "reinstall: npm ci",
    };
  }
}

function report({ terminal }: CliContext, { name, ok, text, advice }: Finding): void {
  const mark = ok ? terminal.color.green("ok     ") : terminal.color.red("problem");
  terminal.line(`${mark}  ${name.padEnd(13)} ${text}`);
  if (advice) terminal.line(`         ${"".padEnd(13)} → ${advice}`);
}

function checkNode(): string {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return process.versions.node;
  throw new RewardsmithError("E_NODE_VERSION", `${process.versions.node} is too old`, {
    hint: "install Node 20.19 or newer",
  });
}

async function compilePendulum(): Promise<RobotModel> {
  const { compileRobot } = await import("../robot/mujoco/compile.js");
  return withScratch(async (folder) => {
    const file = path.join(folder, "pendulum.xml");
    await writeFile(file, pendulum);
    return compileRobot(file, { cacheFolder: path.join(folder, "cache") });
  });
}

async function checkMujoco(): Promise<string> {
  const robot = await compilePendulum();
  await checkSwing("mujoco", robot);
  return `compiles a pendulum (${robot.bodies.length} body, ${robot.joints.length} joint), which swings`;
}

async function checkRapier(): Promise<string> {
  await checkSwing("rapier", await compilePendulum());
  return "a pendulum swings";
}

/** A pendulum let go sideways swings through; nothing that moves like that is broken. */
async function checkSwing(engine: EngineName, robot: RobotModel): Promise<void> {
  const { createSimulator } = await import("../sim/node/create-simulator.js");
  const simulator = await createSimulator(engine, {
    robot,
    numEnvs: 1,
    controlDtSeconds: 1 / 60,
    physics: { substeps: 1, solverIterations: 4, pgsIterations: 4, softCcdMeters: 0 },
    contactGeoms: [],
  });
  try {
    simulator.reset(0, {
      jointPosition: Float32Array.of(1),
      jointVelocity: Float32Array.of(0),
      freePose: new Float32Array(0),
      freeVelocity: new Float32Array(0),
    });
    let lowest = 1;
    for (let step = 0; step < 60; step++) {
      simulator.step();
      lowest = Math.min(lowest, simulator.state.jointPosition[0]);
    }
    if (lowest < -0.5 && lowest > -1.2) return;
    throw new RewardsmithError(
      "E_ENGINE_WRONG",
      `a pendulum let go at 1 rad reached ${lowest.toFixed(2)} rad on the other side`,
      { hint: "reinstall: npm ci; the processor must know WebAssembly SIMD" },
    );
  } finally {
    simulator.dispose();
  }
}

async function checkOnnx(): Promise<string> {
  const { createSession, tensor } = await import("../policy/node/session.js");
  const graph = new OnnxGraph("doctor");
  const x = graph.input("x", [2]);
  graph.output("y", graph.node("Mul", [x, graph.scalar(3)]), [2]);
  const session = await createSession(graph.encode());
  const y = new Float32Array(2);
  try {
    await session.run({ x: tensor(Float32Array.of(1, 2), [2]) }, { y: tensor(y, [2]) });
  } finally {
    await session.dispose();
  }
  if (y[0] === 3 && y[1] === 6) return "computes 3 × (1, 2) = (3, 6)";
  throw new RewardsmithError("E_ONNX_WRONG", `computed 3 × (1, 2) = (${y.join(", ")})`, {
    hint: "reinstall: npm ci",
  });
}

async function checkDisk(runsFolder: string): Promise<string> {
  try {
    await mkdir(runsFolder, { recursive: true });
    const file = path.join(runsFolder, `.doctor-${process.pid}`);
    const bytes = Buffer.alloc(1 << 20, 7);
    await writeFile(file, bytes, { flush: true });
    const same = bytes.equals(await readFile(file));
    await rm(file);
    if (!same) throw new Error("what was read differs from what was written");
  } catch (cause) {
    throw new RewardsmithError("E_DISK_WRITE", `cannot write in ${runsFolder}: ${cause}`, {
      hint: "make the folder writable, free space, or choose another with --runs",
      cause,
    });
  }
  const { bavail, bsize } = await statfs(runsFolder);
  const freeGb = (bavail * bsize) / 1e9;
  if (freeGb < 0.5) {
    throw new RewardsmithError("E_DISK_FULL", `${freeGb.toFixed(2)} GB free in ${runsFolder}`, {
      hint: "a search writes up to some hundred megabytes: free space or choose another with --runs",
    });
  }
  return `writes in ${runsFolder}, ${freeGb.toFixed(0)} GB free`;
}

function checkMachine(): string {
  const cores = availableParallelism();
  const gb = (bytes: number) => (bytes / 1e9).toFixed(1);
  const text = `${cores} ${cores === 1 ? "core" : "cores"}, ${gb(freemem())} of ${gb(totalmem())} GB memory free`;
  if (totalmem() > 1e9) return text;
  throw new RewardsmithError("E_MACHINE_MEMORY", text, {
    hint: "a training takes about 300 MB: use --slots 1",
  });
}

/** Asks a server only where it is on this computer or `--online` was given. */
async function checkModel(cli: CliContext, online: boolean): Promise<string> {
  const { env } = cli;
  const named = [
    "OPENAI_API_KEY",
    "OPENAI_BASE_URL",
    "AZURE_OPENAI_ENDPOINT",
    "AZURE_OPENAI_API_KEY",
  ];
  if (!named.some((name) => env[name])) {
    return "no key set; the offline designer needs none (OPENAI_API_KEY or OPENAI_BASE_URL names a model)";
  }
  const settings = resolveLlmSettings({}, env);
  const { hostname } = new URL(settings.baseUrl);
  if (!online && !isLoopback(settings.baseUrl)) {
    return `${settings.model} at ${hostname}, key set (--online asks the server)`;
  }
  return `${settings.model} at ${hostname} answers: ${await askModels(settings)}`;
}

async function askModels(settings: LlmSettings): Promise<string> {
  const { baseUrl, apiKey, provider, apiVersion } = settings;
  const azure = provider === "azure";
  const query = apiVersion === undefined ? "" : `?api-version=${apiVersion}`;
  const url = `${baseUrl.replace(/\/+$/, "")}/models${query}`;
  const headers: Record<string, string> = azure
    ? { "api-key": apiKey }
    : { authorization: `Bearer ${apiKey}` };
  const place = azure ? "AZURE_OPENAI_ENDPOINT" : "OPENAI_BASE_URL (it usually ends in /v1)";
  let response: Response;
  try {
    response = await fetch(url, { headers, signal: AbortSignal.timeout(8000) });
  } catch (cause) {
    throw new RewardsmithError("E_LLM_UNREACHABLE", `${url} does not answer`, {
      hint: `start the server, or correct ${place}`,
      cause,
    });
  }
  if (response.status === 401 || response.status === 403) {
    throw new RewardsmithError("E_LLM_KEY", `${url} refuses the key (${response.status})`, {
      hint: `set ${azure ? "AZURE_OPENAI_API_KEY" : "OPENAI_API_KEY"} to a valid key of this server`,
    });
  }
  if (!response.ok) {
    throw new RewardsmithError("E_LLM_UNREACHABLE", `${url} answers ${response.status}`, {
      hint: `correct ${place}`,
    });
  }
  const body = (await response.json().catch(() => null)) as { data?: unknown[] } | null;
  return Array.isArray(body?.data) ? `${body.data.length} models` : "yes, but lists no models";
}

async function withScratch<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), "rewardsmith-doctor-"));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
