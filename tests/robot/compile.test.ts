import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { RewardsmithError } from "../../src/core/errors.js";
import { robotModelSchema } from "../../src/robot/model.js";
import { compileRobot } from "../../src/robot/mujoco/compile.js";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "robot-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(files: Record<string, string>): string {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return join(folder, Object.keys(files)[0]);
}

const compile = (files: Record<string, string>) =>
  compileRobot(write(files), { cacheFolder: join(folder, "cache") });

async function failure(files: Record<string, string>): Promise<RewardsmithError> {
  const error = await compile(files).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(RewardsmithError);
  return error as RewardsmithError;
}

const tetrahedron = "v 0 0 0\nv 1 0 0\nv 0 1 0\nv 0 0 1\nf 1 3 2\nf 1 2 4\nf 2 3 4\nf 3 1 4\n";

describe("MJCF", () => {
  test("defaults, frames, degrees and fromto mean what they mean in MuJoCo", async () => {
    const robot = await compile({
      "arm.xml": `<mujoco model="arm">
        <option gravity="0 0 -3.7"/>
        <default><joint damping=".3" armature=".02"/>
          <default class="strong"><joint damping="2" frictionloss=".5"/></default></default>
        <worldbody>
          <geom name="floor" type="plane" size="0 0 1"/>
          <body name="upper" pos="0 0 1" euler="0 0 90">
            <joint name="shoulder" axis="0 2 0" range="-90 45" stiffness="4" springref="10"/>
            <geom name="bone" type="capsule" fromto="0 0 0 0 0 -.4" size=".05" rgba="1 0 0 1"/>
            <body name="lower" pos="0 0 -.4"><joint name="elbow" class="strong" type="slide" axis="0 0 1"/>
              <inertial pos=".1 0 0" mass="2" diaginertia=".01 .02 .03"/>
              <site name="hand" pos="0 0 -.2"/></body>
          </body>
        </worldbody>
        <actuator>
          <motor name="pull" joint="shoulder" gear="5" ctrlrange="-1 1"/>
          <position name="reach" joint="elbow" kp="30" kv="2" forcerange="-9 9"/>
        </actuator>
        <contact><exclude body1="upper" body2="lower"/></contact>
        <keyframe><key name="home" qpos=".1 .2" ctrl="0 .2"/></keyframe>
      </mujoco>`,
    });
    expect(robotModelSchema.parse(robot)).toEqual(robot);
    expect(robot.name).toBe("arm");
    expect(robot.gravity).toEqual([0, 0, -3.7]);
    expect(robot.bodies.map((body) => [body.name, body.parent])).toEqual([
      ["upper", -1],
      ["lower", 0],
    ]);
    expect(robot.bodies[0].orientation[3]).toBeCloseTo(Math.SQRT1_2, 12);
    expect(robot.bodies[1]).toMatchObject({ massKg: 2, centerOfMass: [0.1, 0, 0] });
    const [shoulder, elbow] = robot.joints;
    expect(shoulder).toMatchObject({
      kind: "hinge",
      axis: [0, 1, 0],
      damping: 0.3,
      armature: 0.02,
      stiffness: 4,
    });
    expect(shoulder.range?.[0]).toBeCloseTo(-Math.PI / 2, 12);
    expect(shoulder.springReference).toBeCloseTo(Math.PI / 18, 12);
    expect(elbow).toMatchObject({ kind: "slide", range: null, damping: 2, frictionLoss: 0.5 });
    expect(robot.geoms[0]).toMatchObject({ shape: "plane", body: -1 });
    expect(robot.geoms[1]).toMatchObject({
      shape: "capsule",
      size: [0.05, 0.2],
      rgba: [1, 0, 0, 1],
    });
    expect(robot.geoms[1].position[2]).toBeCloseTo(-0.2, 12);
    expect(robot.actuators).toEqual([
      {
        name: "pull",
        transmission: { kind: "joint", joint: 0 },
        kind: "motor",
        gear: 5,
        kp: 0,
        kv: 0,
        controlRange: [-1, 1],
        effortRange: null,
      },
      {
        name: "reach",
        transmission: { kind: "joint", joint: 1 },
        kind: "position",
        gear: 1,
        kp: 30,
        kv: 2,
        controlRange: null,
        effortRange: [-9, 9],
      },
    ]);
    expect(robot.sites).toMatchObject([{ name: "hand", body: 1 }]);
    expect(robot.keyframes).toEqual([{ name: "home", qpos: [0.1, 0.2], ctrl: [0, 0.2] }]);
    expect(robot.excludedPairs).toEqual([[0, 1]]);
  });

  test("tendons, equalities, thrusters and compensated gravity become neutral numbers", async () => {
    const robot = await compile({
      "odd.xml": `<mujoco><worldbody>
          <body name="b" pos="0 0 1"><joint name="j" ref="10"/><geom size=".1"/><site name="s" pos="0 0 .2"/></body>
          <body name="c" pos="1 0 0" gravcomp="1"><joint name="k"/><geom size=".1"/><site name="s2"/></body>
          <body name="d" pos="1 0 2" euler="0 0 90"><freejoint/><geom size=".1"/></body></worldbody>
        <tendon><fixed name="t" range="0 3"><joint joint="j" coef="1"/><joint joint="k" coef="-2"/></fixed></tendon>
        <equality>
          <connect name="pin" body1="b" body2="c" anchor="0 .1 0"/>
          <connect name="pinned" site1="s" site2="s2"/>
          <weld name="glue" body1="c" body2="d"/>
          <joint name="gear" joint1="j" joint2="k" polycoef=".5 2 0 0 0"/>
          <joint name="lock" joint1="k" polycoef=".1 0 0 0 0"/>
          <connect name="off" body1="d" anchor="0 0 0" active="false"/></equality>
        <actuator>
          <motor name="jet" site="s" gear="0 0 2 0 0 .1" forcerange="0 3"/>
          <position name="pull" tendon="t" gear="2" kp="3" kv="1" forcerange="-5 5"/></actuator></mujoco>`,
    });
    expect(robot.bodies.map((body) => body.gravityCompensation)).toEqual([0, 1, 0]);
    expect(robot.tendons).toEqual([
      {
        name: "t",
        joints: [
          { joint: 0, coefficient: 1 },
          { joint: 1, coefficient: -2 },
        ],
        range: [0, 3],
      },
    ]);
    const [pin, pinned, glue, gear, lock] = robot.equalities;
    expect(robot.equalities).toHaveLength(5);
    expect(pin).toEqual({
      kind: "connect",
      name: "pin",
      body1: 0,
      body2: 1,
      anchor1: [0, 0.1, 0],
      anchor2: [-1, 0.1, 1],
    });
    expect(pinned).toMatchObject({ body1: 0, body2: 1, anchor1: [0, 0, 0.2], anchor2: [0, 0, 0] });
    expect(glue).toMatchObject({ kind: "weld", body1: 1, body2: 2, position: [0, 0, 2] });
    expect(glue.kind === "weld" && glue.orientation[3]).toBeCloseTo(Math.SQRT1_2, 9);
    expect(gear).toEqual({
      kind: "joint",
      name: "gear",
      joint1: 0,
      joint2: 1,
      offset: 0.5,
      ratio: 2,
    });
    expect(lock).toMatchObject({ joint1: 1, joint2: -1, offset: 0.1, ratio: 0 });
    expect(robot.ignored).toEqual([expect.stringContaining(`"off"`)]);
    const [jet, pull] = robot.actuators;
    expect(jet).toMatchObject({
      transmission: { kind: "site", site: 0, force: [0, 0, 2], torque: [0, 0, 0.1] },
      gear: 1,
      effortRange: [0, 3],
    });
    expect(pull).toMatchObject({
      transmission: { kind: "tendon", tendon: 0 },
      gear: 2,
      kp: 12,
      kv: 4,
      effortRange: [-10, 10],
    });
  });

  test("includes and meshes come from the file's folder", async () => {
    const robot = await compile({
      "robot.xml": `<mujoco><compiler meshdir="assets"/><include file="parts/body.xml"/></mujoco>`,
      "parts/body.xml": `<mujoco><asset><mesh name="m" file="stone.obj"/></asset>
        <worldbody><body name="stone"><freejoint/><geom name="stone" type="mesh" mesh="m"/></body></worldbody></mujoco>`,
      "assets/stone.obj": tetrahedron,
    });
    expect(robot.geoms[0].shape).toBe("mesh");
    expect(robot.geoms[0].vertices).toHaveLength(12);
    expect(robot.bodies[0].massKg).toBeCloseTo(1000 / 6, 3);
    expect(robot.joints[0].kind).toBe("free");
  });

  test("unnamed elements get a name of their kind and number", async () => {
    const robot = await compile({
      "r.xml": `<mujoco><worldbody><body><joint/><geom size=".1"/></body></worldbody>
        <actuator><motor joint="joint0"/></actuator></mujoco>`
        .replace(' joint="joint0"', ' joint="j"')
        .replace("<joint/>", `<joint name="j"/>`),
    });
    expect(robot.bodies[0].name).toBe("body1");
    expect(robot.geoms[0].name).toBe("geom0");
    expect(robot.actuators[0].name).toBe("j");
  });

  test("a position drive through a gear acts on the joint as its square", async () => {
    const robot = await compile({
      "r.xml": `<mujoco><worldbody><body><joint name="j"/><geom size=".1"/></body></worldbody>
        <actuator><position joint="j" kp="10" kv="1" gear="3" forcerange="-2 2"/></actuator></mujoco>`,
    });
    expect(robot.actuators[0]).toMatchObject({ gear: 3, kp: 90, kv: 9, effortRange: [-6, 6] });
  });

  test('a range switched off by limited="false" is no range', async () => {
    const robot = await compile({
      "r.xml": `<mujoco><worldbody><body><joint name="j" range="-1 1" limited="false"/><geom size=".1"/></body></worldbody>
        <actuator><motor joint="j" ctrlrange="-1 1" ctrllimited="false"/></actuator></mujoco>`,
    });
    expect(robot.joints[0].range).toBeNull();
    expect(robot.actuators[0].controlRange).toBeNull();
  });

  test("what is left out without harm is listed", async () => {
    const robot = await compile({
      "r.xml": `<mujoco><worldbody><body><joint/><geom name="foot" size=".1" condim="6"/><site name="s"/></body></worldbody>
        <sensor><gyro name="imu" site="s"/></sensor></mujoco>`,
    });
    expect(robot.ignored).toEqual([
      `sensor "imu": declare a signal in task.ts instead`,
      `geom "foot": rolling and torsional friction (condim 6); contacts slide only`,
    ]);
  });
});

describe("URDF", () => {
  const urdf = `<robot name="two">
    <link name="base"/>
    <link name="arm">
      <inertial><origin xyz="0 0 .2"/><mass value="1.5"/><inertia ixx=".1" iyy=".1" izz=".02" ixy="0" ixz="0" iyz="0"/></inertial>
      <collision><geometry><mesh filename="package://two/meshes/stone.obj"/></geometry></collision>
    </link>
    <joint name="turn" type="revolute"><parent link="base"/><child link="arm"/><axis xyz="0 1 0"/>
      <limit lower="-1" upper="2" effort="5" velocity="3"/><dynamics damping=".4" friction=".1"/></joint>
  </robot>`;

  test("links, limits, damping and friction come through; package paths are found near the file", async () => {
    const robot = await compile({ "urdf/two.urdf": urdf, "meshes/stone.obj": tetrahedron });
    expect(robot.bodies).toMatchObject([{ name: "arm", massKg: 1.5, centerOfMass: [0, 0, 0.2] }]);
    expect(robot.joints).toMatchObject([
      {
        name: "turn",
        kind: "hinge",
        axis: [0, 1, 0],
        range: [-1, 2],
        damping: 0.4,
        frictionLoss: 0.1,
      },
    ]);
    expect(robot.geoms[0].shape).toBe("mesh");
    expect(robot.actuators).toEqual([]);
  });

  test("a missing mesh is named", async () => {
    const error = await failure({ "two.urdf": urdf });
    expect(error.code).toBe("E_ROBOT_COMPILE");
    expect(error.message).toMatch(/stone\.obj/);
  });
});

describe("parts inside each other", () => {
  const ball = (name: string, at: string, more = "") =>
    `<body name="${name}" pos="${at}"><freejoint/><geom name="${name}" size=".1"${more}/></body>`;
  const floor = `<geom name="floor" type="plane" size="1 1 1"/>`;

  test("are told for each pose, with their depth", async () => {
    const robot = await compile({
      "balls.xml": `<mujoco><worldbody>${floor}${ball("a", "0 0 .1")}${ball("b", "0 .1 .1")}</worldbody>
        <keyframe><key name="apart" qpos="0 0 .1 1 0 0 0 0 1 .1 1 0 0 0"/>
          <key name="sunk" qpos="0 0 .1 1 0 0 0 0 1 .03 1 0 0 0"/></keyframe></mujoco>`,
    });
    expect(robot.overlaps).toEqual([
      { keyframe: null, geom1: 1, geom2: 2, depthMeters: expect.closeTo(0.1, 9) },
      { keyframe: "sunk", geom1: 0, geom2: 2, depthMeters: expect.closeTo(0.07, 9) },
    ]);
  });

  test("are none where they rest on each other or may not touch", async () => {
    const robot = await compile({
      "balls.xml": `<mujoco><worldbody>${floor}${ball("a", "0 0 .08")}
        ${ball("b", "0 .1 .1", ` contype="0" conaffinity="0"`)}</worldbody></mujoco>`,
    });
    expect(robot.overlaps).toBeUndefined();
  });
});

describe("bad files", () => {
  test("a missing file is named with where to look", async () => {
    const error = await compileRobot(join(folder, "none.xml")).catch((e) => e);
    expect(error).toMatchObject({ code: "E_ROBOT_NOT_FOUND" });
    expect(error.message).toContain(join(folder, "none.xml"));
  });

  test.each([
    ["broken XML", `<mujoco>\n<worldbody>\n<body></worldbody></mujoco>`, /MISMATCHED_ELEMENT/, 3],
    ["an unknown element", `<mujoco>\n<wordbody/></mujoco>`, /wordbody/, 2],
    [
      "an unknown keyword",
      `<mujoco><worldbody>\n\n<geom type="foo" size="1"/></worldbody></mujoco>`,
      /invalid keyword: 'foo'/,
      3,
    ],
    [
      "an actuator on nothing",
      `<mujoco><worldbody/>\n<actuator>\n<motor joint="knee"/></actuator></mujoco>`,
      /unknown transmission target 'knee'/,
      3,
    ],
  ])("%s gives the compiler's message with file and line", async (_, xml, message, line) => {
    const error = await failure({ "bad.xml": xml });
    expect(error.code).toBe("E_ROBOT_COMPILE");
    expect(error.message).toMatch(message);
    expect(error.message).not.toMatch(/Loading error|\n/);
    expect(error.where).toBe(`${join(folder, "bad.xml")}:${line}`);
    expect(error.hint).toBeTruthy();
  });

  test("a moving body without mass or inertia is named", async () => {
    for (const inside of [
      "",
      `<geom size=".1" mass="0"/>`,
      `<inertial pos="0 0 0" mass="1" diaginertia="0 0 0"/>`,
    ]) {
      const xml = `<mujoco><worldbody>\n<body name="ghost"><joint/>${inside}</body></worldbody></mujoco>`;
      const error = await failure({ "bad.xml": xml });
      expect(error).toMatchObject({ code: "E_ROBOT_MASS", where: `${join(folder, "bad.xml")}:2` });
      expect(error.message).toContain(`body "ghost"`);
      expect(error.hint).toContain("inertial");
    }
  });

  test("a robot without joints is refused", async () => {
    const xml = `<mujoco><worldbody><geom size="1"/><body><geom size="1"/></body></worldbody></mujoco>`;
    const error = await failure({ "rock.xml": xml });
    expect(error).toMatchObject({ code: "E_ROBOT_NO_JOINTS", where: join(folder, "rock.xml") });
    expect(error.hint).toContain("free joint");
  });

  test("a plugin is refused by name", async () => {
    const xml = `<mujoco>\n<extension><plugin plugin="mujoco.pid"/></extension><worldbody/></mujoco>`;
    const error = await failure({ "bad.xml": xml });
    expect(error).toMatchObject({
      code: "E_ROBOT_UNSUPPORTED",
      where: `${join(folder, "bad.xml")}:2`,
    });
    expect(error.message).toContain(`plugin "mujoco.pid"`);
  });

  test.each([
    `<mujoco>\n<worldbody>\n<geom type="cone" size="1"/></worldbody></mujoco>`,
    `<mujoco>\n<worldbody><geom size=".1"/>\n<geo/></worldbody></mujoco>`,
    `<mujoco>\n<worldbody>\n<geom size="1"></worldbody></mujoco>`,
  ])("an error in an included file names that file and line: %j", async (leg) => {
    const error = await failure({
      "robot.xml": `<mujoco><worldbody><geom size=".1"/></worldbody><include file="leg.xml"/></mujoco>`,
      "leg.xml": leg,
    });
    expect(error.code).toBe("E_ROBOT_COMPILE");
    expect(error.where).toBe(`${join(folder, "leg.xml")}:3`);
  });

  test("the compiler still works after errors", async () => {
    await failure({ "bad.xml": "<mujoco><nonsense/></mujoco>" });
    await expect(
      compile({
        "good.xml": `<mujoco><worldbody><body><joint/><geom size=".1"/></body></worldbody></mujoco>`,
      }),
    ).resolves.toBeTruthy();
  });
});

describe("the cache", () => {
  const good = `<mujoco><include file="leg.xml"/></mujoco>`;
  const leg = (mass: number) =>
    `<mujoco><worldbody><body name="leg"><joint/><geom size=".1" mass="${mass}"/></body></worldbody></mujoco>`;
  const entries = () => readdirSync(join(folder, "cache"));

  test("gives the same model again, and another when an included file changes", async () => {
    const first = await compile({ "r.xml": good, "leg.xml": leg(1) });
    expect(await compile({ "r.xml": good, "leg.xml": leg(1) })).toEqual(first);
    expect(entries()).toHaveLength(1);
    const second = await compile({ "r.xml": good, "leg.xml": leg(2) });
    expect(second.bodies[0].massKg).toBe(2);
    expect(entries()).toHaveLength(2);
  });

  test("is read rather than compiled, and a damaged entry is compiled anew", async () => {
    const file = write({ "r.xml": good, "leg.xml": leg(1) });
    const model = await compileRobot(file, { cacheFolder: join(folder, "cache") });
    const [entry] = entries();
    writeFileSync(join(folder, "cache", entry), JSON.stringify({ ...model, name: "from cache" }));
    expect((await compileRobot(file, { cacheFolder: join(folder, "cache") })).name).toBe(
      "from cache",
    );
    writeFileSync(join(folder, "cache", entry), `{"format":1,"bodies":`);
    expect(await compileRobot(file, { cacheFolder: join(folder, "cache") })).toEqual(model);
  });

  test("is done without where it cannot be written", async () => {
    const file = write({ "r.xml": good, "leg.xml": leg(1), cache: "a file, not a folder" });
    const robot = await compileRobot(file, { cacheFolder: join(folder, "cache", "robots") });
    expect(robot.bodies).toHaveLength(1);
  });
});
