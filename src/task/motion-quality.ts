/**
 * Signals about how a robot moves rather than where it is: how smoothly it is commanded, how near
 * its joints come to their ends, what its motors spend, whether its feet slip.
 */
import { rotateVector } from "../core/quaternion.js";
import type { RobotModel } from "../robot/model.js";
import type { SimulatorState } from "../sim/simulator.js";
import { movableJoints } from "./signal-shape.js";
import type { SignalSource } from "./task.js";

export const motionQualityKinds = [
  "actionRate",
  "actionJerk",
  "jointLimitCloseness",
  "torqueSquared",
  "power",
  "slipSpeed",
] as const;
export type MotionQualitySource = Extract<
  SignalSource,
  { kind: (typeof motionQualityKinds)[number] }
>;

export interface MotionTables {
  readonly robot: RobotModel;
  readonly state: SimulatorState;
  readonly controlDtSeconds: number;
  /** [env][stride] the signal table, and where the present and the last action stand in a row, how many. */
  readonly signals: Float32Array;
  readonly stride: number;
  readonly action: number;
  readonly previousAction: number;
  readonly numActions: number;
  /** [env][action] the action before the last. */
  readonly olderActions: Float32Array;
  /** [env][contact geom] 1 while touching; their names. */
  readonly contact: Float32Array;
  readonly contactGeoms: readonly string[];
}

export function isMotionQuality(source: { readonly kind: string }): source is MotionQualitySource {
  return (motionQualityKinds as readonly string[]).includes(source.kind);
}

/** The signal's value in an environment, from its present state. */
export function motionQuality(
  source: MotionQualitySource,
  tables: MotionTables,
): (env: number) => number {
  switch (source.kind) {
    case "actionRate":
      return rootMeanSquareRate(tables);
    case "actionJerk":
      return rootMeanSquareJerk(tables);
    case "jointLimitCloseness":
      return limitCloseness(tables, source.joints, source.margin);
    case "torqueSquared":
      return meanSquareEffort(tables, source.joints);
    case "power":
      return absolutePower(tables, source.joints);
    case "slipSpeed":
      return slipSpeed(tables, source.geom);
  }
}

/** √ mean ((a − a′) / dt)². */
function rootMeanSquareRate(tables: MotionTables): (env: number) => number {
  const { signals, stride, action, previousAction, numActions, controlDtSeconds } = tables;
  return (env) => {
    let sum = 0;
    for (let i = 0; i < numActions; i++) {
      sum += (signals[env * stride + action + i] - signals[env * stride + previousAction + i]) ** 2;
    }
    return Math.sqrt(sum / numActions) / controlDtSeconds;
  };
}

/** √ mean ((a − 2 a′ + a″) / dt²)². */
function rootMeanSquareJerk(tables: MotionTables): (env: number) => number {
  const { signals, stride, action, previousAction, numActions, olderActions } = tables;
  return (env) => {
    let sum = 0;
    for (let i = 0; i < numActions; i++) {
      const now = signals[env * stride + action + i];
      const last = signals[env * stride + previousAction + i];
      sum += (now - 2 * last + olderActions[env * numActions + i]) ** 2;
    }
    return Math.sqrt(sum / numActions) / tables.controlDtSeconds ** 2;
  };
}

/** Mean over limited joints: 0 while farther from both ends than `margin` of the range, 1 at an end or beyond. */
function limitCloseness(
  { robot, state }: MotionTables,
  names: readonly string[] | undefined,
  margin: number,
): (env: number) => number {
  const all = movableJoints(robot);
  const limited = columnsOf(robot, names).filter((column) => all[column].range !== null);
  const low = limited.map((column) => all[column].range?.[0] ?? 0);
  const high = limited.map((column) => all[column].range?.[1] ?? 0);
  const { jointPosition } = state;
  return (env) => {
    let sum = 0;
    for (let i = 0; i < limited.length; i++) {
      const q = jointPosition[env * all.length + limited[i]];
      const room = Math.min(q - low[i], high[i] - q) / (margin * (high[i] - low[i]));
      sum += room >= 1 ? 0 : room <= 0 ? 1 : 1 - room;
    }
    return limited.length === 0 ? 0 : sum / limited.length;
  };
}

function meanSquareEffort(
  { robot, state }: MotionTables,
  names: readonly string[] | undefined,
): (env: number) => number {
  const width = movableJoints(robot).length;
  const columns = columnsOf(robot, names);
  const { jointEffort } = state;
  return (env) => {
    let sum = 0;
    for (let i = 0; i < columns.length; i++) sum += jointEffort[env * width + columns[i]] ** 2;
    return sum / columns.length;
  };
}

/** Σ |effort × speed|: what motors spend that cannot give power back. */
function absolutePower(
  { robot, state }: MotionTables,
  names: readonly string[] | undefined,
): (env: number) => number {
  const width = movableJoints(robot).length;
  const columns = columnsOf(robot, names);
  const { jointEffort, jointVelocity } = state;
  return (env) => {
    let sum = 0;
    for (let i = 0; i < columns.length; i++) {
      const at = env * width + columns[i];
      sum += Math.abs(jointEffort[at] * jointVelocity[at]);
    }
    return sum;
  };
}

/** Level speed of the lowest point of a round geom, of another's middle, while it touches something. */
function slipSpeed(tables: MotionTables, name: string): (env: number) => number {
  const { robot, state, contact, contactGeoms } = tables;
  const { body, position, shape, size } = robot.geoms.find((geom) => geom.name === name)!;
  const below = shape === "sphere" ? size[0] : 0;
  const column = contactGeoms.indexOf(name);
  const bodies = robot.bodies.length;
  const { bodyPose, bodyVelocity } = state;
  const arm = new Float64Array(3);
  return (env) => {
    if (contact[env * contactGeoms.length + column] === 0) return 0;
    const pose = 7 * (env * bodies + body);
    const v = 6 * (env * bodies + body);
    rotateVector(arm, 0, bodyPose, pose + 3, position, 0);
    arm[2] -= below;
    const x = bodyVelocity[v] + bodyVelocity[v + 4] * arm[2] - bodyVelocity[v + 5] * arm[1];
    const y = bodyVelocity[v + 1] + bodyVelocity[v + 5] * arm[0] - bodyVelocity[v + 3] * arm[2];
    return Math.hypot(x, y);
  };
}

/** Columns of joints in the state's arrays; all where none are named. */
function columnsOf(robot: RobotModel, names: readonly string[] | undefined): number[] {
  const all = movableJoints(robot).map(({ name }) => name);
  return (names ?? all).map((name) => all.indexOf(name));
}
