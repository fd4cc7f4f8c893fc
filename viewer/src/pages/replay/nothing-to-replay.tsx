/** Replay before anything is opened: three ways to begin. */
import { live } from "../../state/live-session.js";
import { replay } from "../../state/replay.js";
import { Icon } from "../../ui/icon.js";

export function NothingToReplay() {
  const share = replay.loading.value;
  if (share !== null) {
    return (
      <div class="empty">
        <p>Reading… {Math.round(100 * share)} %</p>
        <progress value={share} />
      </div>
    );
  }
  if (replay.fromCheckpoint.value) {
    return (
      <div class="empty">
        <p class="soft">
          {replay.session.statuses.value[0]?.message ??
            "Choose a policy above; it is rolled out anew."}
        </p>
      </div>
    );
  }
  const hasLive = live.model.value !== null;
  const offers = live.policies.value.length;
  return (
    <div class="empty">
      <h2>What should be played again?</h2>
      <div class="empty-actions">
        <button
          type="button"
          class="button primary"
          disabled={!hasLive}
          title={hasLive ? "" : "Live shows nothing yet"}
          onClick={() => replay.takeFromLive(null)}
        >
          <Icon name="live" size={16} /> The last minute of Live
        </button>
        <button
          type="button"
          class="button"
          disabled={offers === 0 || !live.mayControl.value}
          title={offers === 0 ? "No policy is stored yet" : `${offers} policies`}
          onClick={() => {
            replay.fromCheckpoint.value = true;
          }}
        >
          <Icon name="robot" size={16} /> A checkpoint, anew
        </button>
        <label class="button">
          <Icon name="download" size={16} /> A .rollout file
          <input
            type="file"
            accept=".rollout"
            class="hidden-file"
            onChange={(event) => {
              const file = event.currentTarget.files?.[0];
              if (file) void replay.openFile(file);
            }}
          />
        </label>
      </div>
      <p>A recording can also be dropped anywhere on this page.</p>
    </div>
  );
}
