/**
 * From measurements to the network's input and from its answer to controls, by the very parts that
 * did it in training: a simulator's arrays filled by a robot.
 */
import { RewardsmithError } from "../core/errors.js";
import { instantiate } from "../reward/batch.js";
import type { CompiledTask } from "../reward/compiled-task.js";
import type { Simulator } from "../sim/simulator.js";
import { Actions } from "../task/actions.js";
import { groundLevel } from "../task/ground.js";
import { Observation } from "../task/observation.js";
import type { BatchProgram } from "../task/program.js";
import { createSignalMemory, type SignalMemory } from "../task/signal-memory.js";
import { type Copy, createSignalReader } from "../task/signal-reader.js";
import { contactGeomsOf, findSignal } from "../task/signal-table.js";
import type { Deployment } from "./deployment.js";
import type { Measurement } from "./robot.js";

/** Draws nothing: there is no noise, and delays are given. */
const key = { seed: 0, stream: "test" } as const;

export class MeasuredRobot {
  /** The network's input: all frames, the newest last. */
  readonly observation: Float32Array;
  /** [actuator] what the due action asks for. */
  readonly controls: Float32Array;
  private readonly task: CompiledTask;
  private readonly robot: Pick<Simulator, "numEnvs" | "jointNames" | "state" | "controls">;
  private readonly signals: Float32Array;
  private readonly memory: SignalMemory;
  private readonly readSignals: Copy;
  private readonly frames: Observation;
  private readonly actions: Actions;
  private readonly derived: BatchProgram | undefined;
  private readonly derivedValues: Float64Array;
  private readonly derivedOffset: number;
  /** Places of measured bodies and contacts in the robot's own lists. */
  private readonly bodies: readonly number[];
  private readonly contacts: readonly number[];
  private readonly given: readonly { readonly offset: number; readonly size: number }[];
  private readonly commandOffsets: readonly number[];
  private readonly episodeSteps = new Int32Array(1);
  private readonly restarted = new Uint8Array(1);
  private began = false;

  constructor(compiled: CompiledTask, deployment: Deployment) {
    const { task, programs } = compiled;
    const { definition, robot, signals: table } = task;
    const { measurements } = deployment;
    this.task = compiled;
    const joints = deployment.joint_names.length;
    const geoms = contactGeomsOf(definition);
    const bodyPose = new Float32Array(robot.bodies.length * 7);
    for (let body = 0; body < robot.bodies.length; body++) bodyPose[7 * body + 3] = 1;
    this.robot = {
      numEnvs: 1,
      jointNames: deployment.joint_names,
      controls: new Float32Array(robot.actuators.length),
      state: {
        jointPosition: new Float32Array(joints),
        jointVelocity: new Float32Array(joints),
        jointEffort: new Float32Array(joints),
        bodyPose,
        bodyVelocity: new Float32Array(robot.bodies.length * 6),
        contactForce: new Float32Array(geoms.length * 3),
      },
    };
    this.controls = this.robot.controls;
    this.signals = new Float32Array(table.stride);
    this.memory = createSignalMemory(task, this.robot);
    const { run } = deployment.action_delay_steps;
    this.actions = new Actions(task, this.robot, this.signals, key, false, run);
    const ground = {
      field: undefined,
      level: groundLevel(task),
      origins: new Float64Array(3),
    };
    this.readSignals = createSignalReader(
      task,
      this.robot,
      this.signals,
      this.memory,
      this.episodeSteps,
      ground,
      this.actions.older,
    );
    this.frames = new Observation(definition.observation, table, this.signals, 1, {
      name: "observation",
      history: definition.observationHistory,
    });
    this.observation = this.frames.values;
    this.actions.holdDelay(0, run);
    this.derived = programs.derived && instantiate(programs.derived, table);
    this.derivedValues = new Float64Array(this.derived?.columns.length ?? 0);
    this.derivedOffset = table.stride - this.derivedValues.length;
    this.bodies = measurements.bodies.map((name) =>
      robot.bodies.findIndex((body) => body.name === name),
    );
    this.contacts = measurements.contacts.map((name) => geoms.indexOf(name));
    this.given = measurements.given.map((name) => findSignal(table, name));
    this.commandOffsets = Object.keys(deployment.commands).flatMap((name) => {
      const { offset, size } = findSignal(table, name);
      return Array.from({ length: size }, (_, i) => offset + i);
    });
    this.command(Object.values(deployment.commands).flatMap((command) => command.default));
  }

  /** What a person asks for: the values of all commands, one after another. */
  command(values: readonly number[]): void {
    if (values.length !== this.commandOffsets.length || !values.every(Number.isFinite)) {
      throw new RewardsmithError(
        "E_RUN_COMMAND",
        `the policy takes ${this.commandOffsets.length} numbers as its command, not ${values.join(", ")}`,
        { hint: "deploy.yaml lists them under `commands`" },
      );
    }
    for (const [i, offset] of this.commandOffsets.entries()) this.signals[offset] = values[i];
  }

  /** An episode begins with the next measurement. */
  restart(): void {
    this.began = false;
  }

  /** Takes a measurement in and brings the observation up to it. */
  observe(measurement: Measurement): void {
    this.write(measurement);
    if (this.began) {
      this.episodeSteps[0]++;
      this.memory.afterStep();
    } else {
      this.episodeSteps[0] = 0;
      this.actions.reset(0);
      this.memory.afterReset(0);
    }
    this.readSignals(0, 1);
    let at = 0;
    for (const { offset, size } of this.given) {
      for (let i = 0; i < size; i++) this.signals[offset + i] = measurement.given[at++];
    }
    if (this.derived) {
      // What is not observed may be no number: what it is made of is not measured.
      this.derived.run(this.signals, this.signals.length, 1, this.derivedValues);
      this.signals.set(this.derivedValues, this.derivedOffset);
    }
    this.restarted[0] = this.began ? 0 : 1;
    this.frames.update(this.restarted);
    this.began = true;
  }

  /** Takes the network's answer and sets the controls that are now due. */
  act(actions: Float32Array): void {
    this.actions.apply(actions);
  }

  /** Actuators of the robot, in the order of `controls`. */
  get actuators(): readonly string[] {
    return this.task.task.robot.actuators.map(({ name }) => name);
  }

  private write(measurement: Measurement): void {
    const { state } = this.robot;
    state.jointPosition.set(measurement.jointPosition);
    state.jointVelocity.set(measurement.jointVelocity);
    if (measurement.jointEffort.length > 0) state.jointEffort.set(measurement.jointEffort);
    for (const [i, body] of this.bodies.entries()) {
      for (let k = 0; k < 7; k++) {
        state.bodyPose[7 * body + k] = measurement.bodyPose[7 * i + k];
      }
      for (let k = 0; k < 6; k++) {
        state.bodyVelocity[6 * body + k] = measurement.bodyVelocity[6 * i + k];
      }
    }
    for (const [i, contact] of this.contacts.entries()) {
      for (let k = 0; k < 3; k++) {
        state.contactForce[3 * contact + k] = measurement.contactForce[3 * i + k];
      }
    }
  }
}
