/** What a picture shows and how: shared by the picture, its buttons and the keys. */
import { signal } from "@preact/signals";
import { type Layer, layersAtFirst } from "../stage/layers.js";
import type { Stage } from "../stage/stage.js";

export class StageSettings {
  readonly layers = signal<ReadonlySet<Layer>>(layersAtFirst);
  /** Body of the focused environment; −1 is none. */
  readonly selectedBody = signal(-1);
  /** Hides the other environments. */
  readonly alone = signal(false);
  readonly follow = signal(true);
  /** Null: on where the machine is fast enough. */
  readonly shadows = signal<boolean | null>(null);
  /** While the picture is mounted. */
  readonly stage = signal<Stage | null>(null);

  toggle(layer: Layer): void {
    const layers = new Set(this.layers.peek());
    if (!layers.delete(layer)) layers.add(layer);
    this.layers.value = layers;
  }
}
