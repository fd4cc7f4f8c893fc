import { InvalidArgumentError } from "commander";

/** Parses a flag that must be a whole number of at least `least`. */
export function integer(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text.replaceAll("_", ""));
    if (Number.isInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`It must be a whole number of at least ${least}.`);
  };
}

/** Parses a flag that must be a number of at least `least`. */
export function number(least: number): (text: string) => number {
  return (text) => {
    const value = text.trim() === "" ? Number.NaN : Number(text);
    if (value >= least) return value;
    throw new InvalidArgumentError(`It must be a number of at least ${least}.`);
  };
}
