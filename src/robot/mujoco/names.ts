/** Names of a compiled model's elements, and where they stand in the sources. */

import type { Model } from "./engine.js";
import { lineOf, type SourceFile } from "./source-files.js";

export type NamedKind =
  | "body"
  | "jnt"
  | "geom"
  | "site"
  | "key"
  | "actuator"
  | "tendon"
  | "eq"
  | "sensor";

/**
 * The name of element `index`, or "" for an unnamed one. Read from the names blob: `mj_id2name`
 * answers unnamed elements with an arbitrary string.
 */
export function nameOf(model: Model, kind: NamedKind, index: number): string {
  return textAt(model.names, (model[`name_${kind}adr`] as Int32Array)[index]);
}

/** The name a file gives its model; "" for MuJoCo's own default. */
export function modelName(model: Model): string {
  const name = textAt(model.names, 0);
  return name === "MuJoCo Model" ? "" : name;
}

function textAt(blob: Int8Array, start: number): string {
  const end = blob.indexOf(0, start);
  return Buffer.from(Uint8Array.from(blob.subarray(start, end))).toString("utf8");
}

/** `file:line` of an element by tag and name; the file alone when it cannot be told. */
export function placeOf(files: readonly SourceFile[], tag: string, name = ""): string {
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const pattern = name
    ? new RegExp(`<(?:${tag})\\b[^<>]*\\bname\\s*=\\s*["']${escaped}["']`)
    : new RegExp(`<(?:${tag})\\b`);
  for (const { path, data } of files) {
    const line = typeof data === "string" ? lineOf(data, pattern) : undefined;
    if (line !== undefined) return `${path}:${line}`;
  }
  return files[0].path;
}
