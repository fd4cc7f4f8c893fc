/** What a robot has to measure so that a policy sees what it saw in training. */
import { RewardsmithError } from "../core/errors.js";
import type { CompiledTask } from "../reward/compiled-task.js";
import type { Program } from "../reward/program.js";
import { signalsRead } from "../reward/simplify.js";
import { floatingBase } from "../robot/free-bodies.js";
import type { RobotModel } from "../robot/model.js";
import { movableJoints } from "../task/signal-shape.js";
import { findSignal } from "../task/signal-table.js";
import type { Signal } from "../task/signals.js";

export interface Measurements {
  /** Every hinge and slide of the robot, in the order of all joint arrays. */
  readonly joints: readonly string[];
  /** Whether the joints' efforts are read; where not, they may be left out. */
  readonly effort: boolean;
  /** Bodies whose pose and velocity are read. */
  readonly bodies: readonly string[];
  /** Geoms whose contact force is read. */
  readonly contacts: readonly string[];
  /** Signals that only the robot can tell, as a whole: the ground around it. */
  readonly given: readonly string[];
}

/** Throws E_EXPORT_PRIVILEGED where the policy sees something that no robot can know. */
export function measurementsOf({ task, programs }: CompiledTask): Measurements {
  const { definition, signals: table, robot } = task;
  const signals = observedSignals(
    definition.observation.map(({ signal }) => findSignal(table, signal)),
    (name) => findSignal(table, name),
    programs.derived,
  );
  const bodies = new Set<string>();
  const contacts = new Set<string>();
  const given: string[] = [];
  let effort = false;
  for (const { name, source } of signals) {
    if (source.kind === "parameter") {
      throw new RewardsmithError("E_EXPORT_PRIVILEGED", `the policy sees "${source.name}"`, {
        where: `signal "${name}"`,
        hint: "no robot can measure a parameter of the simulation: give it to the critic alone, as privilegedObservation",
      });
    }
    const onTerrain = source.kind === "heightAboveGround" && definition.terrain !== undefined;
    if (source.kind === "heightScan" || onTerrain) given.push(name);
    else if ("body" in source) bodies.add(source.body);
    if ("geom" in source) contacts.add(source.geom);
    if ("geoms" in source) for (const geom of source.geoms) contacts.add(geom);
    if (source.kind === "slipSpeed") bodies.add(bodyOf(robot, source.geom));
    if (effortKinds.has(source.kind)) effort = true;
  }
  return {
    joints: movableJoints(robot).map((joint) => joint.name),
    effort,
    bodies: [...bodies],
    contacts: [...contacts],
    given,
  };
}

const effortKinds: ReadonlySet<string> = new Set([
  "jointEffort",
  "jointEfforts",
  "torqueSquared",
  "power",
]);

function bodyOf(robot: RobotModel, geomName: string): string {
  return robot.bodies[robot.geoms.find(({ name }) => name === geomName)?.body ?? 0].name;
}

/** The robot's floating base where its pose is measured, as an index into its bodies; −1 for none. */
export function measuredBase(task: CompiledTask): number {
  const base = floatingBase(task.task.robot);
  return base && measurementsOf(task).bodies.includes(base.name) ? base.body : -1;
}

/** The observed signals, and those that observed derived ones are made of. */
function observedSignals(
  observed: readonly Signal[],
  find: (name: string) => Signal,
  derived: Program | undefined,
): Signal[] {
  const names = new Set(observed.map(({ name }) => name));
  if (derived) {
    const wanted = observed.filter(({ source }) => source.kind === "derived");
    const ofSignal = (column: string) =>
      wanted.some(({ name }) => column === name || column.startsWith(`${name}[`));
    const outputs = derived.outputs.filter((_, i) => ofSignal(derived.columns[i]));
    if (outputs.length > 0)
      for (const name of signalsRead({ ...derived, outputs })) names.add(name);
  }
  return [...names].map(find);
}
