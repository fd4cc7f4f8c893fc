import { describe, expect, test } from "vitest";
import { mujoco } from "../../src/robot/mujoco/engine.js";
import { articulate, turned, type Vector3 } from "../../src/sim/articulation.js";
import { collisionFilter } from "../../src/sim/collision-filter.js";
import { principal, type Tensor } from "../../src/sim/inertia.js";
import { forwardKinematics, linkStates } from "../../src/sim/kinematics.js";
import { linkMass, unchangedMass } from "../../src/sim/link-mass.js";
import { resetState, robotOf } from "./world.js";

/** Turned frames, welded parts, offset anchors, a slide, a far range and a reference. */
const chain = `
  <worldbody>
    <body name="base" pos="1 2 3" euler="30 -20 50"><freejoint name="free"/>
      <inertial pos=".1 .2 .3" mass="3" diaginertia=".3 .2 .1" quat=".9 .1 -.2 .3"/>
      <body name="sensor" pos=".2 0 .1" euler="0 40 0"><inertial pos="0 .1 0" mass=".5" diaginertia=".01 .02 .015"/></body>
      <body name="upper" pos=".3 -.2 0" euler="10 20 30">
        <joint name="shoulder" pos=".05 0 .02" axis="1 2 -1" range="-40 260"/>
        <inertial pos="0 0 -.2" mass="1" diaginertia=".02 .02 .01"/>
        <body name="lower" pos="0 .1 -.4" euler="-35 0 15">
          <joint name="extend" type="slide" axis="0 1 1" ref=".1" range="-1 1"/>
          <inertial pos="0 0 -.1" mass=".7" diaginertia=".01 .01 .01"/>
          <body name="hand" pos="0 0 -.3" euler="5 6 7"><joint name="wrist" axis="0 0 1"/>
            <inertial pos="0 0 -.05" mass=".2" diaginertia=".001 .001 .001"/></body>
        </body>
      </body>
    </body>
  </worldbody>`;

describe("articulation", () => {
  test("forward kinematics agrees with MuJoCo, positions and velocities", async () => {
    const robot = await robotOf(chain);
    const articulation = articulate(robot);
    expect(articulation.links.map((link) => link.members.length)).toEqual([2, 1, 1, 1]);
    const engine = await mujoco();
    const model = engine.MjModel.from_xml_string(`<mujoco>${chain}</mujoco>`);
    const data = new engine.MjData(model);
    const base = [0.4, -0.3, 1.2, 0.8, 0.2, -0.4, Math.sqrt(1 - 0.64 - 0.04 - 0.16)];
    const joints = [2.9, 0.35, -1.1];
    const speeds = [0.7, -0.5, 1.3];
    const linear = [0.3, -0.6, 0.2];
    const angular = [0.5, 1.1, -0.7];
    data.qpos.set([...base, ...joints]);
    // A free joint's angular velocity is in the body's own frame in MuJoCo.
    const [w, x, y, z] = base.slice(3);
    const local = turned([w, -x, -y, -z], angular as Vector3);
    data.qvel.set([...linear, ...local, ...speeds]);
    engine.mj_forward(model, data);

    const out = linkStates(articulation.links.length);
    const state = resetState(robot, joints, speeds, {
      pose: base,
      velocity: [...linear, ...angular],
    });
    forwardKinematics(articulation, state, out);
    articulation.links.forEach((link, l) => {
      const member = link.members[0];
      const body = member.body + 1;
      for (let k = 0; k < 3; k++) {
        expect(out.pose[7 * l + k]).toBeCloseTo(data.xpos[3 * body + k], 6);
      }
      // The velocity of the body's centre of mass, v + ω × c.
      const q = [...data.xquat.slice(4 * body, 4 * body + 4)] as [number, number, number, number];
      const c = turned(q, robot.bodies[member.body].centerOfMass);
      const v = out.velocity.slice(6 * l, 6 * l + 6);
      const expected = engine.DoubleBuffer.FromArray([0, 0, 0, 0, 0, 0]);
      engine.mj_objectVelocity(model, data, engine.mjtObj.mjOBJ_BODY.value, body, expected, 0);
      const cvel = expected.GetView();
      for (let k = 0; k < 3; k++) expect(v[3 + k]).toBeCloseTo(cvel[k], 5);
      const [vx, vy, vz, wx, wy, wz] = v;
      const atCenter = [
        vx + wy * c[2] - wz * c[1],
        vy + wz * c[0] - wx * c[2],
        vz + wx * c[1] - wy * c[0],
      ];
      for (let k = 0; k < 3; k++) expect(atCenter[k]).toBeCloseTo(cvel[3 + k], 5);
      expected.delete();
    });
    data.delete();
    model.delete();
  });

  test("welded bodies weigh together: mass, centre and inertia as of the point masses", async () => {
    const robot = await robotOf(`<worldbody>
      <body name="rod"><joint axis="0 0 1"/><inertial pos="0 0 0" mass="1" diaginertia=".1 .1 .1"/>
        <body name="tip" pos="1 0 0" euler="0 0 90"><inertial pos="0 0 0" mass="3" diaginertia=".2 .3 .4"/></body>
      </body></worldbody>`);
    const mass = linkMass(robot, articulate(robot), 0, unchangedMass);
    expect(mass.massKg).toBe(4);
    expect(mass.center[0]).toBeCloseTo(0.75, 12);
    // Reduced mass 3/4 kg at 1 m; the tip's x and y moments change places.
    const expected = [0.1 + 0.3, 0.1 + 0.2 + 0.75, 0.1 + 0.4 + 0.75, 0, 0, 0];
    mass.inertia.forEach((value, k) => {
      expect(value).toBeCloseTo(expected[k], 10);
    });
  });

  test("a principal form gives the tensor back", () => {
    const tensor: Tensor = [0.5, 0.7, 0.9, 0.1, -0.2, 0.15];
    const { moments, frame } = principal(tensor);
    const back = [0, 0, 0, 0, 0, 0];
    for (let k = 0; k < 3; k++) {
      const [x, y, z] = turned(frame, [k === 0 ? 1 : 0, k === 1 ? 1 : 0, k === 2 ? 1 : 0]);
      [x * x, y * y, z * z, x * y, x * z, y * z].forEach((value, i) => {
        back[i] += moments[k] * value;
      });
    }
    back.forEach((value, i) => {
      expect(value).toBeCloseTo(tensor[i], 10);
    });
  });
});

describe("collision filter", () => {
  const scene = (more = "") => `
    <worldbody>
      <geom name="floor" type="plane" size="1 1 1" contype="1" conaffinity="0"/>
      <body name="a"><freejoint/><geom name="a" size=".1" contype="2" conaffinity="1"/>
        <body name="b"><joint/><geom name="b" size=".1" contype="0" conaffinity="3"/>
          <body name="c"><joint/><geom name="c" size=".1" contype="2" conaffinity="2"/></body></body>
        <body name="d"><geom name="d" size=".1" contype="2" conaffinity="2"/></body>
      </body>
    </worldbody>${more}`;
  const touching = async (xml: string): Promise<string[]> => {
    const robot = await robotOf(xml);
    const { allowed } = collisionFilter(robot, articulate(robot));
    const n = robot.geoms.length;
    return robot.geoms.flatMap((x, i) =>
      robot.geoms.flatMap((y, j) => (i < j && allowed[i * n + j] ? [x.name + y.name] : [])),
    );
  };

  test("is MuJoCo's or-rule, without parent and child, or what is welded together", async () => {
    // a–b, b–c and b–d are parent and child, d is welded to a, the floor does not see c and d.
    expect(await touching(scene())).toEqual(["floora", "floorb", "ac", "cd"]);
  });

  test("leaves out excluded bodies", async () => {
    const pairs = await touching(scene(`<contact><exclude body1="c" body2="a"/></contact>`));
    expect(pairs).not.toContain("ac");
  });
});
