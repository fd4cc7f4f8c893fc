/** Policy actions → actuator controls: clip to ±1, arrive late, scale and offset or add up. */
import { RewardsmithError } from "../core/errors.js";
import type { Rng } from "../core/rng.js";
import type { RobotModel } from "../robot/model.js";
import type { Simulator } from "../sim/simulator.js";
import { boundsOf } from "./distribution.js";
import type { LoadedTask } from "./loaded-task.js";
import { environmentRngs, type Remembering, type StreamKey } from "./memory.js";
import { findSignal } from "./signal-table.js";

export class Actions implements Remembering {
  readonly memory: Remembering["memory"];
  readonly rngs: readonly Rng[];
  readonly dim: number;
  private readonly stride: number;
  private readonly actionOffset: number;
  private readonly previousOffset: number;
  /** Index into the controls, and their affine map, per action. */
  private readonly actuator: Int32Array;
  private readonly scale: Float32Array;
  private readonly offset: Float32Array;
  /** 1 where an action changes a held control; its scale is then per control step. */
  private readonly increment: Uint8Array;
  /** Bounds of held controls. */
  private readonly low: Float32Array;
  private readonly high: Float32Array;
  private readonly actuators: number;
  /** [env][action] the action before the last, where a signal asks for it. */
  readonly older: Float32Array;
  private readonly keepsOlder: boolean;
  /** The last `slots` actions, `[env][slot][action]`; the newest is at `head`. */
  private readonly delayed: Float32Array;
  private readonly slots: number;
  private readonly head = new Int32Array(1);
  readonly delaySteps: Int32Array;
  private readonly minDelay: number;
  private readonly maxDelay: number;
  /** [env] what was drawn; and what is held in its place, or −1. */
  private readonly drawnDelay: Int32Array;
  private readonly heldDelay: Int32Array;
  private readonly simulator: Pick<Simulator, "numEnvs" | "controls">;
  private readonly signals: Float32Array;
  /** Draw the delay here; otherwise every action is as late as the shortest delay, or as it is told. */
  private readonly drawsDelay: boolean;

  constructor(
    task: LoadedTask,
    simulator: Pick<Simulator, "numEnvs" | "controls">,
    signals: Float32Array,
    key: StreamKey,
    randomize: boolean,
    maxDelaySteps = 0,
  ) {
    this.simulator = simulator;
    this.signals = signals;
    const { actions, actionDelaySteps, controlDtSeconds, reset, randomization } = task.definition;
    const told = randomize ? randomization.actionDelaySteps : undefined;
    this.drawsDelay = randomize && told === undefined;
    const { numEnvs } = simulator;
    this.dim = actions.length;
    this.stride = task.signals.stride;
    this.actionOffset = findSignal(task.signals, "action").offset;
    this.previousOffset = findSignal(task.signals, "previousAction").offset;

    const { actuators, keyframes } = task.robot;
    this.actuators = actuators.length;
    this.actuator = Int32Array.from(actions, (action) =>
      actuators.findIndex((actuator) => actuator.name === action.actuator),
    );
    this.scale = Float32Array.from(actions, ({ mode, scale }) =>
      mode === "increment" ? scale * controlDtSeconds : scale,
    );
    this.offset = Float32Array.from(actions, (action) => action.offset);
    this.increment = Uint8Array.from(actions, ({ mode }) => (mode === "increment" ? 1 : 0));
    const bounds = actions.map((_, i) => heldRange(task.robot, this.actuator[i]));
    this.low = Float32Array.from(bounds, (range) => range?.[0] ?? Number.NEGATIVE_INFINITY);
    this.high = Float32Array.from(bounds, (range) => range?.[1] ?? Number.POSITIVE_INFINITY);
    // Actuators that no action drives hold the keyframe's control.
    const held = keyframes.find((keyframe) => keyframe.name === reset.keyframe)?.ctrl ?? [];
    for (let env = 0; env < numEnvs; env++) simulator.controls.set(held, env * this.actuators);

    this.keepsOlder = task.signals.signals.some(({ source }) => source.kind === "actionJerk");
    this.older = new Float32Array(this.keepsOlder ? numEnvs * this.dim : 0);
    this.minDelay = actionDelaySteps[0];
    this.maxDelay = actionDelaySteps[1];
    const longest = told ? Math.ceil(boundsOf(told.distribution)[1]) : this.maxDelay;
    this.slots = Math.max(longest, maxDelaySteps) + 1;
    this.delayed = new Float32Array(numEnvs * this.slots * this.dim);
    this.delaySteps = new Int32Array(numEnvs).fill(this.minDelay);
    this.drawnDelay = this.delaySteps.slice();
    this.heldDelay = new Int32Array(numEnvs).fill(-1);
    this.rngs = environmentRngs(key, "delay", numEnvs);
    this.memory = {
      delayedActions: this.delayed,
      delayHead: this.head,
      delaySteps: this.delaySteps,
      controls: simulator.controls,
      ...(this.keepsOlder && { olderActions: this.older }),
    };
  }

  /** Takes this step's actions `[env][action]` and sets the controls of the actions now due. */
  apply(actions: Float32Array): void {
    const { dim, slots, stride, signals } = this;
    const { controls } = this.simulator;
    this.head[0] = (this.head[0] + 1) % slots;
    const head = this.head[0];
    for (let env = 0; env < this.simulator.numEnvs; env++) {
      const row = env * stride;
      const due = (head - this.delaySteps[env] + slots) % slots;
      for (let i = 0; i < dim; i++) {
        const action = actions[env * dim + i];
        if (Number.isNaN(action)) throw notANumber(env, i);
        const clipped = action > 1 ? 1 : action < -1 ? -1 : action;
        if (this.keepsOlder) {
          this.older[env * dim + i] = signals[row + this.previousOffset + i];
        }
        signals[row + this.previousOffset + i] = signals[row + this.actionOffset + i];
        signals[row + this.actionOffset + i] = clipped;
        this.delayed[(env * slots + head) * dim + i] = clipped;
        const c = env * this.actuators + this.actuator[i];
        const change = this.scale[i] * this.delayed[(env * slots + due) * dim + i];
        controls[c] =
          this.increment[i] === 0
            ? this.offset[i] + change
            : Math.min(Math.max(controls[c] + change, this.low[i]), this.high[i]);
      }
    }
  }

  /** An episode begins: nothing has been commanded yet, held controls are back at their offset. */
  reset(env: number): void {
    const { dim, slots, signals } = this;
    const row = env * this.stride;
    signals.fill(0, row + this.actionOffset, row + this.actionOffset + dim);
    signals.fill(0, row + this.previousOffset, row + this.previousOffset + dim);
    this.delayed.fill(0, env * slots * dim, (env + 1) * slots * dim);
    if (this.keepsOlder) this.older.fill(0, env * dim, (env + 1) * dim);
    for (let i = 0; i < dim; i++) {
      if (this.increment[i] === 0) continue;
      this.simulator.controls[env * this.actuators + this.actuator[i]] = this.offset[i];
    }
    if (!this.drawsDelay) return;
    this.drawnDelay[env] =
      this.minDelay + this.rngs[env].integer(this.maxDelay + 1 - this.minDelay);
    this.useDelay(env);
  }

  /** What was drawn for an environment, in whole steps and no more than there is room for. */
  setDelay(env: number, steps: number): void {
    this.drawnDelay[env] = Math.min(Math.round(steps), this.slots - 1);
    this.useDelay(env);
  }

  /** Holds the delay of an environment; null goes back to what was drawn. */
  holdDelay(env: number, steps: number | null): void {
    this.heldDelay[env] = steps === null ? -1 : Math.min(Math.max(steps, 0), this.slots - 1);
    this.useDelay(env);
  }

  private useDelay(env: number): void {
    this.delaySteps[env] = this.heldDelay[env] < 0 ? this.drawnDelay[env] : this.heldDelay[env];
  }
}

/** Where a held control stays: the actuator's control range, else the range of the joint it positions. */
export function heldRange(robot: RobotModel, actuator: number): readonly [number, number] | null {
  const { controlRange, kind, gear, transmission } = robot.actuators[actuator];
  if (controlRange !== null || kind !== "position" || transmission.kind !== "joint") {
    return controlRange;
  }
  const range = robot.joints[transmission.joint].range?.map((bound) => bound * gear);
  return range ? [Math.min(...range), Math.max(...range)] : null;
}

function notANumber(env: number, action: number): RewardsmithError {
  return new RewardsmithError(
    "E_ACTION_NOT_FINITE",
    `action ${action} of environment ${env} is not a number`,
    {
      hint: "the policy has diverged: lower the learning rate (--set ppo.lr=…) or the reward's scale",
    },
  );
}
