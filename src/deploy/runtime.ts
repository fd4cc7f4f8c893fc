/** The network of a deployment, in plain TypeScript or in ONNX Runtime. */
import { createInference } from "../policy/inference.js";
import { createSession, tensor } from "../policy/node/session.js";
import type { DeployedPolicy } from "./folder.js";

export const runtimeNames = ["typescript", "onnx"] as const;
export type RuntimeName = (typeof runtimeNames)[number];

export interface Runtime {
  /** Actions within ±1 for one observation, all frames; the array is reused by the next call. */
  act(observation: Float32Array): Promise<Float32Array> | Float32Array;
  dispose(): Promise<void>;
}

export async function createRuntime(
  name: RuntimeName,
  { policy, model, deployment }: Pick<DeployedPolicy, "policy" | "model" | "deployment">,
): Promise<Runtime> {
  const { observationDim, actionDim } = policy.network;
  if (name === "typescript") {
    const infer = createInference(policy);
    const out = new Float32Array(actionDim);
    return {
      act(observation) {
        infer(observation, out);
        for (let i = 0; i < actionDim; i++) out[i] = Math.min(1, Math.max(-1, out[i]));
        return out;
      },
      dispose: async () => {},
    };
  }
  const frame = observationDim / deployment.observation_history;
  const older = observationDim - frame;
  const session = await createSession(model);
  const obs = tensor(new Float32Array(frame), [1, frame]);
  const history = tensor(new Float32Array(older), [1, older]);
  const actions = tensor(new Float32Array(actionDim), [1, actionDim]);
  return {
    async act(observation) {
      obs.data.set(observation.subarray(older));
      history.data.set(observation.subarray(0, older));
      await session.run(older > 0 ? { obs, history } : { obs }, { actions });
      return actions.data;
    },
    dispose: () => session.dispose(),
  };
}
