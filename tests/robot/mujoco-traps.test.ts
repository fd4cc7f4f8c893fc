/** What @mujoco/mujoco 3.14.0 does that its users must know; a new version is met here first. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { mujoco, mujocoVersion } from "../../src/robot/mujoco/engine.js";
import { nameOf } from "../../src/robot/mujoco/names.js";

const xml = `<mujoco><worldbody><geom type="plane" size="1 1 1"/>
  <body><joint range="-1 1"/><joint name="named" axis="1 0 0"/><geom size=".1"/></body></worldbody></mujoco>`;

test("the engine is the pinned version", async () => {
  const engine = await mujoco();
  const pinned = JSON.parse(readFileSync("package.json", "utf8")).dependencies["@mujoco/mujoco"];
  expect(pinned).toBe(mujocoVersion);
  expect(engine.mj_versionString()).toBe(mujocoVersion);
});

test("arrays of booleans throw; the accessor of one element does not", async () => {
  const engine = await mujoco();
  const model = engine.MjModel.from_xml_string(xml);
  expect(() => model.jnt_limited).toThrowError(/memory_view/);
  expect([model.jnt(0).limited, model.jnt(1).limited]).toEqual([true, false]);
  model.delete();
});

test("warnings are references: reading them and deleting only the data is safe", async () => {
  const engine = await mujoco();
  const model = engine.MjModel.from_xml_string(xml);
  const data = new engine.MjData(model);
  engine.mj_step(model, data);
  expect(data.warning.get(0)?.number).toBe(0);
  expect(() => data.delete()).not.toThrow();
  model.delete();
});

test("names of unnamed elements are empty in the names blob", async () => {
  const engine = await mujoco();
  const model = engine.MjModel.from_xml_string(xml);
  expect(nameOf(model, "jnt", 0)).toBe("");
  expect(nameOf(model, "jnt", 1)).toBe("named");
  expect(nameOf(model, "body", 1)).toBe("");
  model.delete();
});

test("errors are exceptions and leave the engine usable", async () => {
  const engine = await mujoco();
  expect(() => engine.MjModel.from_xml_string("<mujoco><oops/></mujoco>")).toThrowError(/line 1/);
  const model = engine.MjModel.from_xml_string(xml);
  expect(model.nbody).toBe(2);
  model.delete();
});
