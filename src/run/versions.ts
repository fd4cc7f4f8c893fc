import { readFileSync } from "node:fs";

/** Versions of what decides the numbers. Pinned exactly in package.json, so they are what is installed. */
export function versions(): {
  rewardsmith: string;
  rapier: string;
  mujoco: string;
  onnxruntime: string;
} {
  const file = new URL("../../package.json", import.meta.url);
  const { version, dependencies } = JSON.parse(readFileSync(file, "utf8"));
  return {
    rewardsmith: version,
    rapier: dependencies["@dimforge/rapier3d"],
    mujoco: dependencies["@mujoco/mujoco"],
    onnxruntime: dependencies["onnxruntime-node"],
  };
}
