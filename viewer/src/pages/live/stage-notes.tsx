/** What the server has to say, and the selected body, over the picture. */
import { live } from "../../state/live-session.js";
import type { StageSettings } from "../../state/stage-settings.js";
import { Icon } from "../../ui/icon.js";

export function StageNotes({ settings }: { settings: StageSettings }) {
  const { link, reason, statuses, model, focusEnv, player } = live;
  const robot = model.value?.robot;
  const body = robot?.bodies[settings.selectedBody.value];
  const behind = !player.atLive.value;
  return (
    <div class="stage-notes">
      {link.value === "offline" ? (
        <p class="stage-note warning">
          <Icon name="warning" size={16} /> Offline: the server does not answer. What was received
          is still here, and the page keeps trying.
        </p>
      ) : null}
      {link.value === "refused" ? (
        <p class="stage-note warning">
          <Icon name="warning" size={16} /> The server ended the connection: {reason.value}. What
          was received is still here.
        </p>
      ) : null}
      {statuses.value.map(({ id, level, message, hint }) => (
        <p key={id} class={`stage-note ${level}`}>
          {level === "info" ? null : <Icon name="warning" size={16} />}
          <span>
            {message}
            {hint ? <span class="faint"> {hint}</span> : null}
          </span>
        </p>
      ))}
      {behind ? (
        <p class="stage-note info">
          A moment that has passed.
          <button type="button" class="text-button" onClick={() => player.goLive()}>
            back to live
          </button>
        </p>
      ) : null}
      {(model.value?.numEnvs ?? 1) > 1 || body ? (
        <p class="stage-env number">
          {(model.value?.numEnvs ?? 1) > 1
            ? `environment ${focusEnv.value} of ${model.value?.numEnvs}`
            : ""}
          {body ? <strong> {body.name}</strong> : null}
          {body ? <span class="faint"> {body.massKg.toFixed(2)} kg</span> : null}
        </p>
      ) : null}
    </div>
  );
}
