import { describe, expect, it } from "vitest";
import { computeAdvantages } from "../../src/rl/gae.js";

const gamma = 0.9;
const gaeLambda = 0.5;

/** One environment, three steps: rewards 1 2 3, values 0.5 1 1.5, then V = 2. */
function advantages(ended: { terminated?: number; timeOut?: number }): number[] {
  const out = new Float32Array(3);
  const flag = (step: number | undefined) =>
    Uint8Array.from([0, 1, 2], (t) => (t === step ? 1 : 0));
  computeAdvantages(
    {
      numSteps: 3,
      numEnvs: 1,
      rewards: Float32Array.of(1, 2, 3),
      values: Float32Array.of(0.5, 1, 1.5),
      terminated: flag(ended.terminated),
      timeOuts: flag(ended.timeOut),
      lastValues: Float32Array.of(2),
      gamma,
      gaeLambda,
    },
    out,
  );
  return [...out];
}

/** γλ = 0.45. */
function expectClose(actual: number[], expected: number[]): void {
  expected.forEach((value, i) => {
    expect(actual[i]).toBeCloseTo(value, 5);
  });
}

describe("generalized advantage estimation, against three steps by hand", () => {
  it("sums discounted errors over a running episode", () => {
    // δ = 1 + .9·1 − .5 = 1.4;  2 + .9·1.5 − 1 = 2.35;  3 + .9·2 − 1.5 = 3.3
    expectClose(advantages({}), [1.4 + 0.45 * (2.35 + 0.45 * 3.3), 2.35 + 0.45 * 3.3, 3.3]);
  });

  it("expects nothing after a termination", () => {
    // step 1 ends: δ = 2 − 1 = 1, and nothing flows back over it
    expectClose(advantages({ terminated: 1 }), [1.4 + 0.45 * 1, 1, 3.3]);
  });

  it("bootstraps a time-out with γ V of its own state", () => {
    // step 1 is cut: reward 2 + .9·1 = 2.9, δ = 2.9 − 1 = 1.9
    expectClose(advantages({ timeOut: 1 }), [1.4 + 0.45 * 1.9, 1.9, 3.3]);
  });

  it("bootstraps a time-out in the last step without looking at the next episode", () => {
    // δ = 3 + .9·1.5 − 1.5 = 2.85
    expectClose(advantages({ timeOut: 2 }), [
      1.4 + 0.45 * (2.35 + 0.45 * 2.85),
      2.35 + 0.45 * 2.85,
      2.85,
    ]);
  });

  it("keeps environments apart in [step][env] arrays", () => {
    const out = new Float32Array(4);
    computeAdvantages(
      {
        numSteps: 2,
        numEnvs: 2,
        rewards: Float32Array.of(1, 10, 2, 20),
        values: new Float32Array(4),
        terminated: Uint8Array.of(0, 1, 0, 0),
        timeOuts: new Uint8Array(4),
        lastValues: new Float32Array(2),
        gamma,
        gaeLambda: 1,
      },
      out,
    );
    expectClose([...out], [1 + 0.9 * 2, 10, 2, 20]);
  });
});
