/** Events on intervals: sudden velocity changes of a body, as if somebody had pushed it. */
import type { Rng } from "../core/rng.js";
import type { Simulator } from "../sim/simulator.js";
import type { LoadedTask } from "./loaded-task.js";
import { environmentRngs, type Remembering, type StreamKey } from "./memory.js";

interface Push {
  readonly body: number;
  readonly intervalSteps: readonly [number, number];
  /** Half-widths, m/s. */
  readonly velocity: readonly [number, number, number];
}

export class Pushes implements Remembering {
  readonly memory: Remembering["memory"];
  readonly rngs: readonly Rng[];
  /** [env] multiplies the velocity of a push. */
  readonly factor: Float32Array;
  /** [env][3] velocity change of the last step, m/s; zero where nobody pushed. */
  readonly given: Float32Array;
  private readonly pushes: readonly Push[];
  /** [env][push] control steps until the next one. */
  private readonly stepsLeft: Int32Array;
  private readonly velocity: [number, number, number] = [0, 0, 0];
  private readonly simulator: Simulator;

  /** Pushes belong to the randomized world: without `randomize` nobody pushes. */
  constructor(task: LoadedTask, simulator: Simulator, key: StreamKey, randomize: boolean) {
    this.simulator = simulator;
    const { events, controlDtSeconds } = task.definition;
    const steps = (seconds: number) => Math.max(1, Math.round(seconds / controlDtSeconds));
    this.pushes = (randomize ? events : []).map((event) => ({
      body: task.robot.bodies.findIndex((body) => body.name === event.body),
      intervalSteps: [steps(event.intervalSeconds[0]), steps(event.intervalSeconds[1])],
      velocity: event.velocity,
    }));
    this.factor = new Float32Array(simulator.numEnvs).fill(1);
    this.given = new Float32Array(3 * simulator.numEnvs);
    this.stepsLeft = new Int32Array(simulator.numEnvs * this.pushes.length);
    this.rngs = this.pushes.length > 0 ? environmentRngs(key, "push", simulator.numEnvs) : [];
    this.memory = { pushStepsLeft: this.stepsLeft };
  }

  /** An episode begins: the waiting starts anew. */
  reset(env: number): void {
    for (let p = 0; p < this.pushes.length; p++) this.schedule(env, p);
  }

  /** A control step is about to be made: pushes where it is time. */
  beforeStep(): void {
    const count = this.pushes.length;
    if (count > 0) this.given.fill(0);
    for (let i = 0; i < this.stepsLeft.length; i++) {
      this.stepsLeft[i]--;
      if (this.stepsLeft[i] > 0) continue;
      const env = Math.floor(i / count);
      const push = this.pushes[i % count];
      const rng = this.rngs[env];
      for (let axis = 0; axis < 3; axis++) {
        const drawn = rng.uniform(-push.velocity[axis], push.velocity[axis]);
        this.velocity[axis] = this.factor[env] * drawn;
        this.given[3 * env + axis] = this.velocity[axis];
      }
      if (this.factor[env] !== 0) this.simulator.push(env, push.body, this.velocity);
      this.schedule(env, i % count);
    }
  }

  private schedule(env: number, p: number): void {
    const [least, most] = this.pushes[p].intervalSteps;
    this.stepsLeft[env * this.pushes.length + p] = least + this.rngs[env].integer(most - least + 1);
  }
}
