/** How the connection is, in a dot and a word. */
import { live } from "../state/live-session.js";
import { moment } from "./format.js";
import { Icon } from "./icon.js";

const words = {
  connecting: "connecting",
  live: "connected",
  lagging: "waiting for frames",
  offline: "offline",
  refused: "refused",
};

export function LinkChip() {
  const state = live.link.value;
  const title =
    state === "offline"
      ? "The server does not answer: what was received stays here, and the page keeps trying"
      : live.reason.value || `Session ${live.sessionId.value.slice(0, 8)}`;
  return (
    <span class={`link-chip ${state}`} title={title} role="status">
      <i />
      <span>{words[state]}</span>
      {live.role.value === "read" && state === "live" ? (
        <span class="chip" title="This link may look, not control">
          <Icon name="lock" size={12} /> read-only
          {live.untilMs.value === null ? "" : ` until ${moment(live.untilMs.value)}`}
        </span>
      ) : null}
    </span>
  );
}
