/** What runs an ONNX model. The one implementation is in `node/`; nothing else names it. */

/** Numbers with a shape, kept by the caller and used in place. */
export interface TensorBuffer {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

/**
 * Told around every call into native code. A thread that is ended inside one takes the whole process
 * with it, so whoever may end threads has to know. `enter` may throw: then the call is not made.
 */
export interface NativeCalls {
  enter(): void;
  leave(): void;
}

export interface Session {
  /** Reads `inputs` and writes every output into the buffer given for it. */
  run(
    inputs: Readonly<Record<string, TensorBuffer>>,
    outputs: Readonly<Record<string, TensorBuffer>>,
  ): Promise<void>;
  dispose(): Promise<void>;
}
