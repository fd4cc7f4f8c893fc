import { describe, expect, test } from "vitest";
import {
  type ContactPoints,
  type EngineName,
  engineNames,
  type Simulator,
} from "../../../src/sim/simulator.js";
import { terrainSchema } from "../../../src/sim/terrain/declaration.js";
import { heightAt } from "../../../src/sim/terrain/height-field.js";
import { buildHeightField, tileMiddle } from "../../../src/sim/terrain/tiles.js";
import { feet, quadruped, robotMassKg, standingPose } from "../../sim/quadruped.js";
import { type Overrides, resetState, robotOf, run, simulate } from "../../sim/world.js";

const terrain = terrainSchema.parse({
  kinds: [
    { kind: "rough", amplitudeMeters: [0.02, 0.08] },
    { kind: "slope", degrees: [5, 15], direction: "down" },
    { kind: "stairs", stepMeters: [0.05, 0.12], direction: "up" },
    { kind: "boxes", heightMeters: [0.05, 0.15] },
  ],
  levels: 2,
  tileMeters: 5,
  platformMeters: 1,
});
const field = buildHeightField(terrain);
const numTiles = 8;
const tile = (env: number) => tileMiddle(terrain, field, env % 4, Math.floor(env / 4) % 2);

const radius = 0.05;
const ball = `
  <worldbody>
    <geom type="plane" size="0 0 1" friction="1 .005 .0001"/>
    <body name="ball" pos="0 0 1"><freejoint/>
      <geom name="ball" size="${radius}" mass="2" friction="1 .005 .0001"/></body>
  </worldbody>`;

async function onTerrain(xml: string, engine: EngineName, more: Overrides = {}) {
  const sim = await simulate(await robotOf(xml), {
    engine,
    numEnvs: numTiles,
    controlDtSeconds: 0.02,
    terrain,
    ...more,
    physics: { substeps: 4, softCcdMeters: 0.05, ...more.physics },
  });
  for (let env = 0; env < sim.numEnvs; env++) sim.setOrigin(env, ...tile(env));
  return sim;
}

/** Drops each environment's ball from above a place of its tile, at rest or with a velocity. */
function drop(sim: Simulator, x: number, y: number, above: number, velocity: number[] = []): void {
  for (let env = 0; env < sim.numEnvs; env++) {
    const [x0, y0, z0] = tile(env);
    const z = heightAt(field, x0 + x, y0 + y) - z0 + radius + above;
    const fill = Float32Array.from({ length: 6 }, (_, i) => velocity[i] ?? 0);
    sim.reset(
      env,
      resetState(sim.robot, [], [], { pose: [x, y, z, 1, 0, 0, 0], velocity: [...fill] }),
    );
  }
}

/** Height of a ball's middle above the ground right below it, m. */
function clearance(sim: Simulator, env: number): number {
  const [x, y, z] = sim.state.bodyPose.subarray(7 * env, 7 * env + 3);
  const [x0, y0, z0] = tile(env);
  return z + z0 - heightAt(field, x + x0, y + y0);
}

describe.each(engineNames)("on terrain, %s", (engine) => {
  test("lets a ball come to rest on the ground as declared, and bears its weight", async () => {
    const sim = await onTerrain(ball, engine, { contactGeoms: ["ball"] });
    drop(sim, 0.1, 0.2, 0.02);
    run(sim, 60);
    for (let env = 0; env < sim.numEnvs; env++) {
      expect(clearance(sim, env), `tile ${env}`).toBeCloseTo(radius, 3);
      expect(sim.state.contactForce[3 * env + 2], `tile ${env}`).toBeCloseTo(2 * 9.81, 1);
      expect(sim.watch?.penetrationMeters(env)).toBeLessThan(1e-3);
    }
    sim.dispose();
  });

  test("bears the light foot of a heavy robot: pressed by 100 N it does not sink in to its middle", async () => {
    const foot = ball.replace('mass="2"', 'mass="0.1"');
    const sim = await onTerrain(foot, engine, { physics: { substeps: 8 } });
    drop(sim, 0.1, 0.2, 0.001);
    for (let step = 0; step < 50; step++) {
      for (let env = 0; env < sim.numEnvs; env++) {
        const middle = sim.state.bodyPose.slice(7 * env, 7 * env + 3);
        sim.pull(env, 0, [0, 0, -100], [middle[0], middle[1], middle[2]]);
      }
      sim.step();
    }
    // The bumpy tiles.
    for (let env = 0; env < sim.numEnvs; env += 4) {
      expect(clearance(sim, env), `tile ${env}`).toBeGreaterThan(0.8 * radius);
    }
    sim.dispose();
  });

  test("shows where a ball touches the ground, and with which force", async () => {
    const sim = await onTerrain(ball, engine, { contactGeoms: ["ball"] });
    drop(sim, 0.1, 0.2, 0.5);
    const contacts: ContactPoints = {
      count: 0,
      env: new Uint16Array(64),
      body: new Uint16Array(64),
      point: new Float32Array(192),
      force: new Float32Array(192),
    };
    for (let env = 0; env < sim.numEnvs; env++) sim.readContacts(env, contacts);
    expect(contacts.count).toBe(0);
    drop(sim, 0.1, 0.2, 0.02);
    run(sim, 60);
    for (let env = 0; env < sim.numEnvs; env++) {
      contacts.count = 0;
      sim.readContacts(env, contacts);
      expect(contacts.count, `tile ${env}`).toBeGreaterThan(0);
      const middle = sim.state.bodyPose.subarray(7 * env, 7 * env + 3);
      let weight = 0;
      for (let i = 0; i < contacts.count; i++) {
        const arm = [0, 1, 2].map((k) => contacts.point[3 * i + k] - middle[k]);
        expect(Math.abs(Math.hypot(...arm) - radius), `tile ${env}`).toBeLessThan(0.002);
        expect(arm[2]).toBeLessThan(0);
        weight += contacts.force[3 * i + 2];
      }
      expect(weight, `tile ${env}`).toBeCloseTo(2 * 9.81, 1);
    }
    sim.dispose();
  });

  test("shows positions relative to where an environment stands, on from its next reset", async () => {
    const sim = await onTerrain(ball, engine);
    drop(sim, 0, 0, 0);
    const [x, , z] = sim.state.bodyPose.subarray(7 * 5, 7 * 5 + 3);
    expect(x).toBeCloseTo(0, 5);
    expect(z).toBeCloseTo(radius, 5);
    sim.setOrigin(5, ...tile(0));
    run(sim, 1);
    expect(sim.state.bodyPose[7 * 5]).toBeCloseTo(0, 3);
    sim.dispose();
  });

  test("continues from a snapshot exactly, on the same tiles", async () => {
    const sim = await onTerrain(ball, engine);
    drop(sim, 1.3, 0.4, 0.1, [0.5, 0, 0]);
    run(sim, 10);
    const snapshot = sim.save();
    run(sim, 10);
    const expected = [...sim.state.bodyPose];
    for (let env = 0; env < sim.numEnvs; env++) sim.setOrigin(env, 0, 0, 0);
    drop(sim, 0, 0, 1);
    sim.load(snapshot);
    run(sim, 10);
    expect([...sim.state.bodyPose]).toEqual(expected);
    sim.dispose();
  });

  test("lets nothing fall through at 20 ms a step", async () => {
    const physics = { substeps: 1, softCcdMeters: 0.2 };
    const sim = await onTerrain(ball, engine, { physics });
    for (const [x, y, fall] of [
      [0.9, 0.2, -1],
      [-1.2, 0.7, -3],
      [1.4, -1.1, -6],
    ]) {
      drop(sim, x, y, 0.4, [1, -0.7, fall]);
      run(sim, 50);
      for (let env = 0; env < sim.numEnvs; env++) {
        expect(clearance(sim, env), `tile ${env}, ${fall} m/s`).toBeGreaterThan(radius / 2);
      }
    }
    sim.dispose();
  });

  test("goes on level and without end around the field", async () => {
    const sim = await onTerrain(ball, engine, { contactGeoms: ["ball"] });
    for (const [x, y] of [
      [40, 3],
      [-40, 0],
      [0, 60],
      [3, -60],
    ]) {
      sim.setOrigin(0, x, y, 0);
      sim.reset(0, resetState(sim.robot, [], [], { pose: [0, 0, radius, 1, 0, 0, 0] }));
      run(sim, 20);
      expect(sim.state.bodyPose[2]).toBeCloseTo(radius, 3);
      expect(sim.state.contactForce[2]).toBeCloseTo(2 * 9.81, 1);
    }
    sim.dispose();
  });

  test("a quadruped stands on a slope, its feet bearing its weight", async () => {
    const sim = await onTerrain(quadruped(), engine, { numEnvs: 1, contactGeoms: feet });
    const [x0, y0, z0] = tile(5);
    sim.setOrigin(0, x0, y0, z0);
    // 15° down towards +x, beside the platform.
    const z = heightAt(field, x0 + 1.3, y0) - z0 + 0.34;
    const pitch = (7.5 * Math.PI) / 180;
    const pose = [1.3, 0, z, Math.cos(pitch), 0, Math.sin(pitch), 0];
    sim.reset(0, resetState(sim.robot, standingPose, [], { pose }));
    sim.controls.set(standingPose);
    run(sim, 100);
    const [x, , height] = sim.state.bodyPose;
    expect(Math.abs(x - 1.3)).toBeLessThan(0.15);
    expect(height + z0 - heightAt(field, x0 + x, y0)).toBeGreaterThan(0.25);
    let normal = 0;
    for (let k = 0; k < feet.length; k++) normal += sim.state.contactForce[3 * k + 2];
    // Rapier tells the normal part alone, whose upright share on a slope is cos² 15°.
    const weight = robotMassKg * 9.81;
    const told = engine === "rapier" ? weight * Math.cos(Math.PI / 12) ** 2 : weight;
    expect(normal / told).toBeGreaterThan(0.9);
    expect(normal / told).toBeLessThan(1.1);
    sim.dispose();
  });

  test.each([
    [ball.replace(/<geom type="plane".*\/>/, ""), "no ground"],
    [ball.replace("<freejoint/>", '<joint axis="0 0 1"/>'), "fixed to the world"],
    [ball.replace("<body", '<geom name="wall" type="box" size="1 1 1"/><body'), '"wall"'],
  ])("refuses a robot that cannot be put elsewhere (%#)", async (xml, why) => {
    const failure = await onTerrain(xml, engine).catch((error) => error);
    expect(failure).toMatchObject({ code: "E_TERRAIN_ROBOT" });
    expect(String(failure.message)).toContain(why);
  });
});

/** Three balls on a plate: it stays where it is put down. */
const stool = `
  <worldbody>
    <geom type="plane" size="0 0 1" friction="1 .005 .0001"/>
    <body name="stool" pos="0 0 1"><freejoint/>
      ${[
        [0.06, 0],
        [-0.03, 0.1],
        [-0.03, -0.1],
      ].map(
        ([x, y], i) =>
          `<geom name="leg${i}" pos="${x} ${y} 0" size="${radius}" mass=".7" friction="1 .005 .0001"/>`,
      )}
    </body>
  </worldbody>`.replaceAll(",<geom", "<geom");

test("both engines hold a stool at the same height on bumps, slopes, treads and blocks", async () => {
  const contactGeoms = ["leg0", "leg1", "leg2"];
  const rest: Record<string, number[]> = {};
  const borne: Record<string, number[]> = {};
  for (const engine of engineNames) {
    const sim = await onTerrain(stool, engine, { contactGeoms });
    // In the middle of a tread: 1.32 m from the tile's edge.
    drop(sim, 1.18, 0.1, 0.03);
    run(sim, 75);
    rest[engine] = [];
    borne[engine] = [];
    for (let env = 0; env < sim.numEnvs; env++) {
      rest[engine].push(...sim.state.bodyPose.subarray(7 * env, 7 * env + 3));
      const legs = [0, 1, 2].map((leg) => sim.state.contactForce[9 * env + 3 * leg + 2]);
      borne[engine].push(legs[0] + legs[1] + legs[2]);
    }
    sim.dispose();
  }
  rest["rapier"].forEach((place, i) => {
    expect(Math.abs(place - rest["mujoco"][i]), `number ${i}`).toBeLessThan(0.005);
  });
  const weight = 2.1 * 9.81;
  // Rapier tells the normal part alone: of what a slope of 15° bears, cos² 15° is upright.
  for (let env = 0; env < numTiles; env++) {
    expect(borne["mujoco"][env] / weight, `tile ${env}`).toBeCloseTo(1, 2);
    const share = env === 5 ? Math.cos(Math.PI / 12) ** 2 : 1;
    const told = borne["rapier"][env] / weight / share;
    expect(Math.abs(told - 1), `tile ${env}`).toBeLessThan(0.02);
  }
});
