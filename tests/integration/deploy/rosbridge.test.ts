/** A robot behind rosbridge: a small server that speaks its protocol. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterEach, beforeAll, expect, test } from "vitest";
import { WebSocketServer } from "ws";
import { type DeployedPolicy, readDeployment } from "../../../src/deploy/folder.js";
import { PolicyRunner } from "../../../src/deploy/policy-runner.js";
import { connectRosbridge } from "../../../src/deploy/rosbridge-adapter.js";
import { createRuntime } from "../../../src/deploy/runtime.js";
import { actuatorsOf, exportDemo, patient } from "./deployed.js";

let policy: DeployedPolicy;
beforeAll(async () => {
  policy = patient(readDeployment(await exportDemo("go1-walk")), 1);
});

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

interface Published {
  readonly topic: string;
  readonly msg: Record<string, unknown>;
}

/** Publishes what `topics` says, every 5 ms, to whoever subscribes. */
async function rosbridge(topics: (n: number) => Record<string, object>) {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await once(server, "listening");
  const published: Published[] = [];
  const subscribed = new Set<string>();
  server.on("connection", (socket) => {
    let n = 0;
    const beat = setInterval(() => {
      for (const [topic, msg] of Object.entries(topics(n++))) {
        if (subscribed.has(topic)) socket.send(JSON.stringify({ op: "publish", topic, msg }));
      }
    }, 5);
    socket.on("close", () => clearInterval(beat));
    socket.on("message", (bytes) => {
      const message = JSON.parse(String(bytes));
      if (message.op === "subscribe") subscribed.add(message.topic);
      if (message.op === "publish") published.push(message);
    });
  });
  const cut = () => {
    for (const client of server.clients) client.terminate();
    server.close();
  };
  open.push({ close: cut });
  const { port } = server.address() as AddressInfo;
  return { url: `ws://127.0.0.1:${port}`, published, cut };
}

const header = (seconds: number) => ({
  stamp: { sec: Math.floor(seconds), nanosec: Math.round((seconds % 1) * 1e9) },
  frame_id: "",
});
const now = () => performance.now() / 1000;

/** The joints in another order than the policy's, at its default pose. */
function jointStates(changes: object = {}) {
  const { joint_names, default_joint_pos } = policy.deployment;
  const name = [...joint_names].reverse();
  return {
    header: header(now()),
    name,
    position: [...default_joint_pos].reverse(),
    velocity: name.map(() => 0),
    effort: name.map(() => 0),
    ...changes,
  };
}

/** Turned by 90° to the left, going ahead at 1 m/s in its own frame. */
const odometry = () => ({
  header: header(now()),
  pose: {
    pose: {
      position: { x: 1, y: 2, z: 0.3 },
      orientation: { x: 0, y: 0, z: Math.SQRT1_2, w: Math.SQRT1_2 },
    },
  },
  twist: { twist: { linear: { x: 1, y: 0, z: 0 }, angular: { x: 0, y: 0.5, z: 0 } } },
});

async function connect(url: string, answerSeconds = 20) {
  const { deployment, task } = policy;
  const adapter = await connectRosbridge({
    url,
    deployment,
    task,
    actuators: actuatorsOf(policy),
    answerSeconds,
  });
  open.push(adapter);
  return adapter;
}

async function run(url: string, seconds: number) {
  const adapter = await connect(url);
  const runtime = await createRuntime("typescript", policy);
  return new PolicyRunner({ policy, adapter, runtime, seconds }).run();
}

test("measurements arrive in the policy's order and frames, commands by name", async () => {
  const { url, published } = await rosbridge(() => ({
    "/joint_states": jointStates(),
    "/odom": odometry(),
  }));
  const adapter = await connect(url);
  const measurement = adapter.latest()?.measurement;
  expect([...(measurement?.jointPosition ?? [])]).toEqual(
    policy.deployment.default_joint_pos.map(Math.fround),
  );
  const [x, y, z, w] = [...(measurement?.bodyPose ?? [])];
  expect([x, y, z, w]).toEqual([1, 2, Math.fround(0.3), Math.fround(Math.SQRT1_2)]);
  const velocity = [...(measurement?.bodyVelocity ?? [])];
  for (const [i, expected] of [0, 1, 0, -0.5, 0, 0].entries()) {
    expect(velocity[i]).toBeCloseTo(expected, 6);
  }

  const runtime = await createRuntime("typescript", policy);
  const report = await new PolicyRunner({ policy, adapter, runtime, seconds: 0.4 }).run();
  expect(report.stop).toBeNull();
  await expect.poll(() => published.at(-1)?.msg["data"], { timeout: 20_000 }).toBe(true);
  const commands = published.filter(({ topic }) => topic === "/rewardsmith/command");
  expect(commands[0].msg["name"]).toEqual(actuatorsOf(policy));
  const position = commands[0].msg["position"] as number[];
  expect(position).toHaveLength(12);
  expect(Math.max(...position.map(Math.abs))).toBeGreaterThan(0.1);
});

test("a joint that reads no number, odometry that stops, and a lost connection stop the robot", async () => {
  const bad = await rosbridge((n) => ({
    "/joint_states": jointStates(n > 100 ? { position: Array(12).fill(null) } : {}),
    "/odom": odometry(),
  }));
  expect((await run(bad.url, 60)).stop?.code).toBe("E_ROBOT_NOT_FINITE");

  const late = await rosbridge((n) => ({
    "/joint_states": jointStates(),
    ...(n < 100 && { "/odom": odometry() }),
  }));
  expect((await run(late.url, 60)).stop?.code).toBe("E_ROBOT_TIME");

  let cut = () => {};
  const gone = await rosbridge((n) => {
    if (n === 100) cut();
    return { "/joint_states": jointStates(), "/odom": odometry() };
  });
  cut = gone.cut;
  expect((await run(gone.url, 60)).stop?.code).toBe("E_ROBOT_SILENT");
});

test("nobody there, and a robot that says nothing, are said", async () => {
  const { url } = await rosbridge(() => ({}));
  await expect(connect(url, 0.5)).rejects.toMatchObject({
    code: "E_ROBOT_SILENT",
    message: expect.stringContaining("no joint states came"),
  });
  await expect(connect("ws://127.0.0.1:9", 5)).rejects.toMatchObject({ code: "E_ROBOT_SILENT" });
});
