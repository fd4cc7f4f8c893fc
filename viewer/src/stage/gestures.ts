/**
 * Mouse and fingers, as in MuJoCo's `simulate` where it has them: double-click selects and centres,
 * left turns, right moves, wheel zooms. Dragging a body pulls it where that is allowed (Alt turns the
 * camera all the same), and turns it with Ctrl or Cmd; otherwise the drag turns the camera.
 */
import { Vector3 } from "three";
import type { StageSettings } from "../state/stage-settings.js";
import type { Player } from "../timeline/player.js";
import type { Pick } from "./picker.js";
import type { Stage } from "./stage.js";

type Place = readonly [number, number, number];

export interface Pull {
  readonly env: number;
  readonly body: number;
  /** Where it was grabbed, in the body's frame, m. */
  readonly point: Place;
  /** Where it is pulled to, in the environment's frame, m. */
  readonly target: Place;
  /** The same as drawn, m. */
  readonly shown: Place;
  /** In place of being pulled: how fast it is to turn, rad/s about the world's axes. */
  readonly turn: Place | null;
}

export interface Gestures {
  /** Null: bodies cannot be pulled now. Called with null when let go. */
  readonly pull: ((pull: Pull | null) => void) | null;
  readonly select: (pick: Pick | null) => void;
}

const clickPixels = 5;
/** Rate of turn of a body for each pixel of the drag, rad/s. */
const turnPerPixel = 0.1;

interface Down {
  readonly x: number;
  readonly y: number;
  readonly pick: Pick | null;
  /** The drag turns the body instead of pulling it. */
  readonly turns: boolean;
  readonly id: number;
  pulling: boolean;
}

/** Returns how to let go of the canvas. */
export function bindGestures(
  stage: Stage,
  player: Player,
  settings: StageSettings,
  gestures: () => Gestures,
): () => void {
  const { canvas, rig } = stage;
  let down: Down | null = null;
  let lastTap = 0;

  const onDown = (event: PointerEvent) => {
    if (event.button !== 0 || !event.isPrimary) return;
    const pullable = gestures().pull !== null && !event.altKey;
    const pick = pullable ? stage.pick(event.clientX, event.clientY, player.poses) : null;
    const [x, y, turns] = [event.clientX, event.clientY, event.ctrlKey || event.metaKey];
    down = { x, y, pick, turns, pulling: false, id: event.pointerId };
    if (pick !== null) rig.controls.enabled = false;
  };
  const onMove = (event: PointerEvent) => {
    if (down?.pick == null || event.pointerId !== down.id) return;
    const far = Math.hypot(event.clientX - down.x, event.clientY - down.y) > clickPixels;
    if (far && !down.pulling) {
      down.pulling = true;
      canvas.setPointerCapture(event.pointerId);
    }
    if (!down.pulling) return;
    const { env, body, point, at } = down.pick;
    const target = stage.onFacingPlane(event.clientX, event.clientY, at);
    if (target === null) return;
    const offset = stage.offsetOf(env);
    gestures().pull?.({
      env,
      body,
      point,
      target: [target.x - offset[0], target.y - offset[1], target.z - offset[2]],
      shown: [target.x, target.y, target.z],
      turn: down.turns ? rolled(event.clientX - down.x, event.clientY - down.y) : null,
    });
  };
  /** As if the mouse rolled the body's near side along. */
  const rolled = (right: number, lower: number): Place => {
    const { x, y, z } = new Vector3(lower, right, 0)
      .multiplyScalar(turnPerPixel)
      .applyQuaternion(rig.camera.quaternion);
    return [x, y, z];
  };
  const onUp = (event: PointerEvent) => {
    if (down === null || event.pointerId !== down.id) return;
    const { x, y, pulling } = down;
    down = null;
    rig.controls.enabled = true;
    if (pulling) {
      gestures().pull?.(null);
      return;
    }
    if (event.type !== "pointerup") return;
    if (Math.hypot(event.clientX - x, event.clientY - y) > clickPixels) return;
    const twice = event.timeStamp - lastTap < 350;
    lastTap = event.timeStamp;
    const pick = stage.pick(event.clientX, event.clientY, player.poses);
    gestures().select(pick);
    if (twice && pick !== null) center(stage, settings, pick);
  };
  canvas.addEventListener("pointerdown", onDown, { capture: true });
  canvas.addEventListener("pointermove", onMove);
  canvas.addEventListener("pointerup", onUp);
  canvas.addEventListener("pointercancel", onUp);
  return () => {
    canvas.removeEventListener("pointerdown", onDown, { capture: true });
    canvas.removeEventListener("pointermove", onMove);
    canvas.removeEventListener("pointerup", onUp);
    canvas.removeEventListener("pointercancel", onUp);
  };
}

function center(stage: Stage, settings: StageSettings, { at }: Pick): void {
  const { camera, controls } = stage.rig;
  const shift = new Vector3().subVectors(at, controls.target);
  controls.target.add(shift);
  camera.position.add(shift);
  settings.follow.value = true;
  stage.rig.jump();
  stage.touch();
}
