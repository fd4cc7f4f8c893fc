/** What a page plays by itself: task, reward and policy; written into the page, read by it. */
import { z } from "zod";
import { type PackedPolicy, packedPolicySchema, packPolicy } from "../../policy/packed-policy.js";
import type { WatchedPolicy } from "../../stream/protocol.js";
import type { Scene, Watched } from "../live/scene.js";

export const sharedWorldSchema = z.object({
  /** As the program that wrote the page checked and compiled it. */
  scene: z.custom<Scene>((value) => typeof value === "object" && value !== null),
  policy: packedPolicySchema.nullable(),
  about: z.custom<WatchedPolicy>((value) => typeof value === "object" && value !== null),
  numEnvs: z.int().min(1),
});

export interface SharedWorld {
  readonly scene: Scene;
  /** Null: zero actions. */
  readonly policy: PackedPolicy | null;
  readonly about: WatchedPolicy;
  readonly numEnvs: number;
}

export function sharedWorld({ scene, policy, about }: Watched, numEnvs: number): SharedWorld {
  const { task } = scene.task;
  // Where it lay is nobody else's business.
  const moved = { ...scene.task, task: { ...task, folder: "" } };
  return {
    scene: { ...scene, task: moved },
    policy: policy && packPolicy(policy),
    about,
    numEnvs,
  };
}
