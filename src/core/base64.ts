/** Bytes as base64 text and back, in Node and in browsers alike, which have no Buffer. */

/** What a call takes as arguments at once, far below any engine's limit. */
const most = 0x8000;

export function toBase64({ buffer, byteOffset, byteLength }: ArrayBufferView): string {
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  let text = "";
  for (let at = 0; at < byteLength; at += most) {
    text += String.fromCharCode(...bytes.subarray(at, at + most));
  }
  return btoa(text);
}

/** Throws a DOMException where the text is no base64. */
export function fromBase64(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}
