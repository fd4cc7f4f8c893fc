/** A policy and a robot over UDP: all is well, or the robot ends damped and one sentence says why. */
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { type DeployedPolicy, readDeployment } from "../../../src/deploy/folder.js";
import { PolicyRunner, type RunReport } from "../../../src/deploy/policy-runner.js";
import { startRobot } from "../../../src/deploy/robot-process.js";
import { createRuntime, type Runtime } from "../../../src/deploy/runtime.js";
import { connectUdp } from "../../../src/deploy/udp-adapter.js";
import type { DescriptionMessage, StateMessage } from "../../../src/deploy/wire.js";
import { actuatorsOf, exportDemo, patient } from "./deployed.js";
import { type FakeRobot, fakeRobot } from "./fake-robot.js";

let folder = "";
let policy: DeployedPolicy;
let description: DescriptionMessage;
beforeAll(async () => {
  folder = await exportDemo("cartpole-swingup");
  policy = readDeployment(folder);
  const { robot, joint_names, measurements } = policy.deployment;
  description = {
    type: "description",
    format: 1,
    robot,
    joints: [...joint_names],
    actuators: actuatorsOf(policy),
    effort: true,
    bodies: [...measurements.bodies],
    contacts: [...measurements.contacts],
    given: [],
  };
});

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

interface Ran {
  readonly report: RunReport;
  readonly robot: FakeRobot;
}

/** Runs the pole's policy on a robot that sends what `next` says. */
async function runWith(
  next: (n: number, state: StateMessage) => unknown,
  changes: { policy?: DeployedPolicy; runtime?: Runtime; seconds?: number } = {},
): Promise<Ran> {
  const run = changes.policy ?? policy;
  const robot = await fakeRobot(description, next);
  open.push(robot);
  const adapter = await connectUdp({
    host: "127.0.0.1",
    port: robot.port,
    deployment: run.deployment,
    actuators: actuatorsOf(run),
  });
  open.push(adapter);
  const runtime = changes.runtime ?? (await createRuntime("typescript", run));
  const runner = new PolicyRunner({
    policy: run,
    adapter,
    runtime,
    seconds: changes.seconds ?? 60,
  });
  return { report: await runner.run(), robot };
}

/** Stopped for this reason, and the last commands say: damping. */
function expectStop({ report, robot }: Ran, code: string): void {
  expect(report.stop?.code).toBe(code);
  const last = robot.commands.at(-1);
  expect(last?.mode).toBe("damping");
  expect(last?.stiffness.every((value) => value === 0)).toBe(true);
  expect(Math.max(...(last?.damping ?? []))).toBeGreaterThan(0);
}

test("commands follow the measurements, in both runtimes", async () => {
  for (const name of ["typescript", "onnx"] as const) {
    const kind = patient(policy);
    const runtime = await createRuntime(name, kind);
    const { report, robot } = await runWith((_, state) => state, {
      policy: kind,
      runtime,
      seconds: 0.6,
    });
    await runtime.dispose();
    expect(report.stop).toBeNull();
    expect(report.refused).toBe(0);
    expect(report.rate.periods + report.rate.skipped).toBe(
      Math.round(0.6 / policy.deployment.step_dt),
    );
    const controls = robot.commands.filter(({ mode }) => mode === "control");
    expect(controls.length).toBeGreaterThan(0);
    expect(controls.some((command) => command.controls[0] !== 0)).toBe(true);
    // Whatever ends a run, it ends damped.
    expect(robot.commands.at(-1)?.mode).toBe("damping");
  }
});

describe("the robot is damped", () => {
  const soon = 40;

  test("when it falls silent", async () => {
    const short = patient(policy, 0.5);
    expectStop(
      await runWith((n, state) => (n < soon ? state : null), { policy: short }),
      "E_ROBOT_SILENT",
    );
  });

  test("when it sends what is no number", async () => {
    const bad = (n: number, state: StateMessage) =>
      n < soon ? state : { ...state, velocity: [Number.NaN, ...state.velocity.slice(1)] };
    expectStop(await runWith(bad, { policy: patient(policy) }), "E_ROBOT_NOT_FINITE");
  });

  test("when its time stamps stand still or go back", async () => {
    let old = 0;
    const bad = (n: number, state: StateMessage) => {
      if (n < soon) old = state.time;
      return n < soon ? state : { ...state, time: old - 0.001 * (n % 3) };
    };
    expectStop(await runWith(bad, { policy: patient(policy, 0.5) }), "E_ROBOT_TIME");
  });

  test("when it sends nothing but rubbish", async () => {
    const bad = (n: number, state: StateMessage) =>
      n < soon ? state : n % 2 === 0 ? "rubbish" : { ...state, position: [0] };
    const ran = await runWith(bad, { policy: patient(policy, 0.5) });
    expectStop(ran, "E_ROBOT_SILENT");
    expect(ran.report.refused).toBeGreaterThan(0);
  });

  test.each([
    ["a joint is where it must not be", "position", "E_SAFETY_JOINT"],
    ["a joint is too fast", "velocity", "E_SAFETY_SPEED"],
    ["a joint pulls too hard", "effort", "E_SAFETY_EFFORT"],
  ] as const)("when %s", async (_, part, code) => {
    const bad = (n: number, state: StateMessage) =>
      n < soon ? state : { ...state, [part]: state[part].map(() => 1e4) };
    expectStop(await runWith(bad, { policy: patient(policy) }), code);
  });

  test("when the policy answers what is no number", async () => {
    const runtime: Runtime = {
      act: () => new Float32Array(1).fill(Number.NaN),
      dispose: async () => {},
    };
    const ran = await runWith((_, state) => state, { policy: patient(policy), runtime });
    expectStop(ran, "E_POLICY_NOT_FINITE");
  });

  test("when it never measures anything", async () => {
    expectStop(await runWith(() => null), "E_ROBOT_SILENT");
  });
});

test("another robot is refused before anything moves", async () => {
  const other = { ...description, robot: "toaster", joints: ["lever"] };
  const robot = await fakeRobot(other, (_, state) => state);
  open.push(robot);
  const adapter = await connectUdp({
    host: "127.0.0.1",
    port: robot.port,
    deployment: policy.deployment,
    actuators: actuatorsOf(policy),
  });
  open.push(adapter);
  const runtime = await createRuntime("typescript", policy);
  expect(() => new PolicyRunner({ policy, adapter, runtime, seconds: 1 })).toThrow(
    /calls itself "toaster": it is another robot/,
  );
  expect(robot.commands).toEqual([]);
});

test("nobody there is said", async () => {
  const nobody = await fakeRobot(description, () => null);
  await nobody.close();
  await expect(
    connectUdp({
      host: "127.0.0.1",
      port: nobody.port,
      deployment: policy.deployment,
      actuators: actuatorsOf(policy),
      answerSeconds: 0.3,
    }),
  ).rejects.toMatchObject({ code: "E_ROBOT_SILENT" });
});

test.each(["rapier", "mujoco"] as const)(
  "a robot simulated by %s in a process of its own is driven in real time",
  async (engine) => {
    const robot = await startRobot({ folder, engine, seed: 0 });
    open.push(robot);
    const kind = patient(policy);
    const adapter = await connectUdp({
      host: "127.0.0.1",
      port: robot.port,
      deployment: kind.deployment,
      actuators: actuatorsOf(kind),
    });
    open.push(adapter);
    const runtime = await createRuntime("typescript", kind);
    const angles: number[] = [];
    const report = await new PolicyRunner({
      policy: kind,
      adapter,
      runtime,
      seconds: 2,
      onPeriod: (_, { measurement }) => void angles.push(measurement.jointPosition[1]),
    }).run();
    expect(report.stop).toBeNull();
    expect(report.refused).toBe(0);
    // It swings: the pole does not stay where it hung.
    expect(Math.max(...angles) - Math.min(...angles)).toBeGreaterThan(0.3);
  },
);
