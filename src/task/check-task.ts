/** What a schema cannot see: that everything a task names exists in its robot and its signals. */
import { RewardsmithError } from "../core/errors.js";
import { nameHint } from "../core/nearest-name.js";
import { floatingBase, freeBodies } from "../robot/free-bodies.js";
import type { RobotModel } from "../robot/model.js";
import { groundGeom } from "../sim/terrain/ground.js";
import { heldRange } from "./actions.js";
import { checkRandomization } from "./check-randomization.js";
import { taskMirror } from "./mirror.js";
import { movableJoints } from "./signal-shape.js";
import type { SignalTable } from "./signals.js";
import type { Distribution, TaskDefinition } from "./task.js";

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
    if (action.mode === "direct") continue;
    const range = heldRange(robot, actuators.indexOf(action.actuator));
    if (range === null || action.offset < range[0] || action.offset > range[1]) {
      throw invalid(
        range === null
          ? `actions[${i}] adds up on actuator "${action.actuator}", which has no bounds`
          : `actions[${i}] starts at ${action.offset}, outside its bounds ${range[0]} to ${range[1]}`,
        range === null
          ? "give the actuator a ctrlrange in the robot file"
          : "choose an offset within the actuator's ctrlrange",
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
  const base = floatingBase(robot);
  const moved = ["basePosition", "baseYaw"] as const;
  for (const field of moved.filter((each) => reset[each] !== undefined)) {
    if (base === undefined) {
      throw invalid(
        `reset.${field} moves the base, but the robot is fixed to the world`,
        "give the base a free joint, or name the loose body under reset.bodies",
      );
    }
    if (base.name in reset.bodies) {
      throw invalid(
        `reset.${field} and reset.bodies.${base.name} both move the base`,
        "put all of it under reset.bodies",
      );
    }
  }
  for (const name of Object.keys(reset.bodies)) {
    expectName("reset.bodies", "body", name, names(robot.bodies));
    const free = names(freeBodies(robot));
    if (free.includes(name)) continue;
    throw invalid(
      `reset.bodies names body "${name}", which has no free joint`,
      free.length > 0 ? `use one of ${free.join(", ")}` : "move its joints: reset.jointPosition",
    );
  }

  checkStartPose(definition, robot);
  if (definition.terrain) groundGeom(robot);

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
  checkRandomization(definition, robot);
  const people = definition.transfer?.humanRandomization;
  if (people) checkRandomization({ ...definition, randomization: people }, robot);
  if (definition.mirror) taskMirror({ definition, robot, signals: table });
  checkTransfer(definition);
}

function checkTransfer({ transfer, signals }: TaskDefinition): void {
  if (!transfer) return;
  for (const [name, { source }] of Object.entries(transfer.signals)) {
    if (source.kind !== "derived" && !(name in signals)) continue;
    throw invalid(
      source.kind === "derived"
        ? `transfer.signals has "${name}", which is derived`
        : `transfer.signals has "${name}", which the task has already`,
      "derived signals and those of the task stand under signals; measures.ts sees them, too",
    );
  }
  const measures = Object.keys(transfer.measures);
  const named = [
    ...Object.keys(transfer.success.measures).map((name) => ["success", name] as const),
    ...Object.keys(transfer.loose.measures).map((name) => ["loose", name] as const),
    ["headline", transfer.headline] as const,
    ...(transfer.smoothness ? [["smoothness", transfer.smoothness] as const] : []),
  ];
  for (const [where, name] of named) {
    if (measures.includes(name)) continue;
    throw invalid(
      `transfer.${where} names measure "${name}", which is not declared`,
      nameHint(name, measures),
    );
  }
}

/** Throws E_ROBOT_OVERLAP where the pose that episodes start from has parts inside each other. */
function checkStartPose({ reset }: TaskDefinition, robot: RobotModel): void {
  const pose = reset.keyframe ?? null;
  const found = robot.overlaps?.find((overlap) => overlap.keyframe === pose);
  // A task that starts elsewhere on purpose, as by lifting the base, has a pose of its own.
  const shifts = [
    ...(reset.basePosition ?? []),
    ...Object.values(reset.jointPosition),
    ...Object.values(reset.bodies).flatMap(({ position }) => position ?? []),
  ];
  if (!found || shifts.some((shift) => meanOf(shift) !== 0)) return;
  const [first, second] = [found.geom1, found.geom2].map((geom) => `"${robot.geoms[geom].name}"`);
  const depth = (100 * found.depthMeters).toFixed(1);
  throw new RewardsmithError(
    "E_ROBOT_OVERLAP",
    `geoms ${first} and ${second} stand ${depth} cm inside each other in the start pose (${pose === null ? "the robot file's" : `keyframe "${pose}"`})`,
    {
      hint: "move them apart in the robot file or a keyframe, or exclude their contact: <contact><exclude body1=… body2=…/></contact>",
    },
  );
}

function meanOf(distribution: Distribution): number {
  if (typeof distribution === "number") return distribution;
  if ("normal" in distribution) return distribution.normal[0];
  const [low, high] = "uniform" in distribution ? distribution.uniform : distribution.logUniform;
  return (low + high) / 2;
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
