/** The physics of every environment that may differ from the robot file: a table `[env][parameter]`. */
import { RewardsmithError } from "../core/errors.js";
import type { RobotModel } from "../robot/model.js";
import { hasParameter, parameterFacts } from "./parameter-facts.js";
import { type ParameterName, parameterNames } from "./simulator.js";

export const numParameters = parameterNames.length;

/** Column of each parameter. */
export const parameterIndex = Object.fromEntries(
  parameterNames.map((name, index) => [name, index]),
) as Record<ParameterName, number>;

export function nominalParameters(numEnvs: number): Float64Array {
  const table = new Float64Array(numEnvs * numParameters);
  for (let env = 0; env < numEnvs; env++) {
    for (const name of parameterNames) {
      table[env * numParameters + parameterIndex[name]] = parameterFacts[name].nominal;
    }
  }
  return table;
}

/** Columns that every snapshot holds; the further ones are few tasks' and go along where they are in use. */
const numUsual = parameterIndex.armatureFactor + 1;

/** The table as snapshots keep it, in two blocks that are refreshed by `gather` and read back by `scatter`. */
export class KeptParameters {
  readonly usual: Float64Array;
  readonly further: Float64Array;
  private readonly table: Float64Array;
  private readonly numEnvs: number;

  constructor(table: Float64Array) {
    this.table = table;
    this.numEnvs = table.length / numParameters;
    this.usual = new Float64Array(this.numEnvs * numUsual);
    this.further = new Float64Array(table.length - this.usual.length);
  }

  /** Whether any of the further ones differs from the robot file. */
  inUse(): boolean {
    return this.table.some((value, i) => {
      const column = i % numParameters;
      return (
        column >= numUsual && !Object.is(value, parameterFacts[parameterNames[column]].nominal)
      );
    });
  }

  gather(): void {
    this.copy((block, to, from, count) => {
      for (let i = 0; i < count; i++) block[to + i] = this.table[from + i];
    });
  }

  /** Without the further block those parameters are as in the file. */
  scatter(withFurther: boolean): void {
    if (!withFurther) this.table.set(nominalParameters(this.numEnvs));
    this.copy((block, to, from, count) => {
      if (block === this.further && !withFurther) return;
      for (let i = 0; i < count; i++) this.table[from + i] = block[to + i];
    });
  }

  private copy(move: (block: Float64Array, to: number, from: number, count: number) => void): void {
    const rest = numParameters - numUsual;
    for (let env = 0; env < this.numEnvs; env++) {
      move(this.usual, env * numUsual, env * numParameters, numUsual);
      move(this.further, env * rest, env * numParameters + numUsual, rest);
    }
  }
}

/** Throws E_SIM_PARAMETER where a robot's objects cannot be had in another size. */
export function checkObjectSize(robot: RobotModel, name: ParameterName): void {
  if (name !== "objectSizeFactor" || hasParameter(name, robot)) return;
  throw new RewardsmithError("E_SIM_PARAMETER", `robot "${robot.name}" has no object to be sized`, {
    hint: "objectSizeFactor needs loose objects that are one body each",
  });
}

/** Throws E_SIM_PARAMETER for a value that no world can have. */
export function checkParameter(name: ParameterName, value: number): void {
  if (!(name in parameterIndex)) {
    throw new RewardsmithError("E_SIM_PARAMETER", `there is no parameter "${name}"`, {
      hint: `use one of ${parameterNames.join(", ")}`,
    });
  }
  const { allowed } = parameterFacts[name];
  const inside = allowed === "any" || (allowed === "positive" ? value > 0 : value >= 0);
  if (Number.isFinite(value) && inside) return;
  throw new RewardsmithError("E_SIM_PARAMETER", `${name} cannot be ${value}`, {
    hint: {
      any: "give a finite number",
      notNegative: "give a finite number, not below 0",
      positive: "give a number above 0",
    }[allowed],
  });
}
