/** The numbers of the links' bodies: read in Rapier's memory where that holds, else asked for one by one. */
import type { World } from "@dimforge/rapier3d";
import { BodyMemory } from "./body-memory.js";

export class BodyReader {
  /** Numbers of the body last looked at: rotation x y z w, and three of each other, from these places on. */
  numbers: Float32Array;
  rotation = 0;
  translation = 4;
  linvel = 7;
  angvel = 10;
  /** [env][link] */
  private readonly links: Float64Array;
  private readonly memory: BodyMemory;
  private world: World | undefined;
  /** Whether the memory of the present world can be read. */
  private direct = false;
  /** Else what Rapier tells of one body, in the same order. */
  private readonly told = new Float32Array(13);
  private readonly toldRotation = this.told.subarray(0, 4);
  private readonly toldTranslation = this.told.subarray(4, 7);
  private readonly toldLinvel = this.told.subarray(7, 10);
  private readonly toldAngvel = this.told.subarray(10, 13);

  constructor(links: Float64Array) {
    this.links = links;
    this.memory = new BodyMemory(links);
    this.numbers = this.told;
  }

  /** To be called before bodies are looked at: the world may be another, and memory may have moved. */
  open(world: World): void {
    const { memory } = this;
    if (world !== this.world) {
      this.world = world;
      this.direct = memory.attach(world);
      this.rotation = 0;
      this.translation = 4;
      this.linvel = 7;
      this.angvel = 10;
    }
    if (this.direct) memory.refresh();
    this.numbers = this.direct ? memory.floats : this.told;
  }

  /** Looks at the body of link `at`, counted over all environments. */
  look(at: number): void {
    if (!this.direct) {
      this.ask(this.links[at]);
      return;
    }
    const { memory } = this;
    const place = memory.places[at];
    this.rotation = place + memory.rotation;
    this.translation = place + memory.translation;
    this.linvel = place + memory.linvel;
    this.angvel = place + memory.angvel;
  }

  private ask(handle: number): void {
    const bodies = this.world!.bodies.raw;
    bodies.rbRotation(handle, this.toldRotation);
    bodies.rbTranslation(handle, this.toldTranslation);
    bodies.rbLinvel(handle, this.toldLinvel);
    bodies.rbAngvel(handle, this.toldAngvel);
  }
}
