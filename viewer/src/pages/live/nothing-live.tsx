/** Live before there is anything to see: why, and what to do. */
import { live } from "../../state/live-session.js";
import { open } from "../../state/route.js";
import { Icon } from "../../ui/icon.js";

export function NothingLive() {
  const { link, reason, statuses, policies } = live;
  if (link.value === "refused") {
    return (
      <div class="empty">
        <h2>The server refused this page</h2>
        <p>{reason.value || "It did not say why."}</p>
        <p>
          The address that the command printed carries a token, and so does a link that somebody
          shared with you. After an update of the program, load the page again.
        </p>
        <button type="button" class="button primary" onClick={() => location.reload()}>
          Load again
        </button>
      </div>
    );
  }
  if (link.value === "offline") {
    return (
      <div class="empty">
        <h2>No server</h2>
        <p>
          Nothing answers at {location.host}. Start a command, such as <code>npm start</code> or{" "}
          <code>rewardsmith demo</code>; this page connects by itself.
        </p>
      </div>
    );
  }
  const choices = live.can("select") ? policies.value.slice(0, 6) : [];
  return (
    <div class="empty">
      {link.value === "connecting" ? (
        <p class="soft">Connecting…</p>
      ) : (
        <>
          <h2>Nothing moves yet</h2>
          {statuses.value.map(({ id, message, hint }) => (
            <p key={id}>
              {message} {hint}
            </p>
          ))}
          {choices.length > 0 ? (
            <div class="empty-actions">
              {choices.map((policy) => (
                <button
                  type="button"
                  class="button"
                  key={policy.label}
                  onClick={() => live.send({ type: "select", policy: policy.reference })}
                >
                  <Icon name="play" size={15} /> {policy.label}
                </button>
              ))}
            </div>
          ) : (
            <>
              <p>
                A policy appears here with the first checkpoint of a training. Until then the Lab
                shows how the search goes.
              </p>
              <div class="empty-actions">
                <button type="button" class="button" onClick={() => open("lab")}>
                  <Icon name="lab" size={16} /> Open Lab
                </button>
                <button type="button" class="button" onClick={() => open("runs")}>
                  <Icon name="runs" size={16} /> Open Runs
                </button>
              </div>
            </>
          )}
        </>
      )}
    </div>
  );
}
