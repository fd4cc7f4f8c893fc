/** A simulator as bytes: signature, our own arrays, then the engine's own state. */
import { RewardsmithError } from "../core/errors.js";

type Arrays = readonly (Float32Array | Float64Array)[];

/** u32 signature length, signature, arrays one after another, engine bytes to the end. */
export function pack(signature: string, arrays: Arrays, engine: Uint8Array): Uint8Array {
  const head = new TextEncoder().encode(signature);
  const own = arrays.reduce((total, array) => total + array.byteLength, 0);
  const out = new Uint8Array(4 + head.length + own + engine.length);
  new DataView(out.buffer).setUint32(0, head.length, true);
  out.set(head, 4);
  let at = 4 + head.length;
  for (const array of arrays) {
    out.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
    at += array.byteLength;
  }
  out.set(engine, at);
  return out;
}

/** Whether a snapshot was packed with this signature. */
export function isSigned(snapshot: Uint8Array, signature: string): boolean {
  return signatureOf(snapshot) === signature;
}

function signatureOf(snapshot: Uint8Array): string {
  if (snapshot.length < 4) return "";
  const length = new DataView(snapshot.buffer, snapshot.byteOffset).getUint32(0, true);
  return new TextDecoder().decode(snapshot.subarray(4, 4 + length));
}

/** Fills the arrays and returns the engine's bytes. Nothing is touched unless the signature agrees. */
export function unpack(snapshot: Uint8Array, signature: string, arrays: Arrays): Uint8Array {
  const own = arrays.reduce((total, array) => total + array.byteLength, 0);
  const { length } = new TextEncoder().encode(signature);
  if (!isSigned(snapshot, signature) || snapshot.length <= 4 + length + own) {
    throw new RewardsmithError(
      "E_SIM_SNAPSHOT",
      "a simulator snapshot of another robot, size, physics profile or version",
      {
        hint: "load it into a simulator made with the same options",
      },
    );
  }
  let at = 4 + length;
  for (const array of arrays) {
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    bytes.set(snapshot.subarray(at, at + array.byteLength));
    at += array.byteLength;
  }
  return snapshot.subarray(at);
}
