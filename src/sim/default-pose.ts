import type { RobotModel } from "../robot/model.js";

/** Each joint's value in the first keyframe, else as the file has it drawn; by index, 0 for a free joint. */
export function defaultPose({ joints, keyframes }: RobotModel): number[] {
  const qpos = keyframes[0]?.qpos;
  let at = 0;
  return joints.map(({ kind, reference }) => {
    const from = at;
    at += kind === "free" ? 7 : kind === "ball" ? 4 : 1;
    return kind === "free" ? 0 : (qpos?.[from] ?? reference ?? 0);
  });
}
