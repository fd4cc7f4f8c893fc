/** A robot in an engine that has what a real one has: a clock, gains, and a watchdog of its own. */
import type { CompiledTask } from "../reward/compiled-task.js";
import { createSimulator } from "../sim/node/create-simulator.js";
import type { EngineName, Simulator } from "../sim/simulator.js";
import { Resets } from "../task/resets.js";
import { contactGeomsOf } from "../task/signal-table.js";
import { simulatorOptions } from "../task/simulator-options.js";
import { measurementsOf } from "./measurements.js";
import type { CommandMessage, DescriptionMessage, StateMessage } from "./wire.js";

/** Its driver runs this many times in a control step of the policy. */
export const driverRate = 5;
/** Without a command for this many control steps it goes limp, as its own watchdog wants. */
const patienceSteps = 10;

export class SimulatedRobot {
  readonly description: DescriptionMessage;
  /** Seconds from one tick to the next. */
  readonly tickSeconds: number;
  private readonly simulator: Simulator;
  private readonly bodies: readonly number[];
  private readonly gains: readonly { readonly kp: number; readonly kv: number }[];
  private command: CommandMessage | null = null;
  private newest = 0;
  private lost = 0;
  private ticksSinceCommand = 0;

  constructor({ task, ...compiled }: CompiledTask, simulator: Simulator, seed: number) {
    this.simulator = simulator;
    const { robot } = task;
    const { joints, bodies } = measurementsOf({ task, ...compiled });
    this.tickSeconds = task.definition.controlDtSeconds / driverRate;
    this.description = {
      type: "description",
      format: 1,
      robot: robot.name,
      joints: [...joints],
      actuators: robot.actuators.map(({ name }) => name),
      effort: true,
      bodies: [...bodies],
      contacts: contactGeomsOf(task.definition),
      given: [],
    };
    this.bodies = bodies.map((name) => robot.bodies.findIndex((body) => body.name === name));
    this.gains = robot.actuators.map(({ kp, kv }) => ({ kp, kv }));
    new Resets(task, simulator, { seed, stream: "test" }).reset(0);
    this.relax();
  }

  /** What it was told last holds until it is told anew. */
  obey(command: CommandMessage): void {
    if (command.sequence <= this.newest) return;
    this.lost += command.sequence - this.newest - 1;
    this.newest = command.sequence;
    this.command = command;
    this.ticksSinceCommand = 0;
  }

  /** Forgets who commanded it before. */
  greet(): void {
    this.newest = 0;
    this.lost = 0;
    this.command = null;
  }

  /** Until its first command somebody holds it, as one holds a robot. */
  tick(): void {
    const { command, simulator } = this;
    if (this.newest === 0) return;
    if (++this.ticksSinceCommand > patienceSteps * driverRate) this.command = null;
    if (command === null || command.mode === "damping") this.relax(command?.damping);
    else this.follow(command);
    simulator.step();
  }

  state(timeSeconds: number): StateMessage {
    const { state } = this.simulator;
    return {
      type: "state",
      time: timeSeconds,
      position: [...state.jointPosition],
      velocity: [...state.jointVelocity],
      effort: [...state.jointEffort],
      bodies: this.bodies.flatMap((body) => [
        ...state.bodyPose.subarray(7 * body, 7 * body + 7),
        ...state.bodyVelocity.subarray(6 * body, 6 * body + 6),
      ]),
      contacts: [...state.contactForce],
      given: [],
      command: { newest: this.newest, lost: this.lost },
    };
  }

  dispose(): void {
    this.simulator.dispose();
  }

  /** Targets, and gains as far as all position actuators change alike: the engine has one factor. */
  private follow({ controls, stiffness, damping }: CommandMessage): void {
    const { simulator } = this;
    simulator.controls.set(controls.slice(0, simulator.controls.length));
    this.setGains(stiffness, damping);
  }

  /** No target: joints are only damped. */
  private relax(damping?: readonly number[]): void {
    const { simulator } = this;
    const { actuators, joints } = simulator.robot;
    this.setGains([], damping ?? []);
    simulator.setParameter(0, "kpFactor", 0);
    for (const [i, { kind, gear, transmission, kv }] of actuators.entries()) {
      if (kind === "position") continue;
      let control = 0;
      if (kind === "motor" && transmission.kind === "joint") {
        const joint = simulator.jointNames.indexOf(joints[transmission.joint].name);
        const velocity = simulator.state.jointVelocity[joint];
        control = (-(damping?.[joint] ?? kv) * velocity) / gear;
      }
      simulator.controls[i] = control;
    }
  }

  private setGains(stiffness: readonly number[], damping: readonly number[]): void {
    const { simulator, gains } = this;
    const { actuators, joints } = simulator.robot;
    let kp = 1;
    let kd = 1;
    for (const [i, { kind, transmission }] of actuators.entries()) {
      if (kind !== "position" || transmission.kind !== "joint") continue;
      const joint = simulator.jointNames.indexOf(joints[transmission.joint].name);
      if (gains[i].kp > 0 && stiffness[joint] !== undefined) kp = stiffness[joint] / gains[i].kp;
      if (gains[i].kv > 0 && damping[joint] !== undefined) kd = damping[joint] / gains[i].kv;
    }
    simulator.setParameter(0, "kpFactor", kp);
    simulator.setParameter(0, "kdFactor", kd);
  }
}

export async function createSimulatedRobot(
  compiled: CompiledTask,
  engine: EngineName,
  seed: number,
): Promise<SimulatedRobot> {
  const { task } = compiled;
  const options = simulatorOptions(task, 1, "reference");
  const { substeps, mujocoSubsteps } = options.physics;
  const simulator = await createSimulator(engine, {
    ...options,
    controlDtSeconds: task.definition.controlDtSeconds / driverRate,
    physics: {
      ...options.physics,
      substeps: Math.ceil(substeps / driverRate),
      ...(mujocoSubsteps && { mujocoSubsteps: Math.ceil(mujocoSubsteps / driverRate) }),
    },
  });
  return new SimulatedRobot(compiled, simulator, seed);
}
