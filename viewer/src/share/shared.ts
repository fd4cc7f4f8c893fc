/** The data in the page's own elements. */

import { fromBase64 } from "../../../src/core/base64.js";
import {
  type SharedAbout,
  sharedAboutSchema,
  sharedElements,
} from "../../../src/view/share/about.js";
import { type SharedWorld, sharedWorldSchema } from "../../../src/view/share/world.js";

/** Null in a page that nothing was written into. */
export function sharedAbout(): SharedAbout | null {
  const text = contentOf(sharedElements.about);
  return text === null ? null : sharedAboutSchema.parse(JSON.parse(text));
}

/** Null in a page without physics. */
export function sharedWorldInPage(): SharedWorld | null {
  const text = contentOf(sharedElements.world);
  return text === null ? null : sharedWorldSchema.parse(JSON.parse(text));
}

/** A `.rollout` file. */
export function sharedRecording(): Uint8Array<ArrayBuffer> {
  return fromBase64(contentOf(sharedElements.recording) ?? "");
}

function contentOf(id: string): string | null {
  return document.getElementById(id)?.textContent ?? null;
}
