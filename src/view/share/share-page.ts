/** A recording and what is known about it, written into the built page: one file without a server. */
import { toBase64 } from "../../core/base64.js";
import { RewardsmithError } from "../../core/errors.js";
import { type SharedAbout, sharedElements } from "./about.js";
import type { SharedWorld } from "./world.js";

/** Where the built page wants its data. */
const place = "<!-- shared -->";
const emptyTitle = "<title>Rewardsmith</title>";

export interface SharedPage {
  readonly about: SharedAbout;
  /** A `.rollout` file, deflated as it is. */
  readonly recording: Uint8Array;
  /** What the page plays by itself; null: it only shows the recording. */
  readonly world: SharedWorld | null;
}

/** @param template `share.html` of the built viewer, or `share-physics.html` for one with a world */
export function sharePage(template: string, { about, recording, world }: SharedPage): string {
  const at = template.indexOf(place);
  if (at < 0 || template.indexOf(place, at + 1) >= 0) {
    throw new RewardsmithError("E_SHARE_TEMPLATE", "the built page has no place for the data", {
      where: "share.html",
      hint: "build it anew: npm run build",
    });
  }
  const json = (id: string, value: unknown) =>
    element(id, "application/json", inScript(JSON.stringify(value)));
  const data = [
    json(sharedElements.about, about),
    ...(world === null ? [] : [json(sharedElements.world, world)]),
    element(sharedElements.recording, "text/plain", toBase64(recording)),
  ].join("\n");
  const page = template.slice(0, at) + data + template.slice(at + place.length);
  const title = `<title>${inText(about.title)} · Rewardsmith</title>`;
  return page.replace(emptyTitle, () => title);
}

function element(id: string, type: string, content: string): string {
  return `<script type="${type}" id="${id}">${content}</script>`;
}

/** JSON that cannot end the element it stands in. */
function inScript(json: string): string {
  return json.replaceAll("<", "\\u003c");
}

function inText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
