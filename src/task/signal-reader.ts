/**
 * Simulator state → signal table. The plan is made once: a list of copies between flat arrays, so
 * that a step looks up no name and allocates nothing. Columns that the environment itself knows
 * (actions, commands, parameters, derived signals) are written by their owners, not here.
 */
import { unrotateVector } from "../core/quaternion.js";
import type { Simulator } from "../sim/simulator.js";
import { type Ground, groundHeight } from "./ground.js";
import type { LoadedTask } from "./loaded-task.js";
import { isMotionQuality, motionQuality } from "./motion-quality.js";
import type { SignalMemory } from "./signal-memory.js";
import { contactGeomsOf, findSignal } from "./signal-table.js";
import type { Signal } from "./signals.js";
import type { SignalSource } from "./task.js";

/** Refreshes columns for environments `first` to `end` − 1. */
export type Copy = (first: number, end: number) => void;

/** The function that copies everything a simulator knows into `signals` `[env][stride]`. */
export function createSignalReader(
  task: LoadedTask,
  simulator: Pick<Simulator, "state" | "jointNames">,
  signals: Float32Array,
  memory: SignalMemory,
  /** [env] control steps since the episode began. */
  episodeSteps: Int32Array,
  ground: Ground,
  /** [env][action] the action before the last. */
  olderActions: Float32Array,
): Copy {
  const { robot } = task;
  const { stride } = task.signals;
  const { state, jointNames } = simulator;
  const dt = task.definition.controlDtSeconds;
  const geomNames = contactGeomsOf(task.definition);
  const joint = (name: string) => jointNames.indexOf(name);
  const body = (name: string) => robot.bodies.findIndex((candidate) => candidate.name === name);

  /** Column `column` of `source` `[env][width]` to the signal's only column. */
  const copyOne = (signal: Signal, source: Float32Array, width: number, column: number): Copy => {
    const { offset } = signal;
    return (first, end) => {
      for (let env = first; env < end; env++) {
        signals[env * stride + offset] = source[env * width + column];
      }
    };
  };
  /** `columns` of `source` `[env][width]` to the signal's columns, in that order. */
  const copyMany = (
    signal: Signal,
    source: Float32Array,
    width: number,
    columns: number[],
  ): Copy => {
    const { offset } = signal;
    return (first, end) => {
      for (let env = first; env < end; env++) {
        for (let i = 0; i < columns.length; i++) {
          signals[env * stride + offset + i] = source[env * width + columns[i]];
        }
      }
    };
  };
  const joints = (names: readonly string[] | undefined) => (names ?? jointNames).map(joint);
  const run = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i);
  const bodies = robot.bodies.length;

  /** Velocity columns of a body, turned into its own frame where the signal asks for it. */
  const copyVelocity = (signal: Signal, name: string, column: number, frame: string): Copy => {
    const index = body(name);
    if (frame === "world") {
      return copyMany(signal, state.bodyVelocity, bodies * 6, run(index * 6 + column, 3));
    }
    const { bodyVelocity, bodyPose } = state;
    return (first, end) => {
      for (let env = first; env < end; env++) {
        const v = (env * bodies + index) * 6 + column;
        const q = (env * bodies + index) * 7 + 3;
        unrotateVector(signals, env * stride + signal.offset, bodyPose, q, bodyVelocity, v);
      }
    };
  };

  const copyGravity = (signal: Signal, name: string): Copy => {
    const index = body(name);
    const { bodyPose } = state;
    const norm = Math.hypot(...robot.gravity);
    const down = norm > 0 ? robot.gravity.map((component) => component / norm) : [0, 0, -1];
    return (first, end) => {
      for (let env = first; env < end; env++) {
        const q = (env * bodies + index) * 7 + 3;
        unrotateVector(signals, env * stride + signal.offset, bodyPose, q, down, 0);
      }
    };
  };

  const copyHeight = (signal: Signal, name: string): Copy => {
    const index = body(name);
    const { bodyPose } = state;
    return (first, end) => {
      for (let env = first; env < end; env++) {
        const p = (env * bodies + index) * 7;
        const height = groundHeight(ground, env, bodyPose[p], bodyPose[p + 1]);
        signals[env * stride + signal.offset] = bodyPose[p + 2] - height;
      }
    };
  };

  const copyScan = (
    signal: Signal,
    { body: name, ahead, left }: Extract<SignalSource, { kind: "heightScan" }>,
  ): Copy => {
    const index = body(name);
    const { bodyPose } = state;
    return (first, end) => {
      for (let env = first; env < end; env++) {
        const p = (env * bodies + index) * 7;
        const w = bodyPose[p + 3];
        const x = bodyPose[p + 4];
        const y = bodyPose[p + 5];
        const z = bodyPose[p + 6];
        // Where the body's x axis points, seen from above.
        const headingX = 1 - 2 * (y * y + z * z);
        const headingY = 2 * (x * y + w * z);
        const length = Math.sqrt(headingX * headingX + headingY * headingY) || 1;
        const cos = headingX / length;
        const sin = headingY / length;
        let at = env * stride + signal.offset;
        for (let i = 0; i < ahead.length; i++) {
          for (let j = 0; j < left.length; j++) {
            const px = bodyPose[p] + ahead[i] * cos - left[j] * sin;
            const py = bodyPose[p + 1] + ahead[i] * sin + left[j] * cos;
            signals[at++] = groundHeight(ground, env, px, py) - bodyPose[p + 2];
          }
        }
      }
    };
  };

  const action = findSignal(task.signals, "action");
  const motion = {
    robot,
    state,
    controlDtSeconds: dt,
    signals,
    stride,
    action: action.offset,
    previousAction: findSignal(task.signals, "previousAction").offset,
    numActions: action.size,
    olderActions,
    contact: memory.contact,
    contactGeoms: geomNames,
  };

  const copyOf = (signal: Signal): Copy | undefined => {
    const { source } = signal;
    if (isMotionQuality(source)) {
      const measure = motionQuality(source, motion);
      return (first, end) => {
        for (let env = first; env < end; env++)
          signals[env * stride + signal.offset] = measure(env);
      };
    }
    const width = jointNames.length;
    switch (source.kind) {
      case "jointPosition":
        return copyOne(signal, state.jointPosition, width, joint(source.joint));
      case "jointVelocity":
        return copyOne(signal, state.jointVelocity, width, joint(source.joint));
      case "jointEffort":
        return copyOne(signal, state.jointEffort, width, joint(source.joint));
      case "jointPositions":
        return copyMany(signal, state.jointPosition, width, joints(source.joints));
      case "jointVelocities":
        return copyMany(signal, state.jointVelocity, width, joints(source.joints));
      case "jointEfforts":
        return copyMany(signal, state.jointEffort, width, joints(source.joints));
      case "jointAccelerations":
        return copyMany(signal, memory.acceleration, width, run(0, width));
      case "bodyPosition":
        return copyMany(signal, state.bodyPose, bodies * 7, run(body(source.body) * 7, 3));
      case "bodyOrientation":
        return copyMany(signal, state.bodyPose, bodies * 7, run(body(source.body) * 7 + 3, 4));
      case "bodyLinVel":
        return copyVelocity(signal, source.body, 0, source.frame);
      case "bodyAngVel":
        return copyVelocity(signal, source.body, 3, source.frame);
      case "bodyTravel": {
        const column = memory.travelBodies.indexOf(body(source.body)) * 3;
        return copyMany(signal, memory.travel, memory.travelBodies.length * 3, run(column, 3));
      }
      case "projectedGravity":
        return copyGravity(signal, source.body);
      case "heightAboveGround":
        return copyHeight(signal, source.body);
      case "heightScan":
        return copyScan(signal, source);
      case "contactForce": {
        const column = geomNames.indexOf(source.geom) * 3;
        return copyMany(signal, state.contactForce, geomNames.length * 3, run(column, 3));
      }
      case "contact":
      case "airTime":
      case "contactTime": {
        const column = geomNames.indexOf(source.geom);
        return copyOne(signal, memory[source.kind], geomNames.length, column);
      }
      case "contacts":
        return copyMany(signal, memory.contact, geomNames.length, run(0, geomNames.length));
      case "airTimes":
        return copyMany(signal, memory.airTime, geomNames.length, run(0, geomNames.length));
      case "episodeTime":
        return (first, end) => {
          for (let env = first; env < end; env++) {
            signals[env * stride + signal.offset] = episodeSteps[env] * dt;
          }
        };
      case "action":
      case "previousAction":
      case "command":
      case "parameter":
      case "derived":
        return undefined;
    }
  };

  const copies = task.signals.signals.map(copyOf).filter((copy) => copy !== undefined);
  return (first, end) => {
    for (let i = 0; i < copies.length; i++) copies[i](first, end);
  };
}
