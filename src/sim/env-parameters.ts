/** The physics of every environment that may differ from the robot file: a table `[env][parameter]`. */
import { RewardsmithError } from "../core/errors.js";
import { type ParameterName, parameterNames } from "./simulator.js";

export const numParameters = parameterNames.length;

/** Column of each parameter. */
export const parameterIndex = Object.fromEntries(
  parameterNames.map((name, index) => [name, index]),
) as Record<ParameterName, number>;

/** As in the file: factors 1, offsets 0; friction NaN stands for each geom's own. */
const nominal: Record<ParameterName, number> = {
  massFactor: 1,
  objectMassFactor: 1,
  payloadKg: 0,
  "centerOfMassOffset.x": 0,
  "centerOfMassOffset.y": 0,
  "centerOfMassOffset.z": 0,
  friction: Number.NaN,
  restitution: 0,
  gravityScale: 1,
  kpFactor: 1,
  kdFactor: 1,
  motorStrength: 1,
  jointDampingFactor: 1,
  armatureFactor: 1,
};

export function nominalParameters(numEnvs: number): Float64Array {
  const table = new Float64Array(numEnvs * numParameters);
  for (let env = 0; env < numEnvs; env++) {
    for (const name of parameterNames) {
      table[env * numParameters + parameterIndex[name]] = nominal[name];
    }
  }
  return table;
}

const signed: ReadonlySet<ParameterName> = new Set([
  "payloadKg",
  "centerOfMassOffset.x",
  "centerOfMassOffset.y",
  "centerOfMassOffset.z",
  "gravityScale",
]);

export function checkParameter(name: ParameterName, value: number): void {
  if (!(name in parameterIndex)) {
    throw new RewardsmithError("E_SIM_PARAMETER", `there is no parameter "${name}"`, {
      hint: `use one of ${parameterNames.join(", ")}`,
    });
  }
  const positive = name === "massFactor" || name === "objectMassFactor";
  const fine = Number.isFinite(value) && (signed.has(name) || (positive ? value > 0 : value >= 0));
  if (fine) return;
  throw new RewardsmithError("E_SIM_PARAMETER", `${name} cannot be ${value}`, {
    hint: positive ? "give a number above 0" : "give a finite number, not below 0",
  });
}
