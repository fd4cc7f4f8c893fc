/** The values each parameter is tried at: a coarse grid, then halves of what lies between two of them. */
import { RewardsmithError } from "../core/errors.js";
import type { GridFamily } from "../sim/parameter-facts.js";
import { BaseMass, payloadCarrier } from "../task/base-mass.js";
import type { LoadedTask } from "../task/loaded-task.js";
import { checkWorldParameter, type WorldParameter } from "../task/world-parameters.js";

/** The four grids that DrEureka uses (Ma et al. 2024, appendix), by what a parameter is like. */
const families: Readonly<Record<GridFamily, readonly number[]>> = {
  zeroToInfinity: [0, 0.01, 0.1, 0.5, 1, 5, 10],
  zeroToOne: [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1],
  aroundZero: [-10, -5, -1, -0.5, -0.1, -0.01, 0, 0.01, 0.1, 0.5, 1, 5, 10],
  aroundOne: [0, 0.5, 0.9, 1, 1.1, 1.5, 2],
};

/** A parameter's grid, lowest first, with its nominal value and without what cannot be. */
export function gridOf(task: LoadedTask, parameter: WorldParameter): number[] {
  const { family, integer, nominal } = parameter;
  const values = families[family].map((value) => (integer ? Math.round(value) : value));
  return [...new Set([...values, nominal])]
    .filter((value) => whyImpossible(task, parameter, value) === null)
    .sort((a, b) => a - b);
}

/**
 * The value to try next between two: their geometric mean where they have one sign and lie further
 * apart than 1 : 2, as the grids do, else the arithmetic mean. Null where nothing worth trying is left.
 */
export function between(a: number, b: number, integer: boolean): number | null {
  const middle =
    a * b > 0 && Math.max(a / b, b / a) > 2 ? Math.sign(a) * Math.sqrt(a * b) : (a + b) / 2;
  if (!integer) return Number(middle.toPrecision(3));
  const whole = Math.round(middle);
  return whole === a || whole === b ? null : whole;
}

/** Why no world of a task can have a value, or null. */
export function whyImpossible(
  { robot }: LoadedTask,
  { name }: WorldParameter,
  value: number,
): string | null {
  try {
    checkWorldParameter(name, value);
  } catch (error) {
    if (error instanceof RewardsmithError) return error.message;
    throw error;
  }
  if (name !== "payloadKg" || new BaseMass(robot, {}).possible(1, value)) return null;
  return `the base weighs only ${payloadCarrier(robot)?.massKg} kg`;
}
