/**
 * The worlds of an exam, a cell for each way in which a robot may differ from its file; and the
 * randomized worlds by which policies are chosen. The two never meet: an exam's worlds are fixed
 * corners in an engine nobody trained in, its beginnings are drawn from another stream, and choosing
 * stays strictly between those corners.
 */
import { Rng } from "../core/rng.js";
import { floatingBase } from "../robot/free-bodies.js";
import type { EngineName } from "../sim/simulator.js";
import { movesOnPlane, touches } from "../task/ground.js";
import type { LoadedTask } from "../task/loaded-task.js";
import { hasWorldParameter, nominalWorldValue } from "../task/world-parameters.js";
import { bumps } from "./rough-ground.js";
import type { World } from "./world.js";

export interface ExamCell {
  readonly suite: string;
  readonly name: string;
  readonly world: World;
}

/** Of the robot's mass, in kg; what the shift of a centre of mass is in proportion to. */
const dogKilograms = 12;

/**
 * Nominal, then pairs of corners: friction, payload, centre of mass, contact softness, time step,
 * delay, gains or strength, pushes and uneven ground, as far as the robot has them.
 */
export function examCells(task: LoadedTask, engine: EngineName): ExamCell[] {
  const { definition, robot } = task;
  const kilograms = robot.bodies.reduce((sum, { massKg }) => sum + massKg, 0);
  const shift = round(0.04 * Math.cbrt(kilograms / dogKilograms));
  const dt = definition.controlDtSeconds;
  const late = Math.max(1, Math.round(0.02 / dt));
  const has = (name: Parameters<typeof hasWorldParameter>[0]) => hasWorldParameter(name, task);
  const cells: ExamCell[] = [{ suite: "nominal", name: "nominal", world: {} }];
  const add = (suite: string, name: string, world: World) => cells.push({ suite, name, world });
  const hold = (suite: string, name: string, parameters: NonNullable<World["parameters"]>) =>
    add(suite, name, { parameters });

  if (has("friction") && touches(task)) {
    const own = nominalWorldValue("friction", task);
    for (const factor of [0.5, 1.5]) {
      hold("friction", `friction ${round(own * factor)}`, { friction: own * factor });
    }
  }
  if (has("payloadKg")) {
    for (const share of [0.125, 0.25]) {
      const payloadKg = round(share * kilograms);
      hold("payload", `payload ${payloadKg} kg`, { payloadKg });
    }
  }
  if (has("centerOfMassOffset.x")) {
    for (const sign of [1, -1]) {
      const where = sign > 0 ? "forward" : "back";
      hold("centre of mass", `${round(100 * shift)} cm ${where}`, {
        "centerOfMassOffset.x": sign * shift,
      });
    }
  }
  if (touches(task)) {
    for (const milliseconds of engine === "mujoco" ? [6, 35] : [3, 15]) {
      const contactSeconds = milliseconds / 1000;
      add("contact", `contacts of ${milliseconds} ms`, { contactSeconds });
    }
  }
  for (const milliseconds of [2, 5]) {
    const substeps = Math.max(1, Math.round((1000 * dt) / milliseconds));
    const step = round((1000 * dt) / substeps);
    if (cells.some(({ world }) => world.substeps === substeps)) continue;
    add("time step", `steps of ${step} ms`, { substeps });
  }
  add("delay", `actions ${round(1000 * late * dt)} ms late`, {
    actionDelaySteps: definition.actionDelaySteps[0] + late,
  });
  add("delay", `observations ${round(1000 * late * dt)} ms late`, { observationDelaySteps: late });
  const gain = has("kpFactor") ? "kpFactor" : "motorStrength";
  if (has(gain)) {
    const what = gain === "kpFactor" ? "position gain" : "strength";
    for (const factor of [0.8, 1.2]) hold("gains", `${what} × ${factor}`, { [gain]: factor });
  }
  if (floatingBase(robot)) {
    for (const metersPerSecond of [0.5, 1]) {
      const pushes = [{ metersPerSecond, everySeconds: 2.5 }];
      add("pushes", `${metersPerSecond} m/s every 2.5 s`, { pushes });
    }
  }
  if (!definition.terrain && movesOnPlane(task)) {
    for (const centimetres of [2, 4]) {
      add("uneven ground", `bumps of ${centimetres} cm`, { terrain: bumps(centimetres / 100) });
    }
  }
  return cells;
}

/**
 * Worlds drawn for choosing among policies: every parameter uniformly within the inner part of what
 * an exam's corners span. The same for all policies.
 */
export function choosingWorlds(task: LoadedTask, count: number, seed: number): World[] {
  const { robot, definition } = task;
  const kilograms = robot.bodies.reduce((sum, { massKg }) => sum + massKg, 0);
  const shift = 0.035 * Math.cbrt(kilograms / dogKilograms);
  const late = Math.max(1, Math.round(0.02 / definition.controlDtSeconds));
  const [soonest] = definition.actionDelaySteps;
  return Array.from({ length: count }, (_, i): World => {
    const rng = Rng.stream(seed, "choosing", i);
    const friction = nominalWorldValue("friction", task);
    const drawn = {
      friction: touches(task) ? friction * rng.uniform(0.55, 1.45) : Number.NaN,
      payloadKg: kilograms * rng.uniform(-0.05, 0.2),
      "centerOfMassOffset.x": rng.uniform(-shift, shift),
      "centerOfMassOffset.y": rng.uniform(-0.6 * shift, 0.6 * shift),
      kpFactor: rng.uniform(0.85, 1.15),
      kdFactor: rng.uniform(0.7, 1.3),
      motorStrength: rng.uniform(0.85, 1.15),
    } as const;
    const parameters = Object.fromEntries(
      Object.entries(drawn).filter(
        ([name, value]) =>
          Number.isFinite(value) && hasWorldParameter(name as keyof typeof drawn, task),
      ),
    );
    const metersPerSecond = rng.uniform(0, 0.8);
    const delay = soonest + rng.integer(late + 1);
    return {
      parameters,
      actionDelaySteps: delay,
      ...(floatingBase(robot) && { pushes: [{ metersPerSecond, everySeconds: 3 }] }),
    };
  });
}

function round(value: number): number {
  return Number(value.toPrecision(2));
}
