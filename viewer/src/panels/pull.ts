/** A body that is pulled by the mouse: what the roll-out is told of it, and the arrow that shows it. */
import type { RolloutControl } from "../../../src/stream/protocol.js";
import type { Pull } from "../stage/gestures.js";
import type { Arrow } from "../stage/overlays.js";
import type { StageScene } from "../stage/scene.js";
import type { Stage } from "../stage/stage.js";

/** Where a body is drawn, m. */
export function bodyPlace(
  { poses, timeline }: StageScene,
  stage: Stage,
  env: number,
  body: number,
) {
  const p = 7 * (env * timeline.model.robot.bodies.length + body);
  const [x, y, z] = stage.offsetOf(env);
  return [poses[p] + x, poses[p + 1] + y, poses[p + 2] + z] as const;
}

/** Share of the robot's size that an arrow has for each rad/s. */
const turnShare = 0.06;

export function pullArrow(pull: Pull, scene: StageScene, stage: Stage): Arrow {
  const { env, body, shown, turn } = pull;
  const from = bodyPlace(scene, stage, env, body);
  if (turn) {
    const scale = turnShare * stage.robotMeters;
    return { kind: "pull", from, along: [turn[0] * scale, turn[1] * scale, turn[2] * scale] };
  }
  return {
    kind: "pull",
    from,
    along: [shown[0] - from[0], shown[1] - from[1], shown[2] - from[2]],
  };
}

/** What to tell when a pull moves from one place to another; null is none. */
export function dragOf(next: Pull | null, before: Pull | null): RolloutControl | null {
  if (next !== null) {
    const { env, body, point, target, turn } = next;
    if (turn) return { type: "drag", env, body, point: [...point], turn: [...turn] };
    return { type: "drag", env, body, point: [...point], target: [...target] };
  }
  return before && { type: "drag", env: before.env, body: before.body, point: null };
}
