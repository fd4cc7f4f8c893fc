/** The physics of every environment that may differ from the robot file: a table `[env][parameter]`. */
import { RewardsmithError } from "../core/errors.js";
import { parameterFacts } from "./parameter-facts.js";
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
