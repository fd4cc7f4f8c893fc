/** Looks into a WebM by its specification (EBML, RFC 8794; Matroska, RFC 9559): its kind and its pictures. */

/** Elements that hold others and are walked into, by id. */
const parents: ReadonlySet<number> = new Set([0x18538067, 0x1f43b675, 0xa0, 0x1a45dfa3]);
const [simpleBlock, block, docType] = [0xa3, 0xa1, 0x4282];

export interface Webm {
  readonly docType: string;
  /** Blocks of all clusters: one a picture. */
  readonly pictures: number;
}

export function readWebm(file: Buffer): Webm {
  if (file.readUInt32BE(0) !== 0x1a45dfa3) throw new Error("no EBML");
  let kind = "";
  let pictures = 0;
  for (let at = 0; at < file.length; ) {
    const id = integer(file, at, false);
    const size = integer(file, at + id.bytes, true);
    at += id.bytes + size.bytes;
    // A browser that records does not know yet how long a parent becomes; its children follow all the same.
    if (parents.has(id.value)) continue;
    if (id.value === docType) kind = file.toString("latin1", at, at + size.value);
    if (id.value === simpleBlock || id.value === block) pictures++;
    at += size.value;
  }
  return { docType: kind, pictures };
}

/** A number whose leading zero bits tell its length; the marking bit is part of an id, not of a size. */
function integer(file: Buffer, at: number, unmarked: boolean): { value: number; bytes: number } {
  const bytes = Math.clz32(file[at]) - 23;
  let value = unmarked ? file[at] & (0xff >> bytes) : file[at];
  for (let i = 1; i < bytes; i++) value = value * 256 + file[at + i];
  return { value, bytes };
}
