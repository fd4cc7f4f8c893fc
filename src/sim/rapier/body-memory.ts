/**
 * The bodies' poses and velocities, read where they lie in Rapier's memory. Its getters hand over one
 * number per call, which for a robot of a dozen bodies costs more than everything else around a step.
 * The layout below is that of 0.20.0's SIMD build, found by looking for known values; nothing promises
 * it, so it is used only in worlds where every body reads as Rapier's own getters tell.
 */
import type { World } from "@dimforge/rapier3d";
import { addressOf, type EngineMemory, rapierMemory } from "./engine.js";

/** Word of the set of bodies that holds the address of the first body. */
const setWord = 118;
/** Words from one body to the next, and to its numbers: rotation x y z w, and three of each other. */
const bodyWords = 112;
const rotationWord = 4;
const translationWord = 8;
const linvelWord = 74;
const angvelWord = 77;

export class BodyMemory {
  /** The whole memory; the numbers of body i begin at `places[i]` plus one of the offsets. */
  floats = new Float32Array(0);
  readonly places: Int32Array;
  readonly rotation = rotationWord;
  readonly translation = translationWord;
  readonly linvel = linvelWord;
  readonly angvel = angvelWord;
  private readonly links: Float64Array;
  private readonly memory: EngineMemory | undefined;

  /** @param links handles of the bodies that are read */
  constructor(links: Float64Array) {
    this.links = links;
    this.places = new Int32Array(links.length);
    this.memory = rapierMemory();
  }

  /** Finds the bodies of a world; false where its memory is not as expected. */
  attach(world: World): boolean {
    const { memory, links, places } = this;
    if (memory === undefined) return false;
    this.floats = new Float32Array(memory.buffer);
    const words = new Uint32Array(memory.buffer);
    const set = addressOf(world.bodies.raw);
    if (set === undefined) return false;
    const first = words[set / 4 + setWord] / 4;
    // A handle is the bits of a double: the body's index and, above it, a generation.
    const indices = new Uint32Array(links.buffer, links.byteOffset, 2 * links.length);
    for (let i = 0; i < links.length; i++) {
      const place = first + indices[2 * i] * bodyWords;
      if (!Number.isInteger(place) || place + bodyWords > words.length) return false;
      places[i] = place;
    }
    return this.agrees(world);
  }

  /** Memory that has grown is memory elsewhere. To be called before reading. */
  refresh(): void {
    const { buffer } = this.memory as EngineMemory;
    if (this.floats.buffer !== buffer) this.floats = new Float32Array(buffer);
  }

  private agrees(world: World): boolean {
    const bodies = world.bodies.raw;
    const told = new Float32Array(4);
    const same = (at: number, length: number) => {
      for (let i = 0; i < length; i++) if (!Object.is(this.floats[at + i], told[i])) return false;
      return true;
    };
    for (let i = 0; i < this.links.length; i++) {
      const handle = this.links[i];
      const place = this.places[i];
      bodies.rbTranslation(handle, told);
      this.refresh();
      if (!same(place + translationWord, 3)) return false;
      bodies.rbRotation(handle, told);
      if (!same(place + rotationWord, 4)) return false;
      bodies.rbLinvel(handle, told);
      if (!same(place + linvelWord, 3)) return false;
      bodies.rbAngvel(handle, told);
      if (!same(place + angvelWord, 3)) return false;
    }
    return true;
  }
}
