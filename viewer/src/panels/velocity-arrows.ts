/** The commanded velocity beside the real one, over the focused robot. */
import { rotateVector } from "../../../src/core/quaternion.js";
import type { RolloutModel } from "../../../src/stream/rollout-model.js";
import type { Arrow } from "../stage/overlays.js";
import type { StageScene } from "../stage/scene.js";
import type { Stage } from "../stage/stage.js";

/** Velocity is measured over so many control steps. */
const overSteps = 5;
/** An arrow as long as the robot stands for this speed, m/s. */
const speedPerLength = 2;

/** Columns of a command that is a velocity in the robot's frame: ahead, or ahead and to the left. */
export interface VelocityCommand {
  readonly offset: number;
  readonly size: number;
}

/** Null where no velocity is commanded. */
export function velocityCommand(model: RolloutModel): VelocityCommand | null {
  const first = model.commands[0]?.name.replace(/\[0\]$/, "");
  const signal = model.signals.find(({ name }) => name === first);
  const isVelocity = signal !== undefined && signal.size <= 3 && /^m\/s\b(?!²)/.test(signal.unit);
  return isVelocity ? signal : null;
}

const turned = [0, 0, 0];

/** Adds the two arrows to `out`; none where no velocity is commanded. */
export function velocityArrows(
  out: Arrow[],
  scene: StageScene,
  stage: Stage,
  command: VelocityCommand | null,
): void {
  const { frame, timeline, poses } = scene;
  if (command === null) return;
  const env = stage.focusEnv;
  const { model } = timeline;
  const p = 7 * (env * model.robot.bodies.length + model.baseBody);
  const offset = stage.offsetOf(env);
  const size = stage.robotMeters;
  const from = [poses[p] + offset[0], poses[p + 1] + offset[1], poses[p + 2] + offset[2]] as const;
  const above = [from[0], from[1], from[2] + 0.45 * size] as const;
  const yaw = yawOf(poses, p + 3);
  const at = env * frame.shape.numSignals + command.offset;
  rotateVector(
    turned,
    0,
    yaw,
    0,
    [frame.signals[at], command.size > 1 ? frame.signals[at + 1] : 0, 0],
    0,
  );
  const scale = size / speedPerLength;
  out.push({
    kind: "command",
    from: above,
    along: [turned[0] * scale, turned[1] * scale, 0],
  });
  const now = timeline.stepAt(scene.time);
  const before = now - overSteps;
  if (before < timeline.begin || timeline.episode(before, env) !== timeline.episode(now, env))
    return;
  const seconds = timeline.timeOf(now) - timeline.timeOf(before);
  const speed = (k: number) =>
    (timeline.basePlace(now, env, k) - timeline.basePlace(before, env, k)) / seconds;
  out.push({
    kind: "velocity",
    from: [above[0], above[1], above[2] + 0.06 * size],
    along: [speed(0) * scale, speed(1) * scale, 0],
  });
}

/** The turn about z alone. */
function yawOf(poses: Float32Array, q: number): number[] {
  const [w, x, y, z] = poses.subarray(q, q + 4);
  const half = Math.atan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z)) / 2;
  return [Math.cos(half), 0, 0, Math.sin(half)];
}
