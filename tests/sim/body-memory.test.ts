import { type RigidBody, RigidBodyDesc, World } from "@dimforge/rapier3d";
import { expect, test } from "vitest";
import { BodyMemory } from "../../src/sim/rapier/body-memory.js";
import { loadRapier } from "../../src/sim/rapier/engine.js";

await loadRapier();

function fallingBodies(count: number): { world: World; bodies: RigidBody[] } {
  const world = new World({ x: 0, y: 0, z: -9.81 });
  const bodies = Array.from({ length: count }, (_, i) =>
    world.createRigidBody(
      RigidBodyDesc.dynamic()
        .setTranslation(i, -i, 0.5)
        .setAdditionalMass(1 + i)
        .setAngvel({ x: 0.1 * i, y: 1, z: 0 }),
    ),
  );
  return { world, bodies };
}

/** Every number of every body, as read and as Rapier tells it. */
function numbersOf(world: World, memory: BodyMemory, handles: Float64Array) {
  memory.refresh();
  const at = (place: number, length: number) => [...memory.floats.subarray(place, place + length)];
  return [...handles].map((handle, i) => {
    const body = world.getRigidBody(handle);
    const place = memory.places[i];
    const [p, q, v, w] = [body.translation(), body.rotation(), body.linvel(), body.angvel()];
    return {
      read: [
        at(place + memory.translation, 3),
        at(place + memory.rotation, 4),
        at(place + memory.linvel, 3),
        at(place + memory.angvel, 3),
      ],
      told: [
        [p.x, p.y, p.z],
        [q.x, q.y, q.z, q.w],
        [v.x, v.y, v.z],
        [w.x, w.y, w.z],
      ],
    };
  });
}

test("bodies read in memory as the engine's getters tell, after steps, setting, growth and restoring", () => {
  const { world, bodies } = fallingBodies(5);
  const handles = Float64Array.from([4, 0, 3], (i) => bodies[i].handle);
  const memory = new BodyMemory(handles);
  expect(memory.attach(world)).toBe(true);
  for (let i = 0; i < 5; i++) world.step();
  bodies[3].setTranslation({ x: 7, y: 8, z: 9 }, true);
  bodies[3].setLinvel({ x: -1, y: 2, z: 3 }, true);
  // Enough worlds for the memory to grow, which moves it.
  const others = Array.from({ length: 40 }, () => fallingBodies(200).world);
  for (const { read, told } of numbersOf(world, memory, handles)) expect(read).toEqual(told);
  for (const other of others) other.free();

  const restored = World.restoreSnapshot(world.takeSnapshot());
  world.free();
  expect(memory.attach(restored)).toBe(true);
  restored.step();
  for (const { read, told } of numbersOf(restored, memory, handles)) expect(read).toEqual(told);
  restored.free();
});

test("memory that differs from what the getters tell is not used", () => {
  const { world, bodies } = fallingBodies(2);
  const memory = new BodyMemory(Float64Array.from(bodies, (body) => body.handle));
  expect(memory.attach(world)).toBe(true);
  const { raw } = world.bodies;
  const otherLayout = Object.assign(Object.create(raw), {
    rbLinvel: (_handle: number, out: Float32Array) => out.fill(42),
  });
  expect(memory.attach({ bodies: { raw: otherLayout } } as unknown as World)).toBe(false);
  const elsewhere = Object.assign(Object.create(raw), { __wbg_ptr: undefined });
  expect(memory.attach({ bodies: { raw: elsewhere } } as unknown as World)).toBe(false);
  world.free();
});
