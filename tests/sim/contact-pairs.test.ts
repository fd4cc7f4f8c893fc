import { ColliderDesc, RigidBodyDesc, type TempContactManifold, World } from "@dimforge/rapier3d";
import { afterAll, expect, it } from "vitest";
import { ContactPairs } from "../../src/sim/rapier/contact-pairs.js";
import { loadRapier, rapierMemory } from "../../src/sim/rapier/engine.js";

await loadRapier();

const world = new World({ x: 0, y: 0, z: -9.81 });
const floor = world.createCollider(ColliderDesc.cuboid(5, 5, 1)).handle;
const [box, ball, far] = [
  ColliderDesc.cuboid(0.3, 0.2, 0.1).setTranslation(0, 0, 1.1),
  ColliderDesc.ball(0.2).setTranslation(0, 0, 1.4),
  ColliderDesc.ball(0.2).setTranslation(3, 0, 4),
].map((desc) => world.createCollider(desc, world.createRigidBody(RigidBodyDesc.dynamic())).handle);
for (let i = 0; i < 20; i++) world.step();
afterAll(() => world.free());

type Visit = (visitor: (manifold: TempContactManifold, flipped: boolean) => void) => void;

function seen(visit: Visit): unknown[] {
  const all: unknown[] = [];
  visit((manifold, flipped) => {
    const points = Array.from({ length: manifold.numContacts() }, (_, i) => [
      manifold.contactImpulse(i),
      { ...manifold.localContactPoint1(i) },
      { ...manifold.localContactPoint2(i) },
    ]);
    all.push({ flipped, normal: { ...manifold.normal() }, points });
  });
  return all;
}

it("shows what Rapier's own visit shows, from both sides, the first time and later", () => {
  const pairs = new ContactPairs({ onlyPartner: undefined });
  for (let round = 0; round < 3; round++) {
    for (const [a, b] of [
      [floor, box],
      [box, floor],
      [box, ball],
      [ball, box],
    ]) {
      const own = seen((visitor) => world.narrowPhase.contactPair(a, b, world.bodies, visitor));
      expect(own).toHaveLength(1);
      expect(seen((visitor) => pairs.visit(world, a, b, visitor))).toEqual(own);
    }
  }
});

it("shows nothing of colliders that are apart", () => {
  const pairs = new ContactPairs({ onlyPartner: undefined });
  expect(seen((visitor) => pairs.visit(world, box, floor, visitor))).not.toEqual([]);
  expect(seen((visitor) => pairs.visit(world, far, floor, visitor))).toEqual([]);
});

it("leaves nothing behind in the engine's memory", () => {
  const pairs = new ContactPairs({ onlyPartner: undefined });
  const bytes = () => rapierMemory()?.buffer.byteLength;
  const before = bytes();
  expect(before).toBeGreaterThan(0);
  let contacts = 0;
  for (let i = 0; i < 200_000; i++) {
    pairs.visit(world, box, floor, (manifold) => {
      contacts += manifold.numContacts();
    });
  }
  expect(contacts).toBe(800_000);
  expect(bytes()).toBe(before);
});

it("knows who may be touched: all near ones as Rapier tells, or the only one there is", () => {
  const partners = (pairs: ContactPairs, collider: number) => {
    const all: number[] = [];
    pairs.visitPartners(world, collider, (other) => all.push(other));
    return all.sort();
  };
  expect(partners(new ContactPairs({ onlyPartner: undefined }), box)).toEqual([floor, ball].sort());
  expect(partners(new ContactPairs({ onlyPartner: floor }), far)).toEqual([floor]);
});
