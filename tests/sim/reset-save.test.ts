import { describe, expect, test } from "vitest";
import { Rng } from "../../src/core/rng.js";
import type { RobotModel } from "../../src/robot/model.js";
import { compileRobot } from "../../src/robot/mujoco/compile.js";
import type { Simulator } from "../../src/sim/simulator.js";
import { type Overrides, resetState, robotOf, simulate } from "./world.js";

const cartpole = await compileRobot("envs/cartpole/robot.xml");

/** A walker of a kind: floating base, two driven legs, feet on a floor; legs may touch each other. */
const walker = (legContact: string) => `
  <worldbody>
    <geom type="plane" size="0 0 1" contype="1" conaffinity="1"/>
    <body name="trunk" pos="0 0 .5"><freejoint/>
      <geom type="box" size=".2 .1 .05" mass="4" contype="1" conaffinity="1"/>
      <body name="left" pos="0 .02 0"><joint name="left" axis="0 1 0" range="-60 60" damping=".2" armature=".01"/>
        <geom name="leftFoot" type="capsule" fromto="0 0 -.1 0 0 -.4" size=".03" mass=".5" ${legContact}/></body>
      <body name="right" pos=".1 -.02 0"><joint name="right" axis="0 1 0" range="-60 60" frictionloss=".1" armature=".01"/>
        <geom name="rightFoot" type="capsule" fromto="0 0 -.1 0 0 -.4" size=".03" mass=".5" ${legContact}/></body>
    </body>
  </worldbody>
  <actuator>
    <position name="left" joint="left" kp="20" kv=".5" forcerange="-15 15"/>
    <motor name="right" joint="right" gear="2"/>
  </actuator>`;
const apart = await robotOf(walker(`contype="0" conaffinity="1"`));
const touching = await robotOf(walker(`contype="1" conaffinity="1"`));
const options: Overrides = {
  numEnvs: 6,
  controlDtSeconds: 0.02,
  physics: { substeps: 2 },
};
const feet: Overrides = { ...options, contactGeoms: ["leftFoot", "rightFoot"] };

const kinds: [string, RobotModel, Overrides][] = [
  ["cartpole", cartpole, options],
  ["walker", apart, feet],
  ["walker whose legs touch", touching, feet],
];

/** Random starts and controls from a seed; everything the simulator shows, step by step. */
function drive(
  sim: Simulator,
  rng: Rng,
  steps: number,
  each?: (step: number) => void,
): Uint8Array[] {
  const seen: Uint8Array[] = [];
  for (let step = 0; step < steps; step++) {
    for (let i = 0; i < sim.controls.length; i++) sim.controls[i] = rng.uniform(-3, 3);
    each?.(step);
    sim.step();
    seen.push(everything(sim));
  }
  return seen;
}

function start(sim: Simulator, rng: Rng): void {
  for (let env = 0; env < sim.numEnvs; env++) sim.reset(env, randomState(sim, rng));
}

function randomState(sim: Simulator, rng: Rng) {
  const joints = sim.jointNames.map(() => rng.uniform(-0.4, 0.4));
  const pose = [rng.uniform(-0.1, 0.1), 0, rng.uniform(0.45, 0.6), 1, 0, 0, 0];
  return resetState(
    sim.robot,
    joints,
    joints.map(() => rng.uniform(-1, 1)),
    {
      pose,
      velocity: [0.2, 0, 0, 0, 0, rng.uniform(-1, 1)],
    },
  );
}

function everything(sim: Simulator): Uint8Array {
  return Buffer.concat(
    Object.values(sim.state).map((a: Float32Array) => Buffer.from(a.buffer.slice(0))),
  );
}

describe.each(kinds)("%s", (_, robot, overrides) => {
  test("built and driven alike, it does alike, bit for bit", async () => {
    const runs = [];
    for (let k = 0; k < 2; k++) {
      const sim = await simulate(robot, overrides);
      const rng = new Rng(1);
      start(sim, rng);
      runs.push(drive(sim, rng, 60));
      sim.dispose();
    }
    expect(runs[0]).toEqual(runs[1]);
  });

  test("a loaded state continues bit for bit, in the same simulator and in a new one", async () => {
    const sim = await simulate(robot, overrides);
    const rng = new Rng(2);
    sim.setParameter(1, "massFactor", 1.3);
    sim.setParameter(2, "jointDampingFactor", 2);
    sim.setParameter(3, "gravityScale", 0.9);
    start(sim, rng);
    drive(sim, rng, 30);
    const snapshot = sim.save();
    const shown = everything(sim);
    const rest = rng.save();
    const expected = drive(sim, rng, 40, (step) => {
      if (step === 20) sim.reset(4, randomState(sim, new Rng(5)));
    });
    const other = await simulate(robot, overrides);
    for (const again of [sim, other]) {
      again.load(snapshot);
      expect(everything(again)).toEqual(shown);
      rng.load(rest);
      const seen = drive(again, rng, 40, (step) => {
        if (step === 20) again.reset(4, randomState(again, new Rng(5)));
      });
      expect(seen).toEqual(expected);
    }
    sim.dispose();
    other.dispose();
  });

  test("motion beyond the numbers shows as NaN, harms no other, and ends with a reset", async () => {
    const sim = await simulate(robot, overrides);
    const clean = await simulate(robot, overrides);
    const env = 1;
    const joints = sim.jointNames.length;
    const row = (of: Simulator, e: number) =>
      [of.state.jointPosition, of.state.jointVelocity].flatMap((a) =>
        Array.from(a.subarray(e * joints, (e + 1) * joints)),
      );
    for (const each of [sim, clean]) start(each, new Rng(7));
    const gone = sim.jointNames.map(() => 1e30);
    sim.reset(env, resetState(robot, [], gone, { pose: [0, 0, 0.5, 1, 0, 0, 0] }));
    for (let step = 0; step < 3; step++) {
      sim.step();
      clean.step();
      expect(row(sim, env).some(Number.isNaN)).toBe(true);
      for (const other of [0, 2, 5]) expect(row(sim, other)).toEqual(row(clean, other));
    }
    for (const each of [sim, clean]) {
      each.reset(env, randomState(each, new Rng(8)));
      each.step();
      each.step();
    }
    expect(row(sim, env).every(Number.isFinite)).toBe(true);
    row(sim, env).forEach((value, i) => {
      expect(value).toBeCloseTo(row(clean, env)[i], 4);
    });
    sim.dispose();
    clean.dispose();
  });

  test("a saved state does not depend on having been saved", async () => {
    const runs = [];
    for (const saves of [false, true]) {
      const sim = await simulate(robot, overrides);
      const rng = new Rng(3);
      start(sim, rng);
      runs.push(drive(sim, rng, 30, () => saves && sim.save()));
      sim.dispose();
    }
    expect(runs[0]).toEqual(runs[1]);
  });

  test("a reset leaves the other environments as they were, bit for bit", async () => {
    const runs: Uint8Array[][] = [];
    for (const resets of [false, true]) {
      const sim = await simulate(robot, overrides);
      const rng = new Rng(4);
      start(sim, rng);
      const other = new Rng(9);
      const seen = drive(sim, rng, 60, (step) => {
        if (resets && step % 7 === 3) sim.reset(2, randomState(sim, other));
      });
      runs.push(seen.map((bytes) => withoutEnv(sim, bytes, 2)));
      sim.dispose();
    }
    expect(runs[0]).toEqual(runs[1]);
  });

  test("a reset puts an environment exactly where it was told", async () => {
    const sim = await simulate(robot, overrides);
    const rng = new Rng(6);
    start(sim, rng);
    drive(sim, rng, 20);
    const state = randomState(sim, rng);
    sim.reset(3, state);
    const n = sim.jointNames.length;
    for (let j = 0; j < n; j++) {
      expect(sim.state.jointPosition[3 * n + j]).toBeCloseTo(state.jointPosition[j], 5);
      expect(sim.state.jointVelocity[3 * n + j]).toBeCloseTo(state.jointVelocity[j], 4);
    }
    sim.dispose();
  });
});

test("an environment does not feel another one pass through it", async () => {
  const runs: string[] = [];
  for (const passes of [false, true]) {
    const sim = await simulate(touching, { ...feet, numEnvs: 2 });
    const rng = new Rng(7);
    let seen = "";
    for (let step = 0; step < 80; step++) {
      // Environments stand side by side along x: somewhere on the way the other is right here.
      const x = passes ? -8 + step * 0.2 : 100;
      sim.reset(1, resetState(touching, [], [], { pose: [x, 0, 0.4, 1, 0, 0, 0] }));
      for (let i = 0; i < 2; i++) sim.controls[i] = rng.uniform(-2, 2);
      sim.step();
      seen += Buffer.from(sim.state.bodyPose.buffer, 0, 4 * 7 * 3).toString("hex");
    }
    runs.push(seen);
    sim.dispose();
  }
  expect(runs[1] === runs[0]).toBe(true);
});

test("after a load, a control that the engine was told since is told again", async () => {
  const sim = await simulate(cartpole, { controlDtSeconds: 1 / 60 });
  const push = (force: number) => {
    sim.controls[0] = force;
    sim.step();
    return sim.state.jointVelocity[0];
  };
  push(1);
  const snapshot = sim.save();
  const expected = push(9);
  sim.load(snapshot);
  expect(push(9)).toBe(expected);
  sim.dispose();
});

test("a snapshot of another size is refused and changes nothing", async () => {
  const small = await simulate(cartpole, { numEnvs: 2 });
  const large = await simulate(cartpole, { numEnvs: 3 });
  const before = everything(large);
  expect(() => large.load(small.save())).toThrowError(/another robot, size, physics/);
  expect(() => large.load(new Uint8Array(3))).toThrowError(/another robot, size, physics/);
  large.controls.fill(1);
  large.step();
  expect(everything(large)).not.toEqual(before);
  small.dispose();
  large.dispose();
});

/** The rows of all environments but one. */
function withoutEnv(sim: Simulator, bytes: Uint8Array, env: number): Uint8Array {
  const out: Uint8Array[] = [];
  let at = 0;
  for (const array of Object.values(sim.state) as Float32Array[]) {
    const row = array.byteLength / sim.numEnvs;
    for (let e = 0; e < sim.numEnvs; e++) {
      if (e !== env) out.push(bytes.subarray(at + e * row, at + (e + 1) * row));
    }
    at += array.byteLength;
  }
  return Buffer.concat(out);
}
