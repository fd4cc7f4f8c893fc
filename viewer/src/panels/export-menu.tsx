/** What Replay can be saved as. */
import { useSignal } from "@preact/signals";
import { FilmRecorder, save, savePicture } from "../export/picture.js";
import { termsAsCsv } from "../export/table.js";
import type { StageScene } from "../stage/scene.js";
import { notify } from "../state/notices.js";
import type { StageSettings } from "../state/stage-settings.js";
import { toRecording } from "../timeline/load-recording.js";
import type { Player } from "../timeline/player.js";
import type { Timeline } from "../timeline/timeline.js";
import { Icon } from "../ui/icon.js";
import { Popover } from "../ui/popover.js";

export interface ExportMenuProps {
  readonly player: Player;
  readonly settings: StageSettings;
  readonly title: string;
  /** Steps of a timeline from one time to another, s, as one HTML file; null where no server has that page. */
  readonly toPage:
    | ((timeline: Timeline, title: string, from: number, to: number) => Promise<Blob>)
    | null;
}

/** A film or moving picture longer than this is cut, s. */
const longestSeconds = 30;

export function ExportMenu({ player, settings, title, toPage }: ExportMenuProps) {
  const busy = useSignal<string | null>(null);
  const timeline = player.timeline.value;
  if (timeline === null) return null;
  const name = title.replace(/[^\w.-]+/g, "_") || "rollout";
  const [from, to] = player.range.value ?? [timeline.firstTime, timeline.lastTime];
  const end = Math.min(to, from + longestSeconds);
  const stage = settings.stage.value;

  const film = async () => {
    if (stage === null) return;
    const recorder = new FilmRecorder(stage, name);
    player.seek(from);
    player.playing.value = true;
    busy.value = "Recording…";
    while (player.time < end - 1e-3 && player.playing.peek()) await pause(100);
    recorder.stop();
    busy.value = null;
  };
  const gif = async () => {
    if (stage === null || player.shown === null) return;
    const { makeGif } = await import("../export/gif.js");
    const scene: StageScene = {
      timeline,
      get time() {
        return player.time;
      },
      get frame() {
        return player.shown!;
      },
      get poses() {
        return player.poses;
      },
    };
    const blob = await makeGif({
      stage,
      player,
      scene,
      from,
      to: end,
      onProgress: (share) => {
        busy.value = `GIF ${Math.round(100 * share)} %`;
      },
    });
    save(blob, `${name}.gif`);
    busy.value = null;
  };
  const failed = (error: unknown) => {
    busy.value = null;
    notify("error", error instanceof Error ? error.message : "it could not be saved");
  };
  const items = [
    { title: "Picture", kind: "PNG", needsPicture: true, run: () => savePicture(stage!, name) },
    ...(FilmRecorder.available
      ? [{ title: "Film of the range", kind: "WebM", needsPicture: true, run: film }]
      : []),
    { title: "Moving picture of the range", kind: "GIF", needsPicture: true, run: gif },
    ...(toPage
      ? [
          {
            title: "Page for others",
            kind: "HTML",
            needsPicture: false,
            run: async () => save(await toPage(timeline, title, from, to), `${name}.html`),
          },
        ]
      : []),
    {
      title: "Recording",
      kind: ".rollout",
      needsPicture: false,
      run: async () => save(await toRecording(timeline, title, from, to), `${name}.rollout`),
    },
    {
      title: "Reward terms",
      kind: "CSV",
      needsPicture: false,
      run: async () =>
        save(new Blob([termsAsCsv(timeline, from, to)], { type: "text/csv" }), `${name}.csv`),
    },
  ];
  return (
    <Popover
      class="button"
      title="Save what is shown"
      disabled={busy.value !== null}
      label={
        <>
          <Icon name="download" size={16} /> {busy.value ?? "Export"}
        </>
      }
    >
      {(close) => (
        <>
          <h3>
            {player.range.value ? "Range" : "All"}: {from.toFixed(1)} to {to.toFixed(1)} s
          </h3>
          <p class="faint">Shift-drag on the time bar chooses a range.</p>
          {items.map(({ title, kind, needsPicture, run }) => (
            <button
              type="button"
              key={kind}
              class="menu-item"
              disabled={needsPicture && stage === null}
              onClick={() => {
                close();
                run().catch(failed);
              }}
            >
              <span>{title}</span>
              <span class="faint">{kind}</span>
            </button>
          ))}
        </>
      )}
    </Popover>
  );
}

function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
