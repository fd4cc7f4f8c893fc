/** Buttons over the picture: camera, layers, shadows, pictures. */
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { cameraViews } from "../stage/camera-rig.js";
import { layers } from "../stage/layers.js";
import type { StageSettings } from "../state/stage-settings.js";
import { Icon } from "../ui/icon.js";

export function StageTools({
  settings,
  many,
  children,
}: {
  settings: StageSettings;
  /** There are several environments. */
  many: boolean;
  children?: ComponentChildren;
}) {
  const open = useSignal(false);
  const stage = settings.stage.value;
  const shadows = settings.shadows.value ?? stage?.quality.shadows ?? false;
  return (
    <div class="stage-tools">
      <button
        type="button"
        class="icon-button"
        title="Follow the robot (F)"
        aria-pressed={settings.follow.value}
        onClick={() => {
          settings.follow.value = !settings.follow.value;
        }}
      >
        <Icon name="follow" />
      </button>
      <button
        type="button"
        class="icon-button"
        title="Camera and layers (C, 1 to 9)"
        aria-expanded={open.value}
        aria-pressed={open.value}
        onClick={() => {
          open.value = !open.value;
        }}
      >
        <Icon name="layers" />
      </button>
      {children}
      {open.value ? (
        <div class="popover layers-menu">
          <h3>Camera</h3>
          <div class="segments">
            {cameraViews.map((view) => (
              <button type="button" key={view} onClick={() => stage?.rig.look(view)}>
                {view === "three-quarter" ? "¾" : view}
              </button>
            ))}
            {many ? (
              <button type="button" onClick={() => stage?.overview()}>
                all
              </button>
            ) : null}
          </div>
          <h3>Layers</h3>
          {layers.map(({ id, title }, i) => (
            <label key={id} class="check">
              <input
                type="checkbox"
                checked={settings.layers.value.has(id)}
                onChange={() => settings.toggle(id)}
              />
              <span>{title}</span>
              <kbd>{i + 1}</kbd>
            </label>
          ))}
          <h3>Picture</h3>
          <label class="check">
            <input
              type="checkbox"
              checked={shadows}
              onChange={() => {
                settings.shadows.value = !shadows;
              }}
            />
            <span>Shadows</span>
          </label>
          {many ? (
            <label class="check">
              <input
                type="checkbox"
                checked={settings.alone.value}
                onChange={() => {
                  settings.alone.value = !settings.alone.value;
                }}
              />
              <span>This environment alone</span>
              <kbd>H</kbd>
            </label>
          ) : null}
        </div>
      ) : null}
    </div>
  );
}
