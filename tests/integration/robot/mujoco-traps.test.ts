/**
 * What @mujoco/mujoco 3.14.0 does that its users must know; a new version is met here first. What the
 * back end makes of it: tests/sim/mujoco/traps.test.ts.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { mujoco, mujocoVersion } from "../../../src/robot/mujoco/engine.js";
import { nameOf } from "../../../src/robot/mujoco/names.js";

const xml = `<mujoco><asset><texture name="grey" type="2d" builtin="flat" width="4" height="4"/></asset>
  <worldbody><geom type="plane" size="1 1 1"/>
  <body><joint range="-1 1"/><joint name="named" axis="1 0 0"/><geom size=".1"/></body></worldbody></mujoco>`;
const engine = await mujoco();

/** What becomes of two mistakes, tried in a process of their own, as what aborts takes the engine with it. */
function abortMessages(): string[] {
  const script = `import load from "@mujoco/mujoco";
    const mj = await load({ print() {}, printErr() {} });
    const model = mj.MjModel.from_xml_string(${JSON.stringify(xml)});
    const data = new mj.MjData(model);
    const attempt = (what) => { try { what(); return "fine"; } catch (error) { return error.message; } };
    console.log(attempt(() => mj.HEAPU8));
    data.warning.delete();
    console.log(attempt(() => data.delete()));`;
  const flags = ["--input-type=module", "--eval", script];
  return execFileSync(process.execPath, flags, { encoding: "utf8", stdio: "pipe" })
    .trim()
    .split("\n");
}

/** Names of all getters of an object and what it inherits. */
function getters(of: object): string[] {
  const own = Object.entries(Object.getOwnPropertyDescriptors(of)).filter(([, { get }]) => get);
  const parent = Object.getPrototypeOf(of);
  return [...own.map(([name]) => name), ...(parent ? getters(parent) : [])];
}

test("1: twenty arrays of booleans throw; the accessor of one element does not", () => {
  const model = engine.MjModel.from_xml_string(xml);
  const data = new engine.MjData(model);
  const throwing = [model, data].map((of) =>
    getters(of).filter((name) => {
      try {
        (of as unknown as Record<string, unknown>)[name];
        return false;
      } catch (error) {
        expect((error as Error).message, name).toMatch(/memory_viewIbEE/);
        return true;
      }
    }),
  );
  expect(throwing[0]).toHaveLength(18);
  expect(throwing[0]).toContain("jnt_limited");
  expect(throwing[1].sort()).toEqual(["bvh_active", "eq_active"]);
  expect([model.jnt(0).limited, model.jnt(1).limited]).toEqual([true, false]);
  data.delete();
  model.delete();
});

test("2: warnings are references: reading them and deleting only the data is safe", () => {
  const model = engine.MjModel.from_xml_string(xml);
  const data = new engine.MjData(model);
  engine.mj_step(model, data);
  expect(data.warning.get(0)?.number).toBe(0);
  expect(() => data.delete()).not.toThrow();
  model.delete();
});

test("3: names of unnamed elements are empty in the names blob, garbage where the engine is asked", () => {
  const model = engine.MjModel.from_xml_string(xml);
  expect(engine.mj_id2name(model, engine.mjtObj.mjOBJ_GEOM.value, 0)).toBe("emsc");
  expect(nameOf(model, "geom", 0)).toBe("");
  expect(nameOf(model, "jnt", 0)).toBe("");
  expect(nameOf(model, "jnt", 1)).toBe("named");
  expect(nameOf(model, "body", 1)).toBe("");
  model.delete();
});

test("2 and 4: deleted warnings abort the engine, and so does a runtime property that is not exported", () => {
  const [property, warning] = abortMessages();
  expect(property).toMatch(/'HEAPU8' was not exported/);
  expect(warning).toMatch(/native code called abort/);
});

test("5: there are the names that this program uses, and not those of older descriptions", () => {
  expect(engine).not.toHaveProperty("mj_loadXML");
  expect(engine.MjModel).not.toHaveProperty("loadFromXML");
  const buffer = new engine.DoubleBuffer(3);
  expect(buffer.GetView()).toHaveLength(3);
  expect(buffer).not.toHaveProperty("getView");
  buffer.delete();
  expect(() => new engine.DoubleBuffer([1, 2] as never)).toThrow(/Cannot convert/);
});

test("6: no field of a model is an array of 64-bit integers", () => {
  const model = engine.MjModel.from_xml_string(xml);
  expect(model.tex_adr).toBeInstanceOf(Int32Array);
  model.delete();
});

test("7: contacts read and freed take no memory, and the build is the one without threads", () => {
  const model = engine.MjModel.from_xml_string(
    `<mujoco><worldbody><geom type="plane" size="1 1 1"/>
      <body pos="0 0 .09"><freejoint/><geom size=".1"/></body></worldbody></mujoco>`,
  );
  const data = new engine.MjData(model);
  engine.mj_forward(model, data);
  expect(data.ncon).toBe(1);
  const read = () => {
    for (let i = 0; i < 20_000; i++) {
      const contacts = data.contact;
      const contact = contacts.get(0);
      contact?.delete();
      contacts.delete();
    }
    return data.qpos.buffer.byteLength;
  };
  const before = read();
  expect(read()).toBe(before);
  expect(data.qpos.buffer).toBeInstanceOf(ArrayBuffer);
  data.delete();
  model.delete();
});

test("8: fields come and go between versions: the engine is the pinned one", () => {
  const pinned = JSON.parse(readFileSync("package.json", "utf8")).dependencies["@mujoco/mujoco"];
  expect(pinned).toBe(mujocoVersion);
  expect(engine.mj_versionString()).toBe(mujocoVersion);
});

test("errors are exceptions and leave the engine usable", () => {
  expect(() => engine.MjModel.from_xml_string("<mujoco><oops/></mujoco>")).toThrowError(/line 1/);
  const model = engine.MjModel.from_xml_string(xml);
  expect(model.nbody).toBe(2);
  model.delete();
});
