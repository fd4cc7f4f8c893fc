import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { compileRobot } from "../../src/robot/mujoco/compile.js";

const body = (inside: string, more = "") =>
  `<worldbody><body name="b">${inside}<geom size=".1"/>${more}</body></worldbody>`;
const two = `<worldbody>
  <body name="b" pos="0 0 1"><joint name="j"/><geom size=".1"/><site name="s"/><site name="s2" pos="0 0 .1"/></body>
  <body name="c" pos="1 0 0"><joint name="k"/><geom size=".1"/></body></worldbody>`;

/** What is refused: its name in the message, its line. */
const cases: [string, string, RegExp, number][] = [
  [
    "a fixed tendon that stretches",
    `${two}\n<tendon><fixed name="t" stiffness="3"><joint joint="j" coef="1"/></fixed></tendon>`,
    /tendon "t" has stiffness/,
    5,
  ],
  [
    "a spatial tendon",
    `${two}\n<tendon><spatial name="t"><site site="s"/><site site="s2"/></spatial></tendon>`,
    /tendon "t"/,
    5,
  ],
  [
    "a tendon equality",
    `${two}<tendon><fixed name="t"><joint joint="j" coef="1"/></fixed></tendon>\n<equality><tendon name="still" tendon1="t"/></equality>`,
    /equality constraint "still" is not supported/,
    5,
  ],
  [
    "a curved joint equality",
    `${two}\n<equality><joint name="cam" joint1="j" joint2="k" polycoef="0 1 2 0 0"/></equality>`,
    /equality constraint "cam" is not linear/,
    5,
  ],
  [
    "a weld of sites",
    `${two}\n<equality><weld name="glue" site1="s" site2="s2"/></equality>`,
    /equality constraint "glue" welds sites/,
    5,
  ],
  [
    "a flexible body",
    `<worldbody><flexcomp name="cloth" type="grid" count="3 3 1" spacing=".1 .1 .1" radius=".01" mass="1" dim="2"/></worldbody>`,
    /flexible body/,
    2,
  ],
  [
    "a height field",
    `<asset><hfield name="h" nrow="2" ncol="2" size="1 1 1 1"/></asset>\n<worldbody><geom type="hfield" hfield="h"/></worldbody>`,
    /height field/,
    2,
  ],
  [
    "a contact pair",
    `<worldbody><geom name="f" type="plane" size="1 1 1"/><body name="b"><freejoint/><geom name="g" size=".1"/></body></worldbody>\n<contact><pair geom1="f" geom2="g"/></contact>`,
    /contact pair/,
    3,
  ],
  [
    "a mocap body",
    `<worldbody><body name="m" mocap="true"><geom size=".1"/></body></worldbody>`,
    /mocap/,
    2,
  ],
  ["a fluid", `<option density="1.2"/>\n${two}`, /fluid/, 2],
  [
    "a disabled piece of physics",
    `<option>\n<flag contact="disable"/></option>${two}`,
    /contact="disable"/,
    3,
  ],
  [
    "a ball joint",
    `\n${body(`<joint name="hip" type="ball"/>`)}`,
    /joint "hip" is a ball joint/,
    3,
  ],
  [
    "a servo on a site",
    `${two}<actuator>\n<position name="reach" site="s" refsite="s2" kp="3"/></actuator>`,
    /actuator "reach" servoes a site/,
    5,
  ],
  [
    "a suction cup",
    `${two}<actuator>\n<adhesion name="suck" body="b" ctrlrange="0 1"/></actuator>`,
    /actuator "suck" acts on neither/,
    5,
  ],
  [
    "an actuator on a free joint",
    `<worldbody><body><freejoint name="f"/><geom size=".1"/></body></worldbody><actuator>\n<motor name="a" joint="f"/></actuator>`,
    /actuator "a" acts on a free or ball joint/,
    3,
  ],
  [
    "a muscle",
    `${two}<actuator>\n<muscle name="m" joint="j" lengthrange="0 1"/></actuator>`,
    /actuator "m" has activation dynamics/,
    5,
  ],
  [
    "an integrated drive",
    `${two}<actuator>\n<intvelocity name="iv" joint="j" kp="1" actrange="-1 1"/></actuator>`,
    /actuator "iv" has activation dynamics/,
    5,
  ],
  [
    "a drive with an offset",
    `${two}<actuator>\n<general name="g" joint="j" gainprm="5" biastype="affine" biasprm="1 -5 0"/></actuator>`,
    /actuator "g" has a gain or bias/,
    5,
  ],
  [
    "a damper",
    `${two}<actuator>\n<damper name="d" joint="j" kv="1" ctrlrange="0 1"/></actuator>`,
    /actuator "d" has a gain or bias/,
    5,
  ],
];

test.each(cases)("%s is refused by name, with place and way out", async (_, xml, message, line) => {
  const folder = mkdtempSync(join(tmpdir(), "robot-"));
  try {
    writeFileSync(join(folder, "robot.xml"), `<mujoco>\n${xml}</mujoco>`);
    const error = await compileRobot(join(folder, "robot.xml"), { cacheFolder: folder }).then(
      () => undefined,
      (reason) => reason,
    );
    expect(error).toMatchObject({ code: "E_ROBOT_UNSUPPORTED" });
    expect(error.message).toMatch(message);
    expect(error.hint).toBeTruthy();
    expect(error.where).toBe(`${join(folder, "robot.xml")}:${line}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
