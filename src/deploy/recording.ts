/** A short roll-out of the policy in the world it was trained in: golden pairs, and how far the robot goes. */
import { Rng } from "../core/rng.js";
import { createInference, type PolicyParameters } from "../policy/inference.js";
import type { CompiledTask } from "../reward/compiled-task.js";
import { zeroReward } from "../reward/program.js";
import { createEnvironment } from "../rl/task-environment.js";
import type { EngineName } from "../sim/simulator.js";
import { movableJoints } from "../task/signal-shape.js";
import { measuredBase } from "./measurements.js";

export interface GoldenPair {
  /** The newest frame, as the network reads it. */
  readonly obs: readonly number[];
  /** The older frames, oldest first; empty where the network sees one frame. */
  readonly history: readonly number[];
  /** Clipped to ±1. */
  readonly actions: readonly number[];
}

/**
 * Limits well outside of what was seen, the same for all hinges and for all slides; per joint in the
 * order of the robot's hinges and slides.
 */
export interface Excursions {
  /** Beyond the joint's range, rad or m. */
  readonly margin: readonly number[];
  /** rad/s or m/s */
  readonly speed: readonly number[];
  /** Of the base's z axis from the vertical, rad; null where no base is measured. */
  readonly tilt: number | null;
}

export interface RecordingOptions {
  readonly task: CompiledTask;
  readonly policy: PolicyParameters;
  readonly engine: EngineName;
  readonly pairs?: number;
}

const numEnvs = 6;
/** Control steps of each environment. */
const steps = 150;
/** A limit is this many times the greatest excursion, and at least the smallest that makes sense. */
const slack = 2;
const leastMargin = 0.2;
const leastSpeed = 1;
const leastTilt = 0.7;

export async function recordPolicy({
  task,
  policy,
  engine,
  pairs = 100,
}: RecordingOptions): Promise<{ golden: GoldenPair[]; seen: Excursions }> {
  const { robot, definition } = task.task;
  const environment = await createEnvironment({
    task,
    reward: zeroReward,
    numEnvs,
    engine,
    profile: "reference",
    seed: 0,
    stream: "test",
    randomize: definition.training.randomize,
  });
  try {
    const act = createInference(policy);
    const { observations, observationDim, actionDim, simulator } = environment;
    const actions = new Float32Array(numEnvs * actionDim);
    const older = observationDim - observationDim / definition.observationHistory;
    const joints = movableJoints(robot);
    const { jointPosition, jointVelocity, bodyPose } = simulator.state;
    const base = measuredBase(task);
    const beyond = new Float64Array(joints.length);
    const speed = new Float64Array(joints.length);
    let tilt = 0;
    const golden: GoldenPair[] = [];
    const rng = Rng.stream(0, "golden pairs");
    const kept = new Set<number>();
    while (kept.size < Math.min(pairs, steps * numEnvs)) kept.add(rng.integer(steps * numEnvs));
    environment.reset(false);
    for (let step = 0; step < steps; step++) {
      for (let env = 0; env < numEnvs; env++) {
        const row = observations.subarray(env * observationDim, (env + 1) * observationDim);
        const answer = actions.subarray(env * actionDim, (env + 1) * actionDim);
        act(row, answer);
        for (let i = 0; i < actionDim; i++) answer[i] = Math.min(1, Math.max(-1, answer[i]));
        if (!kept.has(step * numEnvs + env)) continue;
        golden.push({
          history: [...row.subarray(0, older)],
          obs: [...row.subarray(older)],
          actions: [...answer],
        });
      }
      environment.step(actions);
      for (let env = 0; env < numEnvs; env++) {
        for (const [i, { range }] of joints.entries()) {
          const at = env * joints.length + i;
          speed[i] = Math.max(speed[i], Math.abs(jointVelocity[at]));
          if (range === null) continue;
          const outside = Math.max(range[0] - jointPosition[at], jointPosition[at] - range[1]);
          beyond[i] = Math.max(beyond[i], outside);
        }
        const q = (env * robot.bodies.length + Math.max(base, 0)) * 7 + 3;
        tilt = Math.max(tilt, tiltOf(bodyPose[q + 1], bodyPose[q + 2]));
      }
    }
    const largest = (seen: Float64Array, kind: string) =>
      Math.max(...[...seen].filter((_, i) => joints[i].kind === kind));
    return {
      golden,
      seen: {
        margin: joints.map(({ kind }) => limit(largest(beyond, kind), leastMargin)),
        speed: joints.map(({ kind }) => limit(largest(speed, kind), leastSpeed)),
        tilt: base < 0 ? null : Math.min(Math.PI, limit(tilt, leastTilt)),
      },
    };
  } finally {
    environment.dispose();
  }
}

/** Angle between a body's z axis and the vertical, from x and y of its unit quaternion, rad. */
export function tiltOf(x: number, y: number): number {
  return Math.acos(Math.max(-1, Math.min(1, 1 - 2 * (x * x + y * y))));
}

function limit(seen: number, least: number): number {
  return Number(Math.max(least, slack * seen).toPrecision(3));
}
