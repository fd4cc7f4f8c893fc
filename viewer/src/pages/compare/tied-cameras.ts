/** Cameras that look from the same side and distance, each at its own robot. */
import { signal } from "@preact/signals";
import type { CameraRig } from "../../stage/camera-rig.js";

export class TiedCameras {
  readonly tied = signal(true);
  private readonly rigs = new Set<CameraRig>();
  /** Moved last. */
  private leader: CameraRig | null = null;
  private copying = false;

  add(rig: CameraRig): () => void {
    this.rigs.add(rig);
    const moved = () => {
      if (!this.copying) this.follow(rig);
    };
    rig.controls.addEventListener("change", moved);
    return () => {
      rig.controls.removeEventListener("change", moved);
      this.rigs.delete(rig);
      if (this.leader === rig) this.leader = null;
    };
  }

  toggle(): void {
    this.tied.value = !this.tied.peek();
    if (this.leader !== null) this.follow(this.leader);
  }

  private follow(leader: CameraRig): void {
    this.leader = leader;
    if (!this.tied.peek()) return;
    this.copying = true;
    for (const rig of this.rigs) if (rig !== leader) rig.copy(leader);
    this.copying = false;
  }
}
