import type { PolicyParameters } from "../policy/inference.js";
import { policyModel } from "../policy/inference-graph.js";
import { createSession, type SessionOptions, tensor } from "../policy/node/session.js";

/** A trained policy without noise, for a whole batch of environments at once. */
export interface Policy {
  /** Mean actions `[env][action]` for raw observations `[env][dim]`; the array is reused by the next call. */
  act(observations: Float32Array): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/** Runs exactly the model that would be exported. */
export async function createPolicy(
  parameters: PolicyParameters,
  numEnvs: number,
  options: SessionOptions = {},
): Promise<Policy> {
  const { observationDim, actionDim } = parameters.network;
  const session = await createSession(policyModel(parameters), options);
  const observations = tensor(new Float32Array(numEnvs * observationDim), [
    numEnvs,
    observationDim,
  ]);
  const mean = tensor(new Float32Array(numEnvs * actionDim), [numEnvs, actionDim]);
  return {
    async act(rows) {
      observations.data.set(rows);
      await session.run({ observations }, { mean });
      return mean.data;
    },
    dispose: () => session.dispose(),
  };
}
