/** Generalized advantage estimation (Schulman et al., 2016). All arrays `[step][env]`. */
export interface GaeInput {
  readonly numSteps: number;
  readonly numEnvs: number;
  readonly rewards: Float32Array;
  /** V(s_t), in units of the reward. */
  readonly values: Float32Array;
  /** 1 where the episode ended at this step by termination. */
  readonly terminated: Uint8Array;
  /** 1 where it ended by the time limit: the future is bootstrapped with γ V(s_t), as in rsl_rl. */
  readonly timeOuts: Uint8Array;
  /** V of the observation after the last step, `[env]`. */
  readonly lastValues: Float32Array;
  readonly gamma: number;
  readonly gaeLambda: number;
}

/** Writes advantages; the return (value target) is advantage + value. */
export function computeAdvantages(input: GaeInput, advantages: Float32Array): void {
  const { numSteps, numEnvs, rewards, values, terminated, timeOuts, lastValues } = input;
  const { gamma, gaeLambda } = input;
  for (let env = 0; env < numEnvs; env++) {
    let advantage = 0;
    let nextValue = lastValues[env];
    for (let t = numSteps - 1; t >= 0; t--) {
      const i = t * numEnvs + env;
      const goesOn = terminated[i] || timeOuts[i] ? 0 : 1;
      const reward = timeOuts[i] ? rewards[i] + gamma * values[i] : rewards[i];
      const delta = reward + gamma * nextValue * goesOn - values[i];
      advantage = delta + gamma * gaeLambda * goesOn * advantage;
      advantages[i] = advantage;
      nextValue = values[i];
    }
  }
}
