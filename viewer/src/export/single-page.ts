/** What Replay holds as one HTML file that opens from disk. */
import { sharePage } from "../../../src/view/share/share-page.js";
import { getBytes } from "../state/api.js";
import { toRecording } from "../timeline/load-recording.js";
import type { Timeline } from "../timeline/timeline.js";

/** The steps from `from` to `to`, s, in the page that `rewardsmith share` writes; it comes from the server. */
export async function toSinglePage(
  timeline: Timeline,
  title: string,
  from: number,
  to: number,
): Promise<Blob> {
  const template = new TextDecoder().decode(await getBytes("/share.html"));
  const recording = await toRecording(timeline, title, from, to);
  const page = sharePage(template, {
    about: {
      title: title || "A roll-out",
      program: "rewardsmith viewer",
      createdAt: new Date().toISOString(),
      fitnessUnit: timeline.model.fitnessUnit,
      run: null,
      candidate: null,
      curves: [],
    },
    recording: new Uint8Array(await recording.arrayBuffer()),
    world: null,
  });
  return new Blob([page], { type: "text/html" });
}
