/**
 * What MuJoCo's WASM build does otherwise than one would think, and what the back end makes of it. The
 * build's own traps, one by one: tests/integration/robot/mujoco-traps.test.ts.
 */
import { readFileSync } from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import { mujoco, mujocoVersion } from "../../../src/robot/mujoco/engine.js";
import type { Simulator } from "../../../src/sim/simulator.js";
import { feet, hung, quadruped, standingPose } from "../quadruped.js";
import { type Overrides, pendulum, resetState, robotOf, run, simulate } from "../world.js";

const mj = await mujoco();
const robot = await robotOf(quadruped());
const swinging = await robotOf(pendulum);

const made: Simulator[] = [];
async function inMujoco(of = robot, overrides: Overrides = {}): Promise<Simulator> {
  const sim = await simulate(of, { engine: "mujoco", ...overrides });
  made.push(sim);
  return sim;
}
afterEach(() => {
  for (const sim of made.splice(0)) sim.dispose();
});

/** Bytes of the one WASM memory. */
const memory = (sim: Simulator): number =>
  (sim as unknown as { worlds: { heap: { refresh(): Float64Array } } }).worlds.heap.refresh().buffer
    .byteLength;

function stand(sim: Simulator): void {
  for (let env = 0; env < sim.numEnvs; env++) {
    sim.reset(env, resetState(robot, standingPose, [], { pose: [0, 0, 0.32, 1, 0, 0, 0] }));
  }
  for (let i = 0; i < sim.controls.length; i++) sim.controls[i] = standingPose[i % 12];
}

test("the pinned version is the one that was tested", () => {
  const { dependencies } = JSON.parse(readFileSync("package.json", "utf8"));
  expect(dependencies["@mujoco/mujoco"]).toBe(mujocoVersion);
  expect(mj.mj_versionString()).toBe(mujocoVersion);
});

test("arrays of flags throw: what is limited is known from the robot, not from them", async () => {
  const model = mj.MjModel.from_xml_string(
    `<mujoco><worldbody><body><joint range="0 1"/><geom size=".1"/></body></worldbody></mujoco>`,
  );
  expect(() => model.jnt_limited).toThrow(/unknown type/);
  model.delete();
  const sim = await inMujoco(await robotOf(pendulum.replace("axis", `range="-20 20" axis`)));
  sim.reset(0, resetState(sim.robot, [0.3], [5]));
  run(sim, 20);
  expect(sim.state.jointPosition[0]).toBeLessThan(0.45);
});

test("names are nobody's business: unnamed parts and names full of XML step like others", async () => {
  const unnamed = await robotOf(pendulum.replace(/name="\w+"/g, ""));
  const odd = { ...swinging, name: `"><&`, joints: [{ ...swinging.joints[0], name: `<a b="&">` }] };
  const sims = await Promise.all([swinging, unnamed, odd].map((each) => inMujoco(each)));
  for (const sim of sims) {
    sim.reset(0, resetState(sim.robot, [1]));
    run(sim, 50);
    expect(sim.state.jointPosition[0]).toBe(sims[0].state.jointPosition[0]);
  }
  expect(sims[2].jointNames).toEqual([`<a b="&">`]);
});

describe("a robot that blows up", () => {
  test("is not put back into its first pose: it shows as NaN until it is reset", async () => {
    const wild = await robotOf(
      quadruped((joint) => `<motor joint="${joint}" gear="1e9"/>`).replace(/range="[^"]*"/g, ""),
    );
    const sim = await inMujoco(wild, { numEnvs: 3, contactGeoms: feet });
    stand(sim);
    sim.controls.fill(0);
    sim.controls.fill(1e6, 12, 24);
    for (let i = 0; i < 20; i++) sim.step();
    const row = (env: number, of: Float32Array) =>
      of.subarray((env * of.length) / 3, ((env + 1) * of.length) / 3);
    const { jointPosition, jointVelocity, bodyPose, bodyVelocity } = sim.state;
    for (const array of [jointPosition, jointVelocity, bodyPose, bodyVelocity]) {
      expect(row(1, array).every(Number.isNaN)).toBe(true);
      expect(row(0, array).every(Number.isFinite)).toBe(true);
      expect(row(2, array)).toEqual(row(0, array));
    }
    const lost = sim.save();
    sim.load(lost);
    sim.step();
    expect(row(1, jointPosition).every(Number.isNaN)).toBe(true);
    stand(sim);
    sim.controls.fill(0);
    sim.step();
    expect(row(1, jointPosition)).toEqual(row(0, jointPosition));
  });

  test("leaves an engine that can be freed and used again", async () => {
    const data = (sim: Simulator) =>
      (sim as unknown as { worlds: { all: { data: { warning: { get(k: number): unknown } } }[] } })
        .worlds.all[0].data;
    for (let i = 0; i < 5; i++) {
      const sim = await simulate(swinging, { engine: "mujoco" });
      sim.reset(0, resetState(swinging, [0], [1e9]));
      run(sim, 5);
      // Reading a warning hands out a reference into the data: freeing it too would abort the engine.
      expect(data(sim).warning.get(0)).toBeDefined();
      sim.dispose();
    }
    const sim = await inMujoco(swinging);
    sim.reset(0, resetState(swinging, [0.1]));
    run(sim, 5);
    expect(sim.state.jointPosition[0]).toBeLessThan(0.1);
  });
});

describe("memory", () => {
  test("an environment takes an arena of its own size, not the usual 15 MB", async () => {
    const small = await inMujoco(robot, { numEnvs: 1 });
    const before = memory(small);
    const large = await inMujoco(robot, { numEnvs: 64 });
    expect((memory(large) - before) / 64).toBeLessThan(1.5e6);
  });

  test("the arena holds all contacts of a heap of boxes", async () => {
    const boxes = Array.from(
      { length: 8 },
      (_, i) =>
        `<body pos="${0.05 * (i % 2)} 0 ${0.2 + 0.21 * i}"><freejoint/><geom name="box${i}" type="box" size=".3 .3 .1" mass="1"/></body>`,
    ).join("");
    const heap = await robotOf(
      `<worldbody><geom name="floor" type="plane" size="0 0 1"/>${boxes}</worldbody>`,
    );
    const sim = await inMujoco(heap, { contactGeoms: ["box0"] });
    run(sim, 400);
    const { data } = (sim as unknown as { worlds: { all: { data: ArenaData }[] } }).worlds.all[0];
    expect(data.ncon).toBeGreaterThan(24);
    expect(data.maxuse_arena).toBeLessThan(data.narena);
    const { mjWARN_CONTACTFULL, mjWARN_CNSTRFULL } = mj.mjtWarning;
    expect(data.warning.get(mjWARN_CONTACTFULL.value)!.number).toBe(0);
    expect(data.warning.get(mjWARN_CNSTRFULL.value)!.number).toBe(0);
    // The lowest carries the others and itself is carried: its own weight is the net force.
    expect(sim.state.contactForce[2]).toBeCloseTo(9.81, 0);
  });

  test("memory that grows under a simulator changes nothing for it", async () => {
    const runs: Float32Array[] = [];
    for (const grows of [false, true]) {
      const sim = await inMujoco(robot, { numEnvs: 2, contactGeoms: feet });
      stand(sim);
      run(sim, 10);
      const before = memory(sim);
      const buffers = [];
      while (grows && memory(sim) === before) buffers.push(new mj.DoubleBuffer(4_000_000));
      run(sim, 10);
      sim.push(0, 0, [0.5, 0, 0]);
      sim.load(sim.save());
      run(sim, 10);
      runs.push(sim.state.bodyPose.slice());
      for (const buffer of buffers) buffer.delete();
    }
    expect(runs[1]).toEqual(runs[0]);
    expect(runs[1].every(Number.isFinite)).toBe(true);
  });

  test("simulators made and freed leave nothing behind, and steps and contacts take nothing", async () => {
    const once = async () => {
      const sim = await simulate(robot, { engine: "mujoco", numEnvs: 16, contactGeoms: feet });
      stand(sim);
      run(sim, 20);
      const bytes = memory(sim);
      sim.dispose();
      return bytes;
    };
    const before = await once();
    for (let i = 0; i < 15; i++) await once();
    expect(await once()).toBe(before);
  });
});

test("an array of JavaScript's own stays zero as a result: pushes go through the engine's buffers", async () => {
  const model = mj.MjModel.from_xml_string(
    `<mujoco><worldbody><body><joint/><geom size=".1"/></body></worldbody></mujoco>`,
  );
  const data = new mj.MjData(model);
  data.qpos[0] = 0.5;
  const out = new Float64Array(1);
  mj.mj_getState(model, data, out, mj.mjtState.mjSTATE_QPOS.value);
  expect(out[0]).toBe(0);
  data.delete();
  model.delete();
  // A pendulum pushed at its bob: its hinge takes r × m Δv / (I + m r²).
  const sim = await inMujoco(swinging);
  sim.push(0, 0, [1, 0, 0]);
  expect(sim.state.jointVelocity[0]).toBeCloseTo((-1 * 2 * 1) / 2.1, 6);
});

test("constants derived anew overwrite the state they are given, never the robot's", async () => {
  const sim = await inMujoco(robot, { numEnvs: 2 });
  stand(sim);
  run(sim, 20);
  const before = sim.state.bodyPose.slice();
  for (const factor of [1.3, 1]) sim.setParameter(1, "massFactor", factor);
  sim.setParameter(1, "payloadKg", 1e-9);
  sim.save();
  sim.push(1, 0, [0, 0, 0]);
  expect(sim.state.bodyPose).toEqual(before);
  sim.step();
  const n = sim.state.bodyPose.length / 2;
  for (let k = 0; k < n; k++) {
    expect(sim.state.bodyPose[n + k]).toBeCloseTo(sim.state.bodyPose[k], 5);
  }
});

describe("contact force", () => {
  test("is what the geom feels, friction included, whichever geom the engine names first", async () => {
    const angle = Math.PI / 9;
    const slope =
      await robotOf(`<option gravity="${9.81 * Math.sin(angle)} 0 ${-9.81 * Math.cos(angle)}"/>
      <worldbody><geom type="plane" size="0 0 1"/>
        <body pos="0 0 .1"><freejoint/><geom name="lower" type="box" size=".3 .3 .1" mass="2"/></body>
        <body pos="0 0 .25"><freejoint/><geom name="upper" type="box" size=".2 .2 .05" mass="1"/></body></worldbody>`);
    const sim = await inMujoco(slope, {
      contactGeoms: ["lower", "upper"],
      controlDtSeconds: 0.02,
      physics: { substeps: 4 },
    });
    run(sim, 100);
    const [lower, upper] = [sim.state.contactForce.slice(0, 3), sim.state.contactForce.slice(3)];
    for (const [force, massKg] of [
      [lower, 2],
      [upper, 1],
    ] as const) {
      expect(force[0]).toBeCloseTo(-massKg * 9.81 * Math.sin(angle), 0.9);
      expect(force[1]).toBeCloseTo(0, 1);
      expect(force[2]).toBeCloseTo(massKg * 9.81 * Math.cos(angle), 0.9);
    }
  });

  test("is the mean of the control step: an impact's impulse is all there", async () => {
    const ball = await robotOf(`<worldbody><geom type="plane" size="0 0 1"/>
      <body pos="0 0 .5"><freejoint/><geom name="ball" size=".1" mass="2"/></body></worldbody>`);
    const sim = await inMujoco(ball, {
      contactGeoms: ["ball"],
      controlDtSeconds: 0.02,
      physics: { substeps: 8 },
    });
    let impulse = 0;
    const steps = 100;
    for (let i = 0; i < steps; i++) {
      sim.step();
      impulse += sim.state.contactForce[2] * 0.02;
    }
    // At rest in the end: the ground gave back all that gravity gave.
    expect(impulse).toBeCloseTo(2 * 9.81 * 0.02 * steps, 1);
  });
});

describe("stiff drives", () => {
  test("hold a robot's feet still where a step outweighs its joints' inertia", async () => {
    // kv h = .02 above a calf's inertia of .005: without care standing feet bounce at 0.2 m/s.
    const bare = quadruped((joint) => `<position joint="${joint}" kp="40" kv="4"/>`);
    const stiff = await robotOf(bare.replace(`armature=".01"`, ""));
    const sim = await inMujoco(stiff, { controlDtSeconds: 0.02, physics: { substeps: 4 } });
    stand(sim);
    run(sim, 75);
    for (let i = 0; i < 25; i++) {
      sim.step();
      expect(Math.abs(sim.state.bodyVelocity[2])).toBeLessThan(0.02);
    }
  });

  test("reach their target as fast as their gains say, and count no energy for their own inertia", async () => {
    const arm =
      await robotOf(`<option gravity="0 0 0"/><worldbody><body><joint name="j" axis="0 0 1"/>
      <inertial pos="0 0 0" mass="1" diaginertia=".01 .01 .01"/></body></worldbody>
      <actuator><position joint="j" kp="400" kv="20"/></actuator>`);
    const sim = await inMujoco(arm);
    sim.controls[0] = 1;
    run(sim, 10);
    // An overdamped drive creeps to its target with kv/kp = 50 ms.
    expect(sim.state.jointPosition[0]).toBeCloseTo(1 - Math.exp(-1), 1.3);
    const w = sim.state.jointVelocity[0];
    expect(sim.watch!.energyJoules(0)).toBeCloseTo(0.5 * 0.01 * w * w, 6);
  });
});

test("hung robots move where nothing touches with the substeps they are given", async () => {
  const air = await robotOf(hung(quadruped()).replace(/conaffinity="1"/, `conaffinity="0"`));
  const steps = async (overrides: Overrides) => {
    const sim = await inMujoco(air, { controlDtSeconds: 0.02, ...overrides });
    run(sim, 1);
    return sim.state.jointVelocity[1];
  };
  const one = await steps({ physics: { substeps: 1 } });
  expect(one).not.toBe(await steps({ physics: { substeps: 4 } }));
  expect(one).toBe(await steps({ physics: { substeps: 4, mujocoSubsteps: 1 } }));
});

interface ArenaData {
  readonly ncon: number;
  readonly maxuse_arena: number;
  readonly narena: number;
  readonly warning: { get(kind: number): { number: number } | undefined };
}
