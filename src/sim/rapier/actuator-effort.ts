/** What an actuator applies, from its control and what it measures. */
import { RewardsmithError } from "../../core/errors.js";
import type { Actuator } from "../../robot/model.js";

/** The control in its range, and what it is off by; throws E_SIM_CONTROL for one that is no number. */
export function controlOf(model: Actuator, value: number, offset: number): number {
  const used = clamp(value, model.controlRange);
  if (Number.isFinite(used)) return used + offset;
  throw new RewardsmithError(
    "E_SIM_CONTROL",
    `the control of actuator "${model.name}" is ${value}`,
    {
      hint: "the policy's output is no number: its training has diverged",
    },
  );
}

/** Effort before motor strength, within its limits; q is the joint's value or the tendon's length. */
export function effortOf(
  model: Actuator,
  control: number,
  offset: number,
  q: number,
  speed: number,
  kpFactor: number,
  kdFactor: number,
): number {
  const used = controlOf(model, control, offset);
  if (model.kind === "motor") return clampEffort(model, model.gear * used);
  const target = used / model.gear;
  const kp = model.kp * kpFactor;
  const kv = model.kv * kdFactor;
  return clampEffort(model, wantedEffort(model.kind, kp, kv, target, q, speed));
}

/** A feedback drive's effort without limits. */
export function wantedEffort(
  kind: Actuator["kind"],
  kp: number,
  kv: number,
  target: number,
  q: number,
  speed: number,
): number {
  return kind === "position" ? kp * (target - q) - kv * speed : kv * (target - speed);
}

export function clampEffort(model: Actuator, effort: number): number {
  return clamp(effort, model.effortRange);
}

/**
 * By how much the gains of a drive at its limit are less, so that it applies the limit now and less
 * as it comes nearer: a secant, stable where a constant effort would overshoot. NaN where the limits
 * do not let it act in the wanted direction at all.
 */
export function secant(wanted: number, range: readonly [number, number], strength: number): number {
  const low = range[0] * strength;
  const high = range[1] * strength;
  const bounded = wanted < low ? low : wanted > high ? high : wanted;
  if (bounded === wanted) return 1;
  return wanted * bounded <= 0 ? Number.NaN : bounded / wanted;
}

function clamp(value: number, range: readonly [number, number] | null): number {
  if (range === null) return value;
  return value < range[0] ? range[0] : value > range[1] ? range[1] : value;
}
