/** What signals need beside the simulator's present state: the step before, and contact clocks. */
import type { Simulator } from "../sim/simulator.js";
import type { LoadedTask } from "./loaded-task.js";
import type { Remembering } from "./memory.js";
import { contactGeomsOf } from "./signal-table.js";

/** Contact force from which a geom counts as touching, N. */
const contactThresholdN = 1;

export interface SignalMemory extends Remembering {
  /** Brings accelerations and clocks up to a control step that has just been made. */
  afterStep(): void;
  /** Forgets the past of one environment that has just been reset. */
  afterReset(env: number): void;
  /** [env][joint] rad/s² or m/s². */
  readonly acceleration: Float32Array;
  /** [env][contact geom] 1 while touching, and seconds in the present phase (0 in the other). */
  readonly contact: Float32Array;
  readonly airTime: Float32Array;
  readonly contactTime: Float32Array;
  /** Indices of the bodies whose way is measured. */
  readonly travelBodies: readonly number[];
  /** [env][travel body][3] mean world velocity over the last control step, m/s. */
  readonly travel: Float32Array;
}

export function createSignalMemory(
  task: LoadedTask,
  simulator: Pick<Simulator, "numEnvs" | "state" | "jointNames">,
): SignalMemory {
  const { jointVelocity, contactForce, bodyPose } = simulator.state;
  const { numEnvs } = simulator;
  const dt = task.definition.controlDtSeconds;
  const joints = simulator.jointNames.length;
  const geoms = contactGeomsOf(task.definition).length;
  const previousVelocity = new Float32Array(numEnvs * joints);
  const acceleration = new Float32Array(numEnvs * joints);
  const contact = new Float32Array(numEnvs * geoms);
  const airTime = new Float32Array(numEnvs * geoms);
  const contactTime = new Float32Array(numEnvs * geoms);

  const travelBodies = travelBodiesOf(task);
  const bodies = task.robot.bodies.length;
  const previousPosition = new Float32Array(numEnvs * travelBodies.length * 3);
  const travel = new Float32Array(previousPosition.length);

  const measureTravel = (first: number, end: number) => {
    for (let env = first; env < end; env++) {
      for (let b = 0; b < travelBodies.length; b++) {
        for (let k = 0; k < 3; k++) {
          const i = (env * travelBodies.length + b) * 3 + k;
          const position = bodyPose[(env * bodies + travelBodies[b]) * 7 + k];
          travel[i] = (position - previousPosition[i]) / dt;
          previousPosition[i] = position;
        }
      }
    }
  };
  const readContacts = (first: number, end: number) => {
    for (let i = first; i < end; i++) {
      const x = contactForce[3 * i];
      const y = contactForce[3 * i + 1];
      const z = contactForce[3 * i + 2];
      contact[i] = x * x + y * y + z * z > contactThresholdN ** 2 ? 1 : 0;
    }
  };
  return {
    acceleration,
    contact,
    airTime,
    contactTime,
    travelBodies,
    travel,
    afterStep() {
      measureTravel(0, numEnvs);
      for (let i = 0; i < acceleration.length; i++) {
        acceleration[i] = (jointVelocity[i] - previousVelocity[i]) / dt;
        previousVelocity[i] = jointVelocity[i];
      }
      readContacts(0, contact.length);
      for (let i = 0; i < contact.length; i++) {
        airTime[i] = contact[i] === 1 ? 0 : airTime[i] + dt;
        contactTime[i] = contact[i] === 1 ? contactTime[i] + dt : 0;
      }
    },
    afterReset(env) {
      measureTravel(env, env + 1);
      travel.fill(0, env * travelBodies.length * 3, (env + 1) * travelBodies.length * 3);
      for (let i = env * joints; i < (env + 1) * joints; i++) {
        acceleration[i] = 0;
        previousVelocity[i] = jointVelocity[i];
      }
      readContacts(env * geoms, (env + 1) * geoms);
      airTime.fill(0, env * geoms, (env + 1) * geoms);
      contactTime.fill(0, env * geoms, (env + 1) * geoms);
    },
    memory: {
      previousVelocity,
      acceleration,
      contact,
      airTime,
      contactTime,
      previousPosition,
      travel,
    },
    rngs: [],
  };
}

/** Bodies whose way some signal reads, each once, as indices into the robot's bodies. */
function travelBodiesOf({ definition, robot }: LoadedTask): number[] {
  const names = Object.values(definition.signals).flatMap(({ source }) =>
    source.kind === "bodyTravel" ? [source.body] : [],
  );
  return [...new Set(names)].map((name) => robot.bodies.findIndex((body) => body.name === name));
}
