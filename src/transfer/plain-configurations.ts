/** Randomizations nobody has to think about: none, the task's own, and the whole prior. */
import type { LoadedTask } from "../task/loaded-task.js";
import type { FeasibleIntervals } from "./check-configuration.js";
import { greatestSpeed, ownPushes, type RandomizationConfiguration } from "./configuration.js";

export function noConfiguration(): RandomizationConfiguration {
  return { designer: "none", name: "none", ranges: {}, reasons: {} };
}

/** What people randomized for the real robot where the task says it, else what its author does. */
export function humanConfiguration(task: LoadedTask): RandomizationConfiguration {
  const { randomization, actionDelaySteps, transfer } = task.definition;
  const declared = transfer?.humanRandomization;
  if (declared) return { designer: "human", name: "human", ranges: { ...declared }, reasons: {} };
  const when = "reset" as const;
  const ranges: RandomizationConfiguration["ranges"] = { ...randomization };
  for (const name of ["pushSpeed", "objectPushSpeed"] as const) {
    const pushes = ownPushes(task, name);
    if (pushes.length === 0) continue;
    ranges[name] ??= { distribution: greatestSpeed(pushes), when };
  }
  if (actionDelaySteps[1] > actionDelaySteps[0]) {
    ranges["actionDelaySteps"] = { distribution: { uniform: actionDelaySteps }, when };
  }
  return { designer: "human", name: "human", ranges, reasons: {} };
}

/** Every parameter of the prior over the interval that holds its nominal value, or else its widest. */
export function fullPriorConfiguration(
  prior: FeasibleIntervals,
  nominal: Readonly<Record<string, number>>,
): RandomizationConfiguration {
  const ranges: RandomizationConfiguration["ranges"] = {};
  for (const [name, intervals = []] of Object.entries(prior)) {
    const wide = intervals.filter(([low, high]) => low < high);
    const around = wide.find(([low, high]) => low <= nominal[name] && nominal[name] <= high);
    const widest = [...wide].sort((a, b) => b[1] - b[0] - (a[1] - a[0])).at(0);
    const chosen = around ?? widest;
    if (chosen === undefined) continue;
    ranges[name] = { distribution: { uniform: [chosen[0], chosen[1]] }, when: "reset" };
  }
  return { designer: "full-prior", name: "full-prior", ranges, reasons: {} };
}
