/**
 * The cart-pole of Barto, Sutton and Anderson (1983) in closed form, as a VectorEnvironment:
 * dt 0.02 s, 500 steps, reward 1 per step, fails beyond 12 degrees or 2.4 m. The action is a
 * continuous force of up to 10 N.
 */
import { Rng } from "../../src/core/rng.js";
import type {
  EnvironmentSnapshot,
  EnvironmentStatistics,
  VectorEnvironment,
} from "../../src/task/environment.js";

export interface AnalyticCartPoleOptions {
  readonly numEnvs: number;
  readonly seed: number;
  /** Gives the critic an input of its own: the state and the time left. */
  readonly privileged?: boolean;
  readonly rewardScale?: number;
  /** 2: the cart's numbers count as an older frame, the pole's as the newest. */
  readonly frames?: 1 | 2;
}

const maxEpisodeSteps = 500;

export class AnalyticCartPole implements VectorEnvironment {
  readonly numEnvs: number;
  readonly observationDim = 4;
  readonly observationHistory: number;
  readonly privilegedObservationDim: number;
  readonly actionDim = 1;
  readonly observations: Float32Array;
  readonly privilegedObservations: Float32Array;
  readonly rewards: Float32Array;
  readonly terminated: Uint8Array;
  readonly timeOuts: Uint8Array;
  private readonly state: Float64Array;
  private readonly age: Int32Array;
  private readonly rngs: Rng[];
  private readonly rewardScale: number;
  private steps = 0;
  private episodes = 0;
  private lengths = 0;
  private timeOutCount = 0;

  constructor(options: AnalyticCartPoleOptions) {
    const { numEnvs, seed, privileged = false, rewardScale = 1, frames = 1 } = options;
    this.numEnvs = numEnvs;
    this.observationHistory = frames;
    this.rewardScale = rewardScale;
    this.privilegedObservationDim = privileged ? 5 : 4;
    this.observations = new Float32Array(numEnvs * 4);
    this.privilegedObservations = privileged ? new Float32Array(numEnvs * 5) : this.observations;
    this.rewards = new Float32Array(numEnvs);
    this.terminated = new Uint8Array(numEnvs);
    this.timeOuts = new Uint8Array(numEnvs);
    this.state = new Float64Array(numEnvs * 4);
    this.age = new Int32Array(numEnvs);
    this.rngs = Array.from({ length: numEnvs }, (_, env) => Rng.stream(seed, "reset", env));
  }

  reset(stagger: boolean): void {
    for (let env = 0; env < this.numEnvs; env++) {
      this.resetEnv(env);
      if (stagger) this.age[env] = this.rngs[env].integer(maxEpisodeSteps);
    }
    this.observe();
  }

  step(actions: Float32Array): void {
    const { state, age } = this;
    for (let env = 0; env < this.numEnvs; env++) {
      const s = env * 4;
      const force = 10 * Math.max(-1, Math.min(1, actions[env]));
      const [x, xDot, angle, angleDot] = state.subarray(s, s + 4);
      const sin = Math.sin(angle);
      const cos = Math.cos(angle);
      const push = (force + 0.05 * angleDot * angleDot * sin) / 1.1;
      const angleAcceleration =
        (9.8 * sin - cos * push) / (0.5 * (4 / 3 - (0.1 * cos * cos) / 1.1));
      const acceleration = push - (0.05 * angleAcceleration * cos) / 1.1;
      state[s] = x + 0.02 * xDot;
      state[s + 1] = xDot + 0.02 * acceleration;
      state[s + 2] = angle + 0.02 * angleDot;
      state[s + 3] = angleDot + 0.02 * angleAcceleration;
      age[env]++;
      this.steps++;
      const failed = Math.abs(state[s]) > 2.4 || Math.abs(state[s + 2]) > (12 * Math.PI) / 180;
      this.rewards[env] = this.rewardScale;
      this.terminated[env] = failed ? 1 : 0;
      this.timeOuts[env] = !failed && age[env] >= maxEpisodeSteps ? 1 : 0;
      if (this.terminated[env] || this.timeOuts[env]) {
        this.episodes++;
        this.lengths += age[env];
        this.timeOutCount += this.timeOuts[env];
        this.resetEnv(env);
      }
    }
    this.observe();
  }

  takeStatistics(): EnvironmentStatistics {
    const { steps, episodes } = this;
    const episodeLength = this.lengths / episodes;
    const timeOut = this.timeOutCount / episodes;
    this.steps = 0;
    this.episodes = 0;
    this.lengths = 0;
    this.timeOutCount = 0;
    return {
      steps,
      reward: this.rewardScale,
      terms: { alive: this.rewardScale },
      episodes,
      episodeReturn: episodeLength * this.rewardScale,
      episodeLength,
      fitness: episodeLength,
      termSums: { alive: episodeLength * this.rewardScale },
      endings: { fell: 1 - timeOut, timeOut },
    };
  }

  save(): EnvironmentSnapshot {
    return {
      simulator: new Uint8Array(0),
      arrays: { state: this.state.slice(), age: this.age.slice() },
      rngs: this.rngs.map((rng) => rng.save()),
    };
  }

  load(snapshot: EnvironmentSnapshot): void {
    this.state.set(snapshot.arrays["state"]);
    this.age.set(snapshot.arrays["age"]);
    this.rngs.forEach((rng, env) => {
      rng.load(snapshot.rngs[env]);
    });
    this.observe();
  }

  dispose(): void {}

  private resetEnv(env: number): void {
    for (let j = 0; j < 4; j++) this.state[env * 4 + j] = this.rngs[env].uniform(-0.05, 0.05);
    this.age[env] = 0;
  }

  private observe(): void {
    this.observations.set(this.state);
    if (this.privilegedObservations === this.observations) return;
    for (let env = 0; env < this.numEnvs; env++) {
      for (let j = 0; j < 4; j++) {
        this.privilegedObservations[env * 5 + j] = this.state[env * 4 + j];
      }
      this.privilegedObservations[env * 5 + 4] = 1 - this.age[env] / maxEpisodeSteps;
    }
  }
}
