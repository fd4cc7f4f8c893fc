/** From a robot's order of joints, bodies and contacts to the policy's. */
import { RewardsmithError } from "../core/errors.js";
import type { Measurements } from "./measurements.js";
import type { Measurement } from "./robot.js";
import type { DescriptionMessage, StateMessage } from "./wire.js";

type Order = Pick<DescriptionMessage, "joints" | "effort" | "bodies" | "contacts" | "given">;

/** Throws E_WIRE_MESSAGE for a state whose lists have other lengths than described. */
export function arrange(wanted: Measurements, robot: Order): (state: StateMessage) => Measurement {
  const joints = placesOf(wanted.joints, robot.joints);
  const bodies = placesOf(wanted.bodies, robot.bodies);
  const contacts = placesOf(wanted.contacts, robot.contacts);
  const givenSizes = robot.given.map(({ size }) => size);
  const given = wanted.given.flatMap((name) => {
    const index = robot.given.findIndex((one) => one.name === name);
    const from = givenSizes.slice(0, Math.max(0, index)).reduce((sum, size) => sum + size, 0);
    return Array.from({ length: givenSizes[index] ?? 0 }, (_, i) => from + i);
  });
  const lengths = {
    position: robot.joints.length,
    velocity: robot.joints.length,
    effort: robot.effort ? robot.joints.length : 0,
    bodies: 13 * robot.bodies.length,
    contacts: 3 * robot.contacts.length,
    given: givenSizes.reduce((sum, size) => sum + size, 0),
  };
  const each = (
    values: readonly number[],
    places: readonly number[],
    width: number,
    from: number,
    count: number,
  ) => {
    const out = new Float32Array(places.length * count);
    for (const [i, place] of places.entries()) {
      for (let k = 0; k < count; k++) out[i * count + k] = values[place * width + from + k];
    }
    return out;
  };
  return (state) => {
    for (const [name, length] of Object.entries(lengths)) {
      const has = state[name as keyof typeof lengths].length;
      if (has === length) continue;
      throw new RewardsmithError("E_WIRE_MESSAGE", `"${name}" has ${has} numbers, not ${length}`, {
        hint: "a state's lists are as long as the robot's description says",
      });
    }
    return {
      timeSeconds: state.time,
      jointPosition: each(state.position, joints, 1, 0, 1),
      jointVelocity: each(state.velocity, joints, 1, 0, 1),
      jointEffort: robot.effort ? each(state.effort, joints, 1, 0, 1) : new Float32Array(0),
      bodyPose: each(state.bodies, bodies, 13, 0, 7),
      bodyVelocity: each(state.bodies, bodies, 13, 7, 6),
      contactForce: each(state.contacts, contacts, 3, 0, 3),
      given: each(state.given, given, 1, 0, 1),
    };
  };
}

/** Places of names in a list; those missing are found out by `requireRobot`. */
function placesOf(names: readonly string[], list: readonly string[]): number[] {
  return names.map((name) => list.indexOf(name));
}
