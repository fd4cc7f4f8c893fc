/** ONNX Runtime behind our own interface: the only file that imports it. */
import * as ort from "onnxruntime-node";
import { RewardsmithError } from "../../core/errors.js";
import type { NativeCalls, Session, TensorBuffer } from "../session.js";

export interface SessionOptions {
  /** Threads inside one operator. More than one pays only while other cores are idle. */
  readonly intraOpThreads?: number;
  readonly nativeCalls?: NativeCalls;
}

/** Loads a model. */
export async function createSession(
  model: Uint8Array,
  { intraOpThreads = 1, nativeCalls }: SessionOptions = {},
): Promise<Session> {
  let session: ort.InferenceSession;
  nativeCalls?.enter();
  try {
    // session.set_denormal_as_zero must stay unset: it changes this thread's floating-point mode,
    // and physics simulated on the same thread then turns to NaN.
    session = await ort.InferenceSession.create(model, {
      executionProviders: ["cpu"],
      intraOpNumThreads: intraOpThreads,
      interOpNumThreads: 1,
      logSeverityLevel: 3,
    });
  } catch (cause) {
    throw new RewardsmithError("E_ONNX_SESSION", `ONNX Runtime refused a model: ${cause}`, {
      hint: "run `rewardsmith doctor`; it tests ONNX Runtime on this machine",
      cause,
    });
  } finally {
    nativeCalls?.leave();
  }
  return {
    async run(inputs, outputs) {
      nativeCalls?.enter();
      try {
        await session.run(
          inputs as Record<string, ort.Tensor>,
          outputs as Record<string, ort.Tensor>,
        );
      } finally {
        nativeCalls?.leave();
      }
    },
    async dispose() {
      await session.release();
    },
  };
}

/** Gives an array a shape for use in sessions; the array is used in place, never copied. */
export function tensor(data: Float32Array, dims: readonly number[]): TensorBuffer {
  return new ort.Tensor("float32", data, dims) as ort.Tensor & { readonly data: Float32Array };
}
