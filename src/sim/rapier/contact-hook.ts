/** Lets two colliders touch when the filter allows their geoms and they are of one environment. */
import { type PhysicsHooks, SolverFlags } from "@dimforge/rapier3d";
import type { CollisionFilter } from "../collision-filter.js";
import type { WorldHandles } from "./build-world.js";

export function contactHook(handles: WorldHandles, filter: CollisionFilter): PhysicsHooks {
  const numGeoms = filter.group.length;
  const perEnv = handles.colliderGeom.length;
  /** Collider handle → env · geoms + geom; env −1 is the world's. */
  const owner = new Map<number, number>();
  handles.colliders.forEach((handle, i) => {
    owner.set(handle, Math.floor(i / perEnv) * numGeoms + handles.colliderGeom[i % perEnv]);
  });
  handles.fixedColliders.forEach((handle, i) => {
    owner.set(handle, -numGeoms + handles.fixedGeom[i]);
  });
  return {
    filterContactPair(collider1, collider2) {
      const a = owner.get(collider1)!;
      const b = owner.get(collider2)!;
      const envA = Math.floor(a / numGeoms);
      const envB = Math.floor(b / numGeoms);
      if (envA !== envB && envA >= 0 && envB >= 0) return null;
      const allowed = filter.allowed[(a - envA * numGeoms) * numGeoms + (b - envB * numGeoms)];
      return allowed ? SolverFlags.COMPUTE_IMPULSE : null;
    },
    filterIntersectionPair: () => false,
  };
}
