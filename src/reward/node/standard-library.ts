/**
 * All of JavaScript that a program may see, in place of TypeScript's own library: what is not here
 * does not exist for the type checker, and the message says so.
 */
import { mathConstants, mathFunctions } from "../helpers.js";

const arities: Readonly<Record<string, string>> = {
  atan2: "y: number, x: number",
  pow: "x: number, y: number",
  hypot: "...values: number[]",
  max: "...values: number[]",
  min: "...values: number[]",
};

const arrayMembers = `
  readonly length: number;
  readonly [index: number]: T;
  map<U>(callback: (value: T, index: number, array: readonly T[]) => U): U[];
  reduce<U>(callback: (total: U, value: T, index: number, array: readonly T[]) => U, first: U): U;
  reduce(callback: (total: T, value: T, index: number, array: readonly T[]) => T): T;
  every(test: (value: T, index: number, array: readonly T[]) => boolean): boolean;
  some(test: (value: T, index: number, array: readonly T[]) => boolean): boolean;
  forEach(callback: (value: T, index: number, array: readonly T[]) => void): void;
  slice(start?: number, end?: number): T[];
  concat(...others: readonly (readonly T[])[]): T[];
  entries(): readonly (readonly [number, T])[];
  at(index: number): T | undefined;
  [Symbol.iterator](): IterableIterator<T>;`;

export const standardLibrary = `
interface Object {}
interface Function {}
interface CallableFunction extends Function {}
interface NewableFunction extends Function {}
interface IArguments {}
interface Number {}
interface Boolean {}
interface String {}
interface RegExp {}
interface SymbolConstructor { readonly iterator: unique symbol; }
declare const Symbol: SymbolConstructor;
interface IteratorResult<T> { readonly done?: boolean; readonly value: T; }
interface Iterator<T, TReturn = any, TNext = any> { next(): IteratorResult<T>; }
interface Iterable<T, TReturn = any, TNext = any> { [Symbol.iterator](): Iterator<T>; }
interface IterableIterator<T, TReturn = any, TNext = any> extends Iterator<T> {
  [Symbol.iterator](): IterableIterator<T>;
}
interface ReadonlyArray<T> {${arrayMembers}
}
interface Array<T> {${arrayMembers}
}
type Readonly<T> = { readonly [K in keyof T]: T[K] };
type Record<K extends string, T> = { [P in K]: T };
interface Math {
${mathConstants.map((name) => `  readonly ${name}: number;`).join("\n")}
${mathFunctions.map((name) => `  ${name}(${arities[name] ?? "x: number"}): number;`).join("\n")}
}
declare const Math: Math;
declare const NaN: number;
declare const Infinity: number;
interface NumberConstructor {
  (value: number | boolean): number;
  isFinite(x: number): boolean;
  isNaN(x: number): boolean;
  isInteger(x: number): boolean;
}
declare const Number: NumberConstructor;
declare const Boolean: (value: number | boolean) => boolean;
declare const Object: { values(object: { readonly [name: string]: number }): number[] };
`;
