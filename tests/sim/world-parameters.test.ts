/** What the parameters of drives, joints, gravity, loose objects and the ground do, against hand-computed numbers. */
import { describe, expect, test } from "vitest";
import type { ParameterName, Simulator } from "../../src/sim/simulator.js";
import { resetState, robotOf, run, simulate, underTest } from "./world.js";

const rapier = underTest.engine === "rapier";
const g = 9.81;

/** A block of 2 kg on a rail, a ball of .5 kg and 10 cm, and the ground. */
const yard = (gravity = "0 0 -9.81", actuator = `<motor joint="rail"/>`, joint = "") => `
  <option gravity="${gravity}"/>
  <worldbody>
    <geom type="plane" size="0 0 1" friction=".6"/>
    <body name="block" pos="0 5 3"><joint name="rail" type="slide" axis="1 0 0" ${joint}/>
      <inertial pos="0 0 0" mass="2" diaginertia=".1 .1 .1"/></body>
    <body name="ball" pos="0 0 .1"><freejoint/>
      <geom type="sphere" size=".1" friction=".5"/>
      <inertial pos="0 0 0" mass=".5" diaginertia=".002 .002 .002"/></body>
  </worldbody>
  <actuator>${actuator}</actuator>`;

/** The same with a box in place of the ball. */
const boxYard = (gravity?: string) =>
  yard(gravity).replace(`type="sphere" size=".1"`, `type="box" size=".2 .2 .1"`);

/** As many environments as there are changes, each with its own. */
async function worlds(
  xml: string,
  ...changes: Partial<Record<ParameterName, number>>[]
): Promise<Simulator> {
  const sim = await simulate(await robotOf(xml), { numEnvs: changes.length });
  changes.forEach((change, env) => {
    for (const [name, value] of Object.entries(change)) {
      sim.setParameter(env, name as ParameterName, value);
    }
  });
  return sim;
}

/** Puts every environment's object somewhere. */
function place(sim: Simulator, pose: number[], velocity: number[] = [0, 0, 0, 0, 0, 0]): void {
  for (let env = 0; env < sim.numEnvs; env++) {
    sim.reset(env, resetState(sim.robot, [], [], { pose: [...pose, 1, 0, 0, 0], velocity }));
  }
}

const ball = 1;
const height = (sim: Simulator, env: number) => sim.state.bodyPose[7 * (2 * env + ball) + 2];
const velocity = (sim: Simulator, env: number, k: number) =>
  sim.state.bodyVelocity[6 * (2 * env + ball) + k];

describe("drives", () => {
  test("a motor's offset pushes as its control would: a = gear (u + offset) / m", async () => {
    const sim = await worlds(
      yard("0 0 0", `<motor joint="rail" gear="3"/>`),
      {},
      { motorOffset: 0.5 },
      { motorOffset: 0.5, motorStrength: 0.5 },
    );
    sim.controls.fill(1);
    run(sim, 100);
    [0.75, 1.125, 0.5625].forEach((speed, env) => {
      expect(sim.state.jointVelocity[env]).toBeCloseTo(speed, 4);
    });
    expect(sim.state.jointEffort[1]).toBeCloseTo(4.5, 5);
    sim.dispose();
  });

  test("a position drive with an offset rests that much off, beyond its control range too", async () => {
    const drive = `<position joint="rail" kp="200" kv="40" ctrlrange="-.1 .1"/>`;
    const sim = await worlds(yard("0 0 0", drive), {}, { motorOffset: 0.03 });
    sim.controls.fill(0.1);
    run(sim, 400);
    expect(sim.state.jointPosition[0]).toBeCloseTo(0.1, 3);
    expect(sim.state.jointPosition[1]).toBeCloseTo(0.13, 3);
    sim.dispose();
  });

  test("a velocity drive with an offset turns that much faster", async () => {
    const sim = await worlds(
      yard("0 0 0", `<velocity joint="rail" kv="40"/>`),
      {},
      { motorOffset: 0.2 },
    );
    sim.controls.fill(0.3);
    run(sim, 200);
    expect(sim.state.jointVelocity[0]).toBeCloseTo(0.3, 3);
    expect(sim.state.jointVelocity[1]).toBeCloseTo(0.5, 3);
    sim.dispose();
  });
});

describe("joints", () => {
  test("stiffness shifts the equilibrium: x = rest + F / k", async () => {
    const xml = `${yard("0 0 0")}<keyframe><key qpos=".2 0 0 .1 1 0 0 0"/></keyframe>`;
    const damped = { jointDamping: 20 };
    const sim = await worlds(
      xml,
      { jointStiffness: 100, ...damped },
      { jointStiffness: 50, ...damped },
    );
    sim.controls.fill(10);
    run(sim, 500);
    expect(sim.state.jointPosition[0]).toBeCloseTo(0.3, 3);
    expect(sim.state.jointPosition[1]).toBeCloseTo(0.4, 3);
    sim.dispose();
  });

  test("stiffness adds to a spring of the file's own", async () => {
    // 100 to .4 and 300 to 0 are 400 to .1.
    const springy = `stiffness="100" springref=".4" damping="30"`;
    const sim = await worlds(yard("0 0 0", "", springy), {}, { jointStiffness: 300 });
    run(sim, 600);
    expect(sim.state.jointPosition[0]).toBeCloseTo(0.4, 3);
    expect(sim.state.jointPosition[1]).toBeCloseTo(0.1, 3);
    sim.dispose();
  });

  test("damping sets the terminal speed F / d, beside the file's own", async () => {
    const sim = await worlds(yard("0 0 0", undefined, `damping="4"`), {}, { jointDamping: 16 });
    sim.controls.fill(2);
    run(sim, 600);
    expect(sim.state.jointVelocity[0]).toBeCloseTo(0.5, 2);
    expect(sim.state.jointVelocity[1]).toBeCloseTo(0.1, 3);
    sim.dispose();
  });

  test("dry friction holds what is pushed less hard, and takes off from the rest: a = (F − f) / m", async () => {
    const sim = await worlds(yard("0 0 0"), {}, { jointFriction: 3 }, { jointFriction: 5 });
    sim.controls.fill(4);
    run(sim, 100);
    expect(sim.state.jointVelocity[0]).toBeCloseTo(1, 3);
    // Where it begins to move, friction is the damping that it is below 1 cm/s.
    expect(sim.state.jointVelocity[1]).toBeCloseTo(0.25, rapier ? 1.3 : 2);
    expect(Math.abs(sim.state.jointVelocity[2])).toBeLessThan(0.01);
    expect(Math.abs(sim.state.jointPosition[2])).toBeLessThan(0.006);
    sim.dispose();
  });

  test("dry friction brings what slides to a stop, and keeps it there", async () => {
    const sim = await worlds(yard("0 0 0"), { jointFriction: 4 });
    sim.reset(0, resetState(sim.robot, [], [0.5]));
    // 2 m/s² take .25 s and 6.25 cm.
    run(sim, 100);
    expect(sim.state.jointPosition[0]).toBeCloseTo(0.0625, 2);
    expect(Math.abs(sim.state.jointVelocity[0])).toBeLessThan(1e-4);
    sim.dispose();
  });

  test("friction and spring taken back leave the joint as it was", async () => {
    const sim = await worlds(yard("0 0 0"), {}, { jointFriction: 5, jointStiffness: 100 });
    run(sim, 2);
    sim.setParameter(1, "jointFriction", 0);
    sim.setParameter(1, "jointStiffness", 0);
    sim.controls.fill(4);
    run(sim, 100);
    expect(sim.state.jointVelocity[1]).toBeCloseTo(sim.state.jointVelocity[0], 4);
    sim.dispose();
  });

  test("armature lowers the acceleration, beside the file's own: a = F / (m + a)", async () => {
    const sim = await worlds(yard("0 0 0", undefined, `armature="1"`), {}, { armature: 2 });
    sim.controls.fill(6);
    run(sim, 100);
    expect(sim.state.jointVelocity[0]).toBeCloseTo(1, 3);
    expect(sim.state.jointVelocity[1]).toBeCloseTo(0.6, 3);
    sim.dispose();
  });
});

describe("gravity", () => {
  test("an offset tilts the rest of a pendulum to atan(x / g)", async () => {
    const pendulum = `<worldbody><body name="bob" pos="0 0 2">
      <joint name="hinge" type="hinge" axis="0 1 0"/>
      <inertial pos="0 0 -1" mass="2" diaginertia=".1 .1 .1"/></body></worldbody>`;
    const damped = { jointDamping: 12 };
    const sim = await worlds(pendulum, damped, { ...damped, "gravityOffset.x": 2 });
    run(sim, 800);
    expect(sim.state.jointPosition[0]).toBeCloseTo(0, 3);
    expect(sim.state.jointPosition[1]).toBeCloseTo(-Math.atan(2 / g), 3);
    sim.dispose();
  });

  test("what falls freely falls along the sum, beside the work of motors and pulls", async () => {
    const offset = { "gravityOffset.x": 1, "gravityOffset.y": -2, "gravityOffset.z": 4 };
    const sim = await worlds(yard(), {}, offset, { ...offset, gravityScale: 0.5 });
    place(sim, [0, 0, 50]);
    sim.controls.fill(4);
    for (let i = 0; i < 100; i++) {
      const at = 7 * (2 + ball);
      const [x, y, z] = sim.state.bodyPose.subarray(at, at + 3);
      sim.pull(1, ball, [0, 1, 0], [x, y, z]);
      sim.step();
    }
    const fall = [0, 1, 2].map((env) => [0, 1, 2].map((k) => velocity(sim, env, k)));
    [
      [0, 0, -g],
      [1, -2 + 1 / 0.5, 4 - g],
      [1, -2, 4 - g / 2],
    ].forEach((acceleration, env) => {
      acceleration.forEach((a, k) => {
        expect(fall[env][k]).toBeCloseTo(a * 0.5, 3);
      });
    });
    // The rail takes up all but its own direction.
    expect(sim.state.jointVelocity[0]).toBeCloseTo(1, 3);
    expect(sim.state.jointVelocity[1]).toBeCloseTo(1.5, 3);
    sim.dispose();
  });
});

test("energy stays what it was in a tilted field with springs", async () => {
  const chain = `<worldbody><body name="bob" pos="0 0 2">
    <joint name="hinge" type="hinge" axis="0 1 0"/>
    <inertial pos="0 0 -1" mass="2" diaginertia=".1 .1 .1"/></body></worldbody>`;
  const change = { "gravityOffset.x": 3, "gravityOffset.z": 4, jointStiffness: 12, armature: 0.5 };
  const robot = await robotOf(chain);
  const sim = await simulate(robot, { physics: { substeps: 20 } });
  for (const [name, value] of Object.entries(change)) {
    sim.setParameter(0, name as ParameterName, value);
  }
  sim.reset(0, resetState(robot, [1], [0]));
  sim.step();
  const before = sim.watch?.energyJoules(0) ?? Number.NaN;
  const swing = [0, 0];
  for (let i = 0; i < 200; i++) {
    sim.step();
    swing[0] = Math.min(swing[0], sim.state.jointPosition[0]);
    swing[1] = Math.max(swing[1], sim.state.jointPosition[0]);
    expect(Math.abs((sim.watch?.energyJoules(0) ?? Number.NaN) - before)).toBeLessThan(0.25);
  }
  // Of several joules that go to and fro.
  expect(swing[1] - swing[0]).toBeGreaterThan(1);
  sim.dispose();
});

describe("loose objects", () => {
  test("a heavier one falls no faster and slides as far, but stops what it hits less", async () => {
    const sim = await worlds(boxYard(), {}, { objectMassFactor: 4 });
    place(sim, [0, 0, 9]);
    run(sim, 100);
    expect(velocity(sim, 0, 2)).toBeCloseTo(-g / 2, 3);
    expect(velocity(sim, 1, 2)).toBeCloseTo(-g / 2, 3);
    place(sim, [0, 0, 0.1], [2, 0, 0, 0, 0, 0]);
    sim.pull(0, ball, [0, 40, 0], [0, 0, 0.1]);
    sim.pull(1, ball, [0, 40, 0], [0, 0, 0.1]);
    sim.step();
    expect(velocity(sim, 0, 1) / velocity(sim, 1, 1)).toBeGreaterThan(3);
    place(sim, [0, 0, 0.1], [2, 0, 0, 0, 0, 0]);
    run(sim, 30);
    expect(velocity(sim, 1, 0)).toBeCloseTo(velocity(sim, 0, 0), 1);
    sim.dispose();
  });

  test.each([
    // With the centre 2 cm to the left of what pulls ahead, the ball turns to the left.
    ["y", [1, 0, 0], 5],
    ["z", [0, 1, 0], 3],
    ["x", [0, 0, 1], 4],
  ] as const)(
    "one pulled beside its centre of mass, along %s, turns with d F / I",
    async (axis, force, turn) => {
      const sim = await worlds(yard("0 0 0"), {}, { [`objectCenterOfMassOffset.${axis}`]: 0.02 });
      place(sim, [0, 0, 5]);
      for (const env of [0, 1]) sim.pull(env, ball, [...force], [0, 0, 5]);
      sim.step();
      expect(velocity(sim, 0, turn)).toBeCloseTo(0, 6);
      expect(velocity(sim, 1, turn)).toBeCloseTo((0.02 / 0.002) * 0.005, 4);
      sim.dispose();
    },
  );

  test("its friction takes the place of what the file and friction say", async () => {
    const sim = await worlds(
      boxYard(),
      {},
      { objectFriction: 0.2 },
      { objectFriction: 1 },
      { friction: 0.3 },
      { friction: 0.3, objectFriction: 0.9 },
    );
    place(sim, [0, 0, 0.1], [4, 0, 0, 0, 0, 0]);
    run(sim, 60);
    [0.6, 0.2, 1, 0.3, 0.9].forEach((mu, env) => {
      const off = Math.abs(velocity(sim, env, 0) - (4 - mu * g * 0.3));
      expect(off).toBeLessThan(rapier ? 0.05 : 0.35);
    });
    sim.dispose();
  });

  test("groundFriction acts on all that touches the ground, the larger of two counts", async () => {
    const sim = await worlds(
      boxYard(),
      { groundFriction: 0.2 },
      { groundFriction: 0.9 },
      { groundFriction: 0.2, objectFriction: 0.4 },
      { groundFriction: 0.9, friction: 0.4 },
    );
    place(sim, [0, 0, 0.1], [4, 0, 0, 0, 0, 0]);
    run(sim, 60);
    [0.2, 0.9, 0.4, 0.9].forEach((mu, env) => {
      const off = Math.abs(velocity(sim, env, 0) - (4 - mu * g * 0.3));
      expect(off).toBeLessThan(rapier ? 0.05 : 0.35);
    });
    sim.dispose();
  });

  test("restitution of object or ground gives back its square of the height", async () => {
    const sim = await worlds(
      yard(),
      {},
      { objectRestitution: 0.7 },
      { groundRestitution: 0.7 },
      { restitution: 0.7, objectRestitution: 0 },
      { restitution: 0.2, objectRestitution: 0.7, groundRestitution: 0.1 },
    );
    place(sim, [0, 0, 0.6]);
    const highest = new Array(5).fill(0);
    for (let i = 0; i < 150; i++) {
      sim.step();
      if (i < 75) continue;
      for (let env = 0; env < 5; env++) highest[env] = Math.max(highest[env], height(sim, env));
    }
    for (const env of [0, 3]) expect(highest[env]).toBeLessThan(0.12);
    // Soft contacts give back less than a rigid one, or a little more.
    for (const env of [1, 2, 4]) {
      expect(highest[env]).toBeGreaterThan(0.1 + 0.5 * 0.49 * 0.5);
      expect(highest[env]).toBeLessThan(0.1 + 0.5 * 0.49 * (rapier ? 1 : 1.1));
    }
    sim.dispose();
  });

  test("a larger one rests higher and turns more slowly, its mass the same", async () => {
    const sim = await worlds(yard(), {}, { objectSizeFactor: 1.5 }, { objectSizeFactor: 0.5 });
    place(sim, [0, 0, 0.3]);
    run(sim, 400);
    [0.1, 0.15, 0.05].forEach((radius, env) => {
      expect(height(sim, env)).toBeCloseTo(radius, 2);
    });
    place(sim, [0, 0, 5]);
    for (let env = 0; env < 3; env++) sim.pull(env, ball, [0, 1, 0], [0.1, 0, 5]);
    sim.step();
    [1, 1.5, 0.5].forEach((factor, env) => {
      expect(velocity(sim, env, 1)).toBeCloseTo(0.005 / 0.5, 4);
      expect(velocity(sim, env, 5)).toBeCloseTo((0.1 * 0.005) / (0.002 * factor ** 2), 3);
    });
    sim.dispose();
  });

  test("a sized mesh lies on its sized faces, off its body's origin too", async () => {
    const corners = [-1, 1].flatMap((x) =>
      [-1, 1].flatMap((y) => [-1, 1].map((z) => `${0.1 * x} ${0.1 * y} ${0.1 * z}`)),
    );
    const xml = yard()
      .replace(`type="sphere" size=".1"`, `type="mesh" mesh="cube" pos="0 0 .05"`)
      .replace(
        "<worldbody>",
        `<asset><mesh name="cube" vertex="${corners.join(" ")}"/></asset><worldbody>`,
      );
    const sim = await worlds(xml, {}, { objectSizeFactor: 2 });
    place(sim, [0, 0, 0.3]);
    run(sim, 300);
    expect(height(sim, 0)).toBeCloseTo(0.05, 2);
    expect(height(sim, 1)).toBeCloseTo(0.1, 2);
    sim.dispose();
  });

  test("drag gives it the terminal speed m g / c, whatever its mass", async () => {
    const sim = await worlds(yard(), { objectDrag: 1 }, { objectDrag: 2, objectMassFactor: 2 });
    place(sim, [0, 0, 500]);
    run(sim, 1200);
    expect(velocity(sim, 0, 2)).toBeCloseTo(-0.5 * g, 2);
    expect(velocity(sim, 1, 2)).toBeCloseTo(-0.5 * g, 2);
    sim.dispose();
  });
});

test("a snapshot with any of them continues bit for bit, in a simulator that never had them", async () => {
  const change = {
    motorOffset: 0.1,
    jointStiffness: 20,
    jointFriction: 0.5,
    jointDamping: 1,
    armature: 0.4,
    "gravityOffset.x": 0.5,
    objectFriction: 0.3,
    objectRestitution: 0.4,
    objectSizeFactor: 1.2,
    objectDrag: 0.5,
    groundFriction: 0.8,
    "objectCenterOfMassOffset.z": 0.01,
  };
  const sim = await worlds(yard(), {}, change);
  place(sim, [0, 0, 0.3], [1, 0, 0, 0, 2, 0]);
  sim.controls.fill(3);
  run(sim, 40);
  const saved = sim.save();
  const fresh = await worlds(yard(), {}, {});
  fresh.load(saved);
  run(sim, 40);
  run(fresh, 40);
  expect([...fresh.state.bodyPose]).toEqual([...sim.state.bodyPose]);
  expect([...fresh.state.jointVelocity]).toEqual([...sim.state.jointVelocity]);
  expect(Buffer.compare(fresh.save(), sim.save())).toBe(0);
  // A snapshot of a world as in the file puts everything back.
  const plain = await worlds(yard(), {}, {});
  place(plain, [0, 0, 0.3]);
  fresh.load(plain.save());
  run(plain, 40);
  run(fresh, 40);
  expect([...fresh.state.bodyPose]).toEqual([...plain.state.bodyPose]);
  for (const each of [sim, fresh, plain]) each.dispose();
});

test("objects that cannot be sized are refused", async () => {
  const bare = await worlds(
    `<worldbody><body name="b"><joint name="j"/>
    <inertial pos="0 0 0" mass="1" diaginertia=".1 .1 .1"/></body></worldbody>`,
    {},
  );
  expect(() => bare.setParameter(0, "objectSizeFactor", 2)).toThrowError(/no object to be sized/);
  expect(() => bare.setParameter(0, "jointFriction", -1)).toThrowError(/cannot be -1/);
  bare.dispose();
});
