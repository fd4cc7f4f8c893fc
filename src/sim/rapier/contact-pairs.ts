/**
 * Visits what touches a collider, and the contacts between two. Rapier's package makes an object of every pair and every
 * manifold that it shows and asks the garbage collector to look after it, which costs more than all
 * that is read from them. Here the compiled functions behind it are called as the package calls them,
 * and a single manifold object is led from contact to contact. Nothing promises that this works, so
 * it is done only where everything it needs was found.
 */
import { TempContactManifold, type World } from "@dimforge/rapier3d";
import type { WorldHandles } from "./build-world.js";
import { addressOf, type RapierFunctions, rapierFunctions } from "./engine.js";

/** `flipped`: the manifold's first collider is the other one. The manifold is gone after the call. */
export type ManifoldVisitor = (manifold: TempContactManifold, flipped: boolean) => void;

/** The package's manifold, which is an address with methods. */
type RawManifold = TempContactManifold["raw"] & { __wbg_ptr: number };

export class ContactPairs {
  private readonly handles: Pick<WorldHandles, "onlyPartner">;
  private readonly functions: RapierFunctions | undefined = rapierFunctions();
  private raw: RawManifold | undefined;
  private manifold: TempContactManifold | undefined;

  constructor(handles: Pick<WorldHandles, "onlyPartner">) {
    this.handles = handles;
  }

  /** Calls `visitor` with every collider that may touch a moving one. */
  visitPartners(world: World, collider: number, visitor: (other: number) => void): void {
    const { onlyPartner } = this.handles;
    if (onlyPartner !== undefined) visitor(onlyPartner);
    else world.narrowPhase.contactPairsWith(collider, visitor);
  }

  visit(world: World, collider: number, other: number, visitor: ManifoldVisitor): void {
    const { functions, raw, manifold } = this;
    const narrowPhase = addressOf(world.narrowPhase.raw);
    if (functions && raw && manifold && narrowPhase !== undefined) {
      const pair = functions.rawnarrowphase_contact_pair(narrowPhase, collider, other);
      if (pair === 0) return;
      const flipped = functions.rawcontactpair_collider1(pair) !== collider;
      const count = functions.rawcontactpair_numContactManifolds(pair);
      for (let i = 0; i < count; i++) {
        raw.__wbg_ptr = functions.rawcontactpair_contactManifold(pair, i);
        visitor(manifold, flipped);
        functions.__wbg_rawcontactmanifold_free(raw.__wbg_ptr, 0);
      }
      functions.__wbg_rawcontactpair_free(pair, 0);
      return;
    }
    world.narrowPhase.contactPair(collider, other, world.bodies, (first, flipped) => {
      this.imitate(first.raw);
      visitor(first, flipped);
    });
  }

  /** Makes our manifold of the package's kind. */
  private imitate(raw: TempContactManifold["raw"]): void {
    if (this.raw || addressOf(raw) === undefined) return;
    this.raw = Object.create(Object.getPrototypeOf(raw)) as RawManifold;
    this.manifold = new TempContactManifold(this.raw);
  }
}
