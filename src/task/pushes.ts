/** Events on intervals: sudden velocity changes of a body, as if somebody had pushed it. */
import type { Rng } from "../core/rng.js";
import { floatingBase, freeBodies } from "../robot/free-bodies.js";
import type { Simulator } from "../sim/simulator.js";
import type { LoadedTask } from "./loaded-task.js";
import { environmentRngs, type Remembering, type StreamKey } from "./memory.js";
import type { TaskDefinition } from "./task.js";

/** Seconds between the pushes of a task that draws their speed and declares no event. */
const usualInterval: [number, number] = [3, 7];

interface Push {
  readonly body: number;
  readonly intervalSteps: readonly [number, number];
  /** Half-widths, m/s. */
  readonly velocity: readonly [number, number, number];
  /** The largest of them. */
  readonly speed: number;
  /** Whether it is a loose object that is pushed. */
  readonly object: boolean;
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
  /** [env][robot, object] greatest speed of a push, m/s; NaN: as the events declare. */
  private readonly speeds: Float64Array;
  private readonly velocity: [number, number, number] = [0, 0, 0];
  private readonly simulator: Simulator;

  /** Pushes belong to the randomized world: without `randomize` nobody pushes. */
  constructor(task: LoadedTask, simulator: Simulator, key: StreamKey, randomize: boolean) {
    this.simulator = simulator;
    const { controlDtSeconds, randomization } = task.definition;
    const steps = (seconds: number) => Math.max(1, Math.round(seconds / controlDtSeconds));
    const objects = objectNames(task);
    this.pushes = (randomize ? pushEvents(task) : []).map((event) => ({
      body: task.robot.bodies.findIndex((body) => body.name === event.body),
      intervalSteps: [steps(event.intervalSeconds[0]), steps(event.intervalSeconds[1])],
      velocity: event.velocity,
      speed: Math.max(...event.velocity),
      object: objects.includes(event.body),
    }));
    this.factor = new Float32Array(simulator.numEnvs).fill(1);
    this.given = new Float32Array(3 * simulator.numEnvs);
    this.stepsLeft = new Int32Array(simulator.numEnvs * this.pushes.length);
    this.speeds = new Float64Array(2 * simulator.numEnvs).fill(Number.NaN);
    this.rngs = this.pushes.length > 0 ? environmentRngs(key, "push", simulator.numEnvs) : [];
    const drawn = randomization.pushSpeed ?? randomization.objectPushSpeed;
    this.memory = {
      pushStepsLeft: this.stepsLeft,
      ...(randomize && drawn && { pushSpeeds: this.speeds }),
    };
  }

  /** How hard an environment's robot or its objects are pushed at most, m/s. */
  setSpeed(env: number, metersPerSecond: number, object: boolean): void {
    this.speeds[2 * env + (object ? 1 : 0)] = metersPerSecond;
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
      const factor = this.factor[env] * this.share(env, push);
      for (let axis = 0; axis < 3; axis++) {
        const drawn = rng.uniform(-push.velocity[axis], push.velocity[axis]);
        this.velocity[axis] = factor * drawn;
        this.given[3 * env + axis] = this.velocity[axis];
      }
      if (factor !== 0) this.simulator.push(env, push.body, this.velocity);
      this.schedule(env, i % count);
    }
  }

  /** Of what an event declares. */
  private share(env: number, { speed, object }: Push): number {
    const told = this.speeds[2 * env + (object ? 1 : 0)];
    return Number.isNaN(told) || speed === 0 ? 1 : told / speed;
  }

  private schedule(env: number, p: number): void {
    const [least, most] = this.pushes[p].intervalSteps;
    this.stepsLeft[env * this.pushes.length + p] = least + this.rngs[env].integer(most - least + 1);
  }
}

/** The task's own, and those that a drawn speed asks for where it declares none. */
function pushEvents(task: LoadedTask): TaskDefinition["events"] {
  const { events, randomization } = task.definition;
  const objects = objectNames(task);
  const pushOf = (body: string): TaskDefinition["events"][number] => ({
    kind: "push",
    body,
    intervalSeconds: [...usualInterval],
    velocity: [1, 1, 0],
  });
  const base = floatingBase(task.robot)?.name;
  const pushesRobot = events.some(({ body }) => !objects.includes(body));
  const pushesObject = events.some(({ body }) => objects.includes(body));
  return [
    ...events,
    ...(randomization.pushSpeed && !pushesRobot && base !== undefined ? [pushOf(base)] : []),
    ...(randomization.objectPushSpeed && !pushesObject ? objects.map(pushOf) : []),
  ];
}

function objectNames({ robot }: LoadedTask): string[] {
  return freeBodies(robot).flatMap(({ name, object }) => (object ? [name] : []));
}
