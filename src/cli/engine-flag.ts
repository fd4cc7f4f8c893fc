import { Option } from "commander";
import { engineNames } from "../sim/simulator.js";

/** `--engine rapier|mujoco`. @param otherwise what holds without it */
export function engineFlag(otherwise = "the task's"): Option {
  return new Option("--engine <engine>", `physics engine (default: ${otherwise})`).choices(
    engineNames,
  );
}
