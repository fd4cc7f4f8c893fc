/** The policy that a page plays is the one that the server evaluates. */
import { expect, test } from "vitest";
import { Rng } from "../../src/core/rng.js";
import { createInference } from "../../src/policy/inference.js";
import { initialParameters } from "../../src/policy/network.js";
import { packedPolicySchema, packPolicy, unpackPolicy } from "../../src/policy/packed-policy.js";
import { createPolicy } from "../../src/rl/policy.js";
import { demoOffer } from "../../src/view/live/demo.js";

test.each(["cartpole-swingup", "go1-walk"])(
  "%s: packed into a page, it acts as in ONNX Runtime, to 1e-5",
  async (task) => {
    const network = (await demoOffer(task)?.load())?.policy?.network;
    if (!network) throw new Error("the demo has a policy");
    // Numbers of its own: a demo's come out of the same package.
    const rng = new Rng(3);
    const { observationDim, actionDim } = network;
    const theta = initialParameters(network, 0, rng).map((x) => x + 0.05 * rng.normal());
    const policy = {
      network,
      theta,
      observationStatistics: {
        count: 100,
        mean: Float64Array.from({ length: observationDim }, () => rng.normal()),
        variance: Float64Array.from({ length: observationDim }, () => rng.logUniform(0.1, 10)),
      },
    };
    const text = JSON.stringify(packPolicy(policy));
    const infer = createInference(unpackPolicy(packedPolicySchema.parse(JSON.parse(text))));
    const rows = 64;
    const observations = Float32Array.from({ length: rows * observationDim }, () => rng.normal());
    const server = await createPolicy(policy, rows);
    const expected = await server.act(observations);
    await server.dispose();
    const out = new Float32Array(actionDim);
    let largest = 0;
    for (let row = 0; row < rows; row++) {
      infer(observations.subarray(row * observationDim, (row + 1) * observationDim), out);
      for (let j = 0; j < actionDim; j++) {
        const off = Math.abs(out[j] - expected[row * actionDim + j]);
        expect(off).toBeLessThan(1e-5);
        largest = Math.max(largest, Math.abs(out[j]));
      }
    }
    // Actions of zeros would agree as well.
    expect(largest).toBeGreaterThan(0.1);
  },
);
