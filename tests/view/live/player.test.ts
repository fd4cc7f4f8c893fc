import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { zeroReward } from "../../../src/reward/program.js";
import { createSimulator } from "../../../src/sim/node/create-simulator.js";
import type { RolloutFrame } from "../../../src/stream/frame.js";
import { readHeader } from "../../../src/stream/packet.js";
import type { ServerMessageOf } from "../../../src/stream/protocol.js";
import { demoOffer } from "../../../src/view/live/demo.js";
import { Player } from "../../../src/view/live/player.js";
import type { Watched } from "../../../src/view/live/scene.js";
import type { RolloutMessage } from "../../../src/view/rollout-source.js";

const watching = { channels: ["poses"], focusEnvs: [0], hz: 60 } as const;

let watched: Watched;
let nowMs: number;
let cpuSeconds: number;
let canSend: boolean;
let messages: RolloutMessage[];
let sequences: number[];
let player: Player;

beforeAll(async () => {
  watched = (await demoOffer("cartpole-swingup")?.load()) as Watched;
}, 60_000);

beforeEach(async () => {
  nowMs = 0;
  cpuSeconds = 0;
  canSend = true;
  messages = [];
  sequences = [];
  player = create();
  player.demand(watching);
  await player.watch(watched, 2);
  sequences = [];
});

const create = () =>
  new Player({
    createSimulator,
    send: (message) => messages.push(message),
    canSend: () => canSend,
    sendPackets: (packets) => {
      for (const packet of packets) {
        const { sequence, opcode } = readHeader(packet);
        if (opcode === 1) sequences.push(sequence);
      }
    },
    nowMs: () => nowMs,
    cpuSeconds: () => cpuSeconds,
  });

afterEach(() => player.dispose());

const all = <T extends RolloutMessage["type"]>(type: T) =>
  messages.filter((message) => message.type === type) as Extract<
    ServerMessageOf<T>,
    RolloutMessage
  >[];
const last = <T extends RolloutMessage["type"]>(type: T) => all(type).at(-1);

/** Lets so many seconds pass, a tick whenever it is asked for. */
async function pass(seconds: number): Promise<void> {
  const end = nowMs + 1000 * seconds;
  while (nowMs < end) {
    const idle = await player.tick();
    nowMs = Math.min(end, nowMs + Math.max(idle, 0.1));
  }
}

describe("the clock", () => {
  test("a second of real time is a second of simulation, a frame a control step", async () => {
    await pass(1);
    expect(sequences.length).toBeGreaterThanOrEqual(59);
    expect(sequences.length).toBeLessThanOrEqual(61);
    cpuSeconds = 0.25;
    await pass(0.6);
    expect(all("load").at(-2)?.realTimeFactor).toBeCloseTo(1, 1);
    expect(Math.max(...all("load").map(({ cpuShare }) => cpuShare))).toBeCloseTo(0.5, 1);
  });

  test("four times the speed steps four times as often, but shows no more frames", async () => {
    await player.control({ type: "playback", speed: 4 });
    sequences = [];
    await pass(1);
    expect(sequences.length).toBeLessThanOrEqual(62);
    const made = sequences[sequences.length - 1] - sequences[0];
    expect(made).toBeGreaterThan(220);
    expect(made).toBeLessThan(260);
  });

  test("paused, nothing steps; one step forward and one back stand still again", async () => {
    await pass(0.5);
    await player.control({ type: "playback", paused: true });
    sequences = [];
    await pass(1);
    expect(sequences).toEqual([]);
    await player.control({ type: "playback", step: 1 });
    await player.control({ type: "playback", step: -1 });
    expect(sequences).toHaveLength(2);
    expect(last("controls")).toMatchObject({ paused: true, speed: 1 });
  });

  test("what a busy machine missed is not made up for", async () => {
    nowMs += 10_000;
    sequences = [];
    await player.tick();
    await pass(0.2);
    expect(sequences.length).toBeLessThan(16);
  });

  test("begun anew with a seed it makes the same steps again, under another model", async () => {
    const moments: number[] = [];
    const angles = async () => {
      await player.watch(watched, 2, { seed: 7 });
      await player.control({ type: "playback", step: 25 });
      const { frame } = (player as unknown as { rollout: { frame: RolloutFrame } }).rollout;
      moments.push(frame.simTimeSeconds);
      return [...frame.poses];
    };
    const first = await angles();
    await player.control({ type: "playback", paused: false });
    await pass(3);
    expect(await angles()).toEqual(first);
    expect(moments[1]).toBe(moments[0]);
    expect(all("model").map(({ model }) => model.number)).toEqual([1, 2, 3]);
    expect(last("controls")).toMatchObject({ seed: 7 });
  });

  test("without anybody who watches it rests, and that time is not called slow", async () => {
    await pass(0.2);
    player.demand({ channels: [], focusEnvs: [], hz: 0 });
    const loads = all("load").length;
    sequences = [];
    await pass(10);
    expect(sequences).toEqual([]);
    expect(all("load")).toHaveLength(loads);
    player.demand(watching);
    await pass(2);
    expect(sequences.length).toBeGreaterThan(60);
    expect(last("status")?.message ?? "").not.toContain("busy");
  });

  test("it sends no more frames a second than somebody takes", async () => {
    for (const hz of [60, 30, 15, 5]) {
      player.demand({ ...watching, hz });
      await pass(1);
      sequences = [];
      await pass(4);
      expect(sequences.length).toBeGreaterThan(3.6 * hz);
      expect(sequences.length).toBeLessThanOrEqual(4 * hz + 1);
    }
  });

  test("a machine that stays too slow gets half the robots, and says so", async () => {
    player.dispose();
    player = create();
    player.demand(watching);
    await player.watch(watched, 8);
    const crawl = async () => {
      for (let i = 0; i < 9; i++) {
        nowMs += 600;
        await player.tick();
      }
      return last("model")?.model.numEnvs;
    };
    expect(await crawl()).toBe(4);
    expect(last("status")?.message).toContain("4 robots");
    expect(await crawl()).toBe(2);
    expect(await crawl()).toBe(2);
  });

  test("a frame is left out while what was sent before still waits", async () => {
    canSend = false;
    await pass(0.5);
    expect(sequences).toEqual([]);
    canSend = true;
    await pass(0.1);
    expect(sequences.length).toBeGreaterThan(0);
  });
});

describe("what is shown", () => {
  test("a newer checkpoint of the same scene takes over in mid-motion; another scene begins anew", async () => {
    const models = all("model").length;
    await player.watch({ ...watched, about: { ...watched.about, steps: 7 } }, 2);
    expect(all("model")).toHaveLength(models);
    expect(last("policy")?.policy?.steps).toBe(7);
    const scene = { ...watched.scene, reward: zeroReward, rewardCode: "" };
    await player.watch({ ...watched, scene, sceneKey: "another" }, 2);
    expect(last("model")?.model.terms).toEqual([]);
    expect(last("model")?.model.number).toBe(2);
  });

  test("sliders outlive a change of scene", async () => {
    await player.control({ type: "world", parameter: "gravityScale", value: 0.3 });
    await player.watch({ ...watched, sceneKey: "another" }, 2);
    expect(last("controls")?.world).toEqual({ gravityScale: 0.3 });
  });

  test("a stress grid lays out its environments, counts who survives, and goes back", async () => {
    const grid = {
      x: { parameter: "gravityScale", values: [1, 1.2] },
      y: { parameter: "motorStrength", values: [0, 1] },
    };
    await player.control({ type: "stress", grid });
    expect(last("model")?.model.numEnvs).toBe(4);
    await player.control({ type: "playback", speed: 8 });
    await pass(1.8);
    const cells = last("stress")?.cells ?? [];
    expect(cells.map(({ episodes }) => episodes)).toEqual([1, 1, 1, 1]);
    // Without a motor the pole stays down; with it, it stands.
    expect(cells[2].fitness).toBeGreaterThan((cells[0].fitness ?? 0) + 0.3);
    await player.control({ type: "stress", grid: null });
    expect(last("stress")).toMatchObject({ grid: null, cells: [] });
    expect(last("model")?.model.numEnvs).toBe(2);
  });
});

test("a scene that cannot be made is refused each time, and what ran before goes on", async () => {
  const scene = { ...watched.scene, engine: "none" as "rapier" };
  const broken = { ...watched, scene, sceneKey: "broken" };
  for (let i = 0; i < 2; i++) await expect(player.watch(broken, 2)).rejects.toThrow();
  expect(all("policy")).toHaveLength(1);
  await pass(0.5);
  expect(sequences.length).toBeGreaterThan(20);
  await player.watch(watched, 2);
  expect(all("model")).toHaveLength(1);
});

test("an error in a step pauses and shows its message; a reset clears it", async () => {
  const { policy } = watched;
  if (!policy) throw new Error("no policy");
  const theta = policy.theta.slice().fill(Number.NaN);
  await player.watch({ ...watched, policy: { ...policy, theta } }, 2);
  await pass(0.1);
  expect(last("controls")?.paused).toBe(true);
  expect(last("status")).toMatchObject({ id: "step", level: "error" });
  expect(last("status")?.message).toContain("E_ACTION_NOT_FINITE");
  await player.watch(watched, 2);
  await player.control({ type: "playback", reset: true, paused: false });
  expect(last("status")).toMatchObject({ id: "step", message: "" });
  sequences = [];
  await pass(0.2);
  expect(sequences.length).toBeGreaterThan(5);
});
