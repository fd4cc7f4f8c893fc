/** F1 or ?: the keys and the mouse of this page. */
import { type Command, commands } from "../state/commands.js";
import { keySheet } from "../state/overlays.js";
import { Icon } from "./icon.js";

export function KeySheet() {
  if (!keySheet.value) return null;
  const close = () => {
    keySheet.value = false;
  };
  return (
    <div
      class="sheet-back"
      onPointerDown={(event) => event.target === event.currentTarget && close()}
    >
      <div class="sheet" role="dialog" aria-label="Keys and mouse" aria-modal="true">
        <header>
          <h2>Keys and mouse</h2>
          <button type="button" class="icon-button" title="Close (Esc)" onClick={close}>
            <Icon name="close" />
          </button>
        </header>
        <KeyTable />
        <MouseTable />
      </div>
    </div>
  );
}

/** `extra` are keys of pages that are not open. */
export function KeyTable({ extra = [] }: { extra?: readonly Command[] }) {
  const all = [...commands.value, ...extra];
  const withKeys = all.filter(({ keys }) => (keys?.length ?? 0) > 0);
  const groups = [...new Set(withKeys.map(({ group }) => group))];
  return (
    <div class="key-groups">
      {groups.map((group) => (
        <section key={group}>
          <h3>{group}</h3>
          <dl>
            {withKeys
              .filter((command) => command.group === group)
              .map(({ id, title, keys }) => (
                <div key={id}>
                  <dt>{title}</dt>
                  <dd>
                    {keys?.map((key) => (
                      <kbd key={key}>{key}</kbd>
                    ))}
                  </dd>
                </div>
              ))}
          </dl>
        </section>
      ))}
    </div>
  );
}

const mouse = [
  ["Turn the camera", "drag beside the robot, or Alt + drag anywhere"],
  ["Move the camera", "right drag, or two fingers"],
  ["Nearer, farther", "wheel, or pinch"],
  ["Select a body", "click it"],
  ["Select and centre", "double-click it"],
  ["Pull a body", "drag it (a link that may control, on Live)"],
  ["Turn a body", "Ctrl (or Cmd) + drag it: the further, the faster"],
  ["Go to a moment", "click the reward plot or the time bar"],
];

export function MouseTable() {
  return (
    <section class="mouse">
      <h3>Mouse and fingers</h3>
      <dl>
        {mouse.map(([what, how]) => (
          <div key={what}>
            <dt>{what}</dt>
            <dd class="soft">{how}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
