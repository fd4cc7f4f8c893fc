import type { RunFollower } from "../../runs/follow-run.js";

export function PackPanel(_props: { follower: RunFollower }) {
  return null;
}
