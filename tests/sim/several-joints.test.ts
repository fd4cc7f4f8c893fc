import { expect, test } from "vitest";
import { articulate } from "../../src/sim/articulation.js";
import { linkMass, unchangedMass } from "../../src/sim/link-mass.js";
import { resetState, robotOf, run, simulate } from "./world.js";

/** A thigh on three hinges in one point, like a humanoid's hip. */
const hip = (more = "", base = "") => `<worldbody><body name="pelvis" pos="0 0 2">${base}
    <geom size=".12" mass="8" contype="0" conaffinity="0"/>
    <body name="thigh" pos="0 0 -.1">
      <joint name="x" axis="1 0 0" armature=".01" ${more}/>
      <joint name="z" axis="0 0 1" armature=".01" ${more}/>
      <joint name="y" axis="0 1 0" armature=".01" ${more}/>
      <geom type="capsule" fromto="0 0 0 0 0 -.34" size=".06" mass="4" contype="0" conaffinity="0"/>
    </body></body></worldbody>`;
const motors = `<actuator><motor joint="x"/><motor joint="z"/><motor joint="y"/></actuator>`;

/** Columns of Rx(a) Rz(b) Ry(c), what three hinges in this order amount to. */
function turnOf(a: number, b: number, c: number): number[][] {
  const [ca, sa, cb, sb, cc, sc] = [a, b, c].flatMap((q) => [Math.cos(q), Math.sin(q)]);
  return [
    [cb * cc, -sb, cb * sc],
    [ca * sb * cc + sa * sc, ca * cb, ca * sb * sc - sa * cc],
    [sa * sb * cc - ca * sc, sa * cb, sa * sb * sc + ca * cc],
  ];
}

test("joint values turn the body one after the other, the first nearest to the parent", async () => {
  const robot = await robotOf(hip());
  expect(robot.joints.map(({ name, body }) => [name, body])).toEqual([
    ["x", 1],
    ["z", 1],
    ["y", 1],
  ]);
  const sim = await simulate(robot);
  const q = [0.4, -0.7, 1.1];
  const speed = [1, -2, 0.5];
  sim.reset(0, resetState(robot, q, speed));
  q.forEach((value, j) => {
    expect(sim.state.jointPosition[j]).toBeCloseTo(value, 5);
    expect(sim.state.jointVelocity[j]).toBeCloseTo(speed[j], 4);
  });
  const r = turnOf(q[0], q[1], q[2]);
  const [w, x, y, z] = sim.state.bodyPose.subarray(7 + 3, 7 + 7);
  expect(1 - 2 * (y * y + z * z)).toBeCloseTo(r[0][0], 5);
  expect(2 * (x * y - w * z)).toBeCloseTo(r[0][1], 5);
  expect(2 * (y * z + w * x)).toBeCloseTo(r[2][1], 5);
  // ω = ẋ e_x + ż Rx e_z + ẏ Rx Rz e_y.
  const omega = [0, 1, 2].map(
    (k) => (k === 0 ? speed[0] : 0) + speed[1] * turnOf(q[0], 0, 0)[k][2] + speed[2] * r[k][1],
  );
  omega.forEach((value, k) => {
    expect(sim.state.bodyVelocity[6 + 3 + k]).toBeCloseTo(value, 4);
  });
  sim.dispose();
});

test("limits, motors and drives work on each joint by itself", async () => {
  const robot = await robotOf(
    hip(`damping="2" range="-40 50"`) +
      `<actuator><motor joint="x" gear="30"/><position joint="z" kp="300" kv="20"/><motor joint="y" gear="30"/></actuator>`,
  );
  const sim = await simulate(robot, { controlDtSeconds: 0.01, physics: { substeps: 2 } });
  sim.controls.set([1, 0.3, -1]);
  run(sim, 300);
  expect(sim.state.jointPosition[0]).toBeCloseTo((50 / 180) * Math.PI, 1.5);
  expect(sim.state.jointPosition[1]).toBeCloseTo(0.3, 1);
  expect(sim.state.jointPosition[2]).toBeCloseTo((-40 / 180) * Math.PI, 1.5);
  expect(sim.state.jointEffort[0]).toBeCloseTo(30, 4);
  expect(sim.watch!.anchorErrorMeters(0)).toBeLessThan(2e-3);
  sim.dispose();
});

test("swings through all three joints as MuJoCo does, and keeps its anchors", async () => {
  const robot = await robotOf(hip(`damping=".5"`, "") + motors);
  const seen = await Promise.all(
    (["rapier", "mujoco"] as const).map(async (engine) => {
      const sim = await simulate(robot, {
        engine,
        controlDtSeconds: 0.01,
        physics: { substeps: 4 },
      });
      sim.reset(0, resetState(robot, [0.5, 0.2, -0.6]));
      const path: number[] = [];
      for (let i = 0; i < 100; i++) {
        sim.controls.set([2 * Math.sin(0.05 * i), 1, 2 * Math.cos(0.07 * i)]);
        sim.step();
        path.push(...sim.state.jointPosition);
        expect(sim.watch!.anchorErrorMeters(0)).toBeLessThan(1e-3);
      }
      sim.dispose();
      return path;
    }),
  );
  seen[0].forEach((q, i) => {
    expect(Math.abs(q - seen[1][i])).toBeLessThan(0.06);
  });
});

test("a floating base with such a leg falls as one", async () => {
  const robot = await robotOf(hip("", "<freejoint/>") + motors);
  const sim = await simulate(robot, { controlDtSeconds: 1 / 60 });
  sim.reset(0, resetState(robot, [0.3, 0.1, -0.4], [], { pose: [0, 0, 2, 1, 0, 0, 0] }));
  run(sim, 30);
  expect(sim.state.bodyVelocity[2]).toBeCloseTo(-9.81 / 2, 1);
  sim.state.jointPosition.forEach((q, j) => {
    expect(q).toBeCloseTo([0.3, 0.1, -0.4][j], 2);
  });
  sim.dispose();
});

test("links between joints take mass from the body without changing the whole", async () => {
  const robot = await robotOf(hip());
  const articulation = articulate(robot);
  expect(articulation.links.map((link) => link.members.length)).toEqual([0, 0, 1]);
  const parts = [0, 1, 2].map((link) => ({
    ...linkMass(robot, articulation, link, { ...unchangedMass, armatureFactor: 0 }),
    origin: articulation.links[link].origin,
  }));
  const mass = parts.reduce((total, part) => total + part.massKg, 0);
  expect(mass).toBeCloseTo(4, 9);
  expect(parts[0].massKg).toBeGreaterThan(0.1);
  const height = parts.reduce((sum, p) => sum + p.massKg * (p.origin[2] + p.center[2]), 0) / mass;
  expect(height).toBeCloseTo(2 - 0.1 - 0.17, 9);
  // Moment about the hip, across the thigh: as in the file, but for the links' own moment.
  const moment = parts.reduce((sum, p) => {
    const dz = p.origin[2] + p.center[2] - 1.9;
    return sum + p.inertia[0] + p.massKg * dz ** 2;
  }, 0);
  const thigh = robot.bodies[1];
  const across = Math.max(...thigh.inertia) + 4 * 0.17 ** 2;
  expect(moment - 2 * parts[0].inertia[0]).toBeCloseTo(across, 9);
});

test("slides before a hinge carry the whole body: a planar robot falls and slides as it should", async () => {
  const robot = await robotOf(`<worldbody><body name="torso" pos="0 0 1">
      <joint name="rootx" type="slide" axis="1 0 0"/><joint name="rootz" type="slide" axis="0 0 1" ref="1"/>
      <joint name="rooty" axis="0 1 0"/><geom type="capsule" fromto="0 0 -.2 0 0 .2" size=".05" mass="3"/></body></worldbody>
      <actuator><motor joint="rootx"/></actuator>`);
  const sim = await simulate(robot);
  expect(sim.state.jointPosition[1]).toBeCloseTo(1, 6);
  sim.reset(0, resetState(robot, [0, 1, 0], [0, 0, 2]));
  sim.controls[0] = 6;
  run(sim, 100);
  expect(sim.state.jointVelocity[0] / ((6 / 3) * 0.5)).toBeCloseTo(1, 1);
  expect(sim.state.jointVelocity[1]).toBeCloseTo(-9.81 / 2, 1);
  expect(sim.state.jointVelocity[2]).toBeCloseTo(2, 1);
  sim.dispose();
});
