import { dismiss, notices } from "../state/notices.js";
import { Icon } from "./icon.js";

export function Notices() {
  return (
    <div class="notices" aria-live="polite">
      {notices.value.map(({ id, level, text, hint }) => (
        <div key={id} class={`notice ${level}`}>
          <Icon name={level === "error" ? "warning" : "check"} />
          <p>
            {text}
            {hint ? <span class="soft">{hint}</span> : null}
          </p>
          <button type="button" class="icon-button" title="Close" onClick={() => dismiss(id)}>
            <Icon name="close" size={14} />
          </button>
        </div>
      ))}
    </div>
  );
}
