/** The model for robots: one frame in, clipped actions out, and its own history. */
import { expect, test } from "vitest";
import { Rng } from "../../src/core/rng.js";
import { createInference } from "../../src/policy/inference.js";
import { deployedModel } from "../../src/policy/inference-graph.js";
import { initialParameters, type NetworkShape } from "../../src/policy/network.js";
import { createSession, tensor } from "../../src/policy/node/session.js";

test("fed frame by frame, it does what the policy does on the stacked frames", async () => {
  const frame = 4;
  const history = 3;
  const network: NetworkShape = {
    observationDim: frame * history,
    privilegedObservationDim: 0,
    actionDim: 2,
    actor: [8],
    critic: [8],
    activation: "elu",
    shared: false,
  };
  const rng = new Rng(2);
  const policy = {
    network,
    theta: initialParameters(network, 0, rng).map((x) => x + 0.5 * rng.normal()),
    observationStatistics: {
      count: 9,
      mean: Float64Array.from({ length: 12 }, () => rng.normal()),
      variance: Float64Array.from({ length: 12 }, () => rng.logUniform(0.1, 10)),
    },
  };
  const session = await createSession(deployedModel(policy, { history, metadata: {} }));
  const infer = createInference(policy);
  const obs = tensor(new Float32Array(frame), [1, frame]);
  const past = tensor(new Float32Array(8), [1, 8]);
  const next = tensor(new Float32Array(8), [1, 8]);
  const actions = tensor(new Float32Array(2), [1, 2]);
  const stacked = new Float32Array(12);
  const expected = new Float32Array(2);
  let clipped = 0;
  for (let step = 0; step < 20; step++) {
    stacked.copyWithin(0, frame);
    for (let i = 0; i < frame; i++) {
      obs.data[i] = rng.normal();
      stacked[8 + i] = obs.data[i];
    }
    await session.run({ obs, history: past }, { actions, next_history: next });
    past.data.set(next.data);
    infer(stacked, expected);
    for (let i = 0; i < 2; i++) {
      expect(actions.data[i]).toBeCloseTo(Math.min(1, Math.max(-1, expected[i])), 5);
      if (Math.abs(expected[i]) > 1) clipped++;
    }
  }
  await session.dispose();
  expect(clipped).toBeGreaterThan(0);
  expect(clipped).toBeLessThan(40);
});
