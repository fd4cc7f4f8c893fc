/**
 * MuJoCo's memory as numbers. WASM memory may grow at any allocation anywhere on the thread, which
 * detaches every view of it: addresses stay, views do not. Keep addresses, and read through here.
 */
export class Heap {
  /** All of the memory as doubles; `at(view)` is an index into it. Fetch it anew after anything that may allocate. */
  f64: Float64Array = new Float64Array(0);
  private readonly source: () => Float64Array;

  /** `source` fetches any live view from the engine. */
  constructor(source: () => Float64Array) {
    this.source = source;
  }

  /** Index of a live view's first number. */
  static at(view: Float64Array): number {
    return view.byteOffset / Float64Array.BYTES_PER_ELEMENT;
  }

  /** To be called before numbers are read or written, once for each call from outside. */
  refresh(): Float64Array {
    if (this.f64.length === 0) this.f64 = new Float64Array(this.source().buffer);
    return this.f64;
  }
}
