import { expect, test } from "vitest";
import type { Simulator } from "../../src/sim/simulator.js";
import { resetState, robotOf, run, simulate } from "./world.js";

const link = (name: string, from: string, to: string, inside = "", joint = true) =>
  `<body name="${name}" pos="${from}">${joint ? `<joint name="${name}" axis="0 1 0" damping=".01"/>` : ""}
    <geom type="capsule" fromto="0 0 0 ${to}" size=".02" mass=".5" contype="0" conaffinity="0"/>${inside}</body>`;

/** A parallelogram: two cranks of .4 m hang a metre apart, a rod joins their ends. */
const fourBar = `<worldbody>
  ${link("left", "0 0 1", "0 0 -.4", link("rod", "0 0 -.4", "1 0 0"))}
  ${link("right", "1 0 1", "0 0 -.4")}</worldbody>
  <equality><connect name="close" body1="rod" body2="right" anchor="1 0 0"/></equality>`;

test("a four-bar linkage moves as one: both cranks turn alike, the rod stays level", async () => {
  const robot = await robotOf(
    `${fourBar}<actuator><position joint="left" kp="60" kv="6"/></actuator>`,
  );
  const sim = await simulate(robot, { physics: { substeps: 2 } });
  sim.controls[0] = 0.6;
  for (let i = 0; i < 400; i++) {
    sim.step();
    const [left, rod, right] = sim.state.jointPosition;
    expect(Math.abs(left - right)).toBeLessThan(0.01);
    expect(Math.abs(left + rod)).toBeLessThan(0.01);
    expect(sim.watch!.anchorErrorMeters(0)).toBeLessThan(2e-3);
  }
  // kp (.6 − q) holds g sin q (m l / 2 for each crank, m l for the rod).
  const q = sim.state.jointPosition[0];
  expect(60 * (0.6 - q)).toBeCloseTo(9.81 * Math.sin(q) * 2 * 0.5 * 0.4, 1);
  sim.dispose();
});

test("a closed loop keeps its energy", async () => {
  const robot = await robotOf(fourBar.replaceAll(`damping=".01"`, ""));
  const sim = await simulate(robot, { physics: { substeps: 4 } });
  sim.reset(0, resetState(robot, [0.8, -0.8, 0.8]));
  const before = sim.watch!.energyJoules(0);
  run(sim, 400);
  // Swinging between −.8 and .8, the loop gives up a small part and gains none.
  const scale = 9.81 * 2 * 0.5 * 0.4 * (1 - Math.cos(0.8));
  const lost = before - sim.watch!.energyJoules(0);
  expect(lost).toBeGreaterThan(-0.01 * scale);
  expect(lost).toBeLessThan(0.1 * scale);
  sim.dispose();
});

test("a point held in the world carries the weight that hangs on it", async () => {
  const robot = await robotOf(`<worldbody>
    <body name="b" pos="0 0 1"><freejoint/><inertial pos="0 0 -.3" mass="2" diaginertia=".05 .05 .01"/></body></worldbody>
    <equality><connect body1="b" anchor="0 0 0"/></equality>`);
  const sim = await simulate(robot, { numEnvs: 2, physics: { substeps: 2 } });
  const tilt = [0, 0, 1, Math.cos(0.1), 0, Math.sin(0.1), 0];
  sim.reset(1, resetState(robot, [], [], { pose: tilt }));
  // T = 2π √((I + m l²) / (m g l)): half a period later it leans the other way.
  const half = Math.PI * Math.sqrt((0.05 + 2 * 0.09) / (2 * 9.81 * 0.3));
  run(sim, Math.round(half / 0.005));
  expect(sim.state.bodyPose[2]).toBeCloseTo(1, 3);
  expect(2 * Math.asin(sim.state.bodyPose[7 + 5])).toBeCloseTo(-0.2, 1.5);
  sim.dispose();
});

test("a weld holds two bodies as they stand, and lets a switched off one go", async () => {
  const pair = (active: string) => `<worldbody>
    <body name="a" pos="0 0 1"><joint name="j" axis="0 1 0" damping="1"/><inertial pos="0 0 0" mass="1" diaginertia=".1 .1 .1"/></body>
    <body name="b" pos=".5 0 1" euler="0 0 30"><freejoint/><inertial pos="0 0 0" mass="1" diaginertia=".1 .1 .1"/></body></worldbody>
    <equality><weld name="glue" body1="a" body2="b" ${active}/></equality>
    <actuator><position joint="j" kp="200" kv="20"/></actuator>`;
  const apart = (sim: Simulator) => {
    const at = (k: number) => sim.state.bodyPose[7 + k] - sim.state.bodyPose[k];
    return Math.hypot(at(0), at(1), at(2));
  };
  const robot = await robotOf(pair(""));
  const sim = await simulate(robot, { physics: { substeps: 2 } });
  sim.controls[0] = -0.5;
  run(sim, 600);
  expect(apart(sim)).toBeCloseTo(0.5, 2);
  // b has turned with a: its yaw of 30° stays, in a's frame.
  const q = sim.state.jointPosition[0];
  const [w, x, y, z] = sim.state.bodyPose.subarray(10, 14);
  const [c, s] = [Math.cos(q / 2), Math.sin(q / 2)];
  expect(Math.abs(c * w + s * y - Math.cos(Math.PI / 12))).toBeLessThan(2e-3);
  expect(Math.abs(c * z + s * x - Math.sin(Math.PI / 12))).toBeLessThan(2e-3);
  sim.dispose();
  const free = await robotOf(pair(`active="false"`));
  expect(free.equalities).toEqual([]);
  expect(free.ignored).toEqual([expect.stringContaining(`"glue"`)]);
});

test("a tray on three legs whose feet are held in place stands and tilts where the legs push", async () => {
  const legs = [0, 120, 240]
    .map(
      (
        deg,
        k,
      ) => `<body name="upper${k}" pos="${0.3 * Math.cos((deg * Math.PI) / 180)} ${0.3 * Math.sin((deg * Math.PI) / 180)} 0" euler="0 0 ${deg}">
        <joint name="u${k}" axis="0 1 0"/><geom type="capsule" fromto="0 0 0 .2 0 -.2" size=".02" mass=".4"/>
        <body name="lower${k}" pos=".2 0 -.2"><joint name="l${k}" axis="0 1 0" range="-40 60"/>
          <geom type="capsule" fromto="0 0 0 -.2 0 -.2" size=".02" mass=".4"/></body></body>`,
    )
    .join("");
  const robot = await robotOf(`<worldbody>
    <body name="tray" pos="0 0 .6"><freejoint/><geom name="tray" type="cylinder" size=".5 .01" mass="5"/>${legs}</body></worldbody>
    <equality>${[0, 1, 2].map((k) => `<connect body1="lower${k}" anchor="-.2 0 -.2"/>`).join("")}</equality>
    <actuator>${[0, 1, 2].map((k) => `<position joint="l${k}" kp="4000" kv="100"/>`).join("")}</actuator>`);
  const sim = await simulate(robot, { controlDtSeconds: 0.01, physics: { substeps: 2 } });
  run(sim, 100);
  expect(sim.state.bodyPose[2]).toBeGreaterThan(0.55);
  expect(sim.state.bodyPose[3]).toBeCloseTo(1, 3);
  expect(sim.watch!.anchorErrorMeters(0)).toBeLessThan(2e-3);
  sim.controls[0] = 0.1;
  run(sim, 100);
  // The leg at +x is changed alone: the tray leans about y.
  expect(Math.abs(sim.state.bodyPose[5])).toBeGreaterThan(0.01);
  expect(Math.abs(sim.state.bodyPose[4])).toBeLessThan(0.003);
  expect(sim.watch!.anchorErrorMeters(0)).toBeLessThan(2e-3);
  sim.dispose();
});
