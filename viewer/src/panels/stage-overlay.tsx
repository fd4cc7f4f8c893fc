/** Corner of the picture: what is shown and how well it runs. */
import { live } from "../state/live-session.js";
import { bytes } from "../ui/format.js";

export function StageOverlay() {
  const { load, controls, bytesPerSecond, framesPerSecond, rate } = live;
  const asked = controls.value?.speed ?? 1;
  const reached = load.value?.realTimeFactor;
  const slow = reached !== undefined && !controls.value?.paused && reached < 0.9 * asked;
  return (
    <dl class="stage-overlay number">
      <dt>speed</dt>
      <dd class={slow ? "warn" : ""} title="Simulated seconds per second: asked and reached">
        {asked}× {reached === undefined ? "" : `· ${reached.toFixed(2)}×`}
      </dd>
      <dt>stream</dt>
      <dd title="Frames and bytes received a second">
        {Math.round(framesPerSecond.value)} fps · {bytes(bytesPerSecond.value)}/s
        {rate.value && rate.value.hz < 60 ? ` · slowed to ${rate.value.hz} Hz` : ""}
      </dd>
      {load.value ? (
        <>
          <dt>processor</dt>
          <dd title="Share of one processor core that this live roll-out takes">
            {Math.round(100 * load.value.cpuShare)} % of a core
          </dd>
        </>
      ) : null}
    </dl>
  );
}
