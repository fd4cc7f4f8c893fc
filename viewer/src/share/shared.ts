/** The data in the page's own elements. */

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
  const text = atob(contentOf(sharedElements.recording) ?? "");
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

function contentOf(id: string): string | null {
  return document.getElementById(id)?.textContent ?? null;
}
