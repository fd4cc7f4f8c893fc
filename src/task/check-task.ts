/** What a schema cannot see: that everything a task names exists in its robot and its signals. */
import { RewardsmithError } from "../core/errors.js";
import { nameHint } from "../core/nearest-name.js";
import type { RobotModel } from "../robot/model.js";
import { movableJoints } from "./signal-shape.js";
import type { SignalTable } from "./signals.js";
import type { TaskDefinition } from "./task.js";

/** Throws E_TASK_OBSERVATION or E_TASK_INVALID at the first name that leads nowhere. */
export function checkTask(definition: TaskDefinition, robot: RobotModel, table: SignalTable): void {
  const signals = table.signals.map((signal) => signal.name);
  const observed = [
    ["observation", definition.observation],
    ["privilegedObservation", definition.privilegedObservation ?? []],
  ] as const;
  for (const [list, terms] of observed) {
    for (const [i, term] of terms.entries()) {
      if (signals.includes(term.signal)) continue;
      throw new RewardsmithError(
        "E_TASK_OBSERVATION",
        `${list}[${i}] names "${term.signal}", which is no signal`,
        { hint: nameHint(term.signal, signals) },
      );
    }
  }

  const actuators = names(robot.actuators);
  for (const [i, action] of definition.actions.entries()) {
    expectName(`actions[${i}]`, "actuator", action.actuator, actuators);
    if (definition.actions.findIndex((other) => other.actuator === action.actuator) < i) {
      throw invalid(
        `actions[${i}] drives actuator "${action.actuator}" a second time`,
        "one action an actuator",
      );
    }
  }

  const { reset } = definition;
  const joints = names(movableJoints(robot));
  for (const field of ["jointPosition", "jointVelocity"] as const) {
    for (const joint of Object.keys(reset[field]))
      expectName(`reset.${field}`, "joint", joint, joints);
  }
  if (reset.keyframe !== undefined) {
    expectName("reset.keyframe", "keyframe", reset.keyframe, names(robot.keyframes));
  }
  const floating = robot.joints.some((joint) => joint.kind === "free");
  if (!floating && (reset.basePosition !== undefined || reset.baseYaw !== undefined)) {
    throw invalid(
      "reset moves the base, but the robot is fixed to the world",
      "give the base a free joint, or remove basePosition and baseYaw",
    );
  }

  for (const [i, event] of definition.events.entries()) {
    expectName(`events[${i}]`, "body", event.body, names(robot.bodies));
    if (event.intervalSeconds[0] > event.intervalSeconds[1]) {
      throw invalid(
        `events[${i}].intervalSeconds runs from ${event.intervalSeconds.join(" down to ")}`,
        "give the shorter interval first",
      );
    }
  }
  if (definition.actionDelaySteps[0] > definition.actionDelaySteps[1]) {
    throw invalid(
      `actionDelaySteps runs from ${definition.actionDelaySteps.join(" down to ")}`,
      "give the shorter delay first",
    );
  }
}

function names(list: readonly { readonly name: string }[]): string[] {
  return list.map((item) => item.name);
}

function expectName(where: string, what: string, name: string, known: readonly string[]): void {
  if (known.includes(name)) return;
  throw invalid(
    `${where} names ${what} "${name}", which the robot does not have`,
    nameHint(name, known),
  );
}

function invalid(message: string, hint: string): RewardsmithError {
  return new RewardsmithError("E_TASK_INVALID", message, { hint });
}
