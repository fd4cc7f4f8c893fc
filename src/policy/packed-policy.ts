/** What of a policy is needed to act, as JSON: the actor's weights and the normalizer. */
import { z } from "zod";
import { fromBase64, toBase64 } from "../core/base64.js";
import type { PolicyParameters } from "./inference.js";
import { networkShapeSchema, parameterLayout } from "./network.js";

/** Arrays are little-endian numbers in base64. */
export const packedPolicySchema = z.object({
  network: networkShapeSchema,
  /** Float32: the layers that act, which the flat vector of parameters begins with. */
  actor: z.string(),
  /** Float64 each; null: observations are not normalized. */
  observation: z.object({ count: z.number(), mean: z.string(), variance: z.string() }).nullable(),
});
export type PackedPolicy = z.infer<typeof packedPolicySchema>;

export function packPolicy(policy: PolicyParameters): PackedPolicy {
  const { network, theta, observationStatistics: statistics } = policy;
  return {
    network,
    actor: toBase64(theta.subarray(0, parameterLayout(network).actingSize)),
    observation: statistics && {
      count: statistics.count,
      mean: toBase64(statistics.mean),
      variance: toBase64(statistics.variance),
    },
  };
}

/** The critic of what comes back is empty: nothing of it is needed to act. */
export function unpackPolicy({ network, actor, observation }: PackedPolicy): PolicyParameters {
  const theta = new Float32Array(parameterLayout(network).size);
  theta.set(new Float32Array(fromBase64(actor).buffer));
  return {
    network,
    theta,
    observationStatistics: observation && {
      count: observation.count,
      mean: new Float64Array(fromBase64(observation.mean).buffer),
      variance: new Float64Array(fromBase64(observation.variance).buffer),
    },
  };
}
