/** Rewards in the styles people and models write. Each has to compile and to agree with JavaScript. */
export const accepted: Readonly<Record<string, string>> = {
  "plain terms": `
export function reward(s: State): Terms {
  return { upright: Math.cos(s.pole.angle), slow: -0.01 * s.cart.velocity ** 2 };
}`,
  "a total beside its components": `
export function reward(s: State): Terms {
  const upright = Math.cos(s.pole.angle);
  const effort = -0.05 * Math.abs(s.action[0]);
  return { total: 2 * upright + effort, components: { upright, effort } };
}`,
  "a total beside terms under their name": `
export function reward(s: State): Terms {
  const terms = { a: s.cart.position, b: s.cart.velocity };
  return { total: terms.a - terms.b, terms };
}`,
  "a total among the terms": `
export function reward(s: State): Terms {
  const a = s.cart.position;
  return { total: a * 3, a };
}`,
  "a result held in a variable and spread": `
export function reward(s: State): Terms {
  const terms: Terms = { a: s.cart.position, b: s.pole.angle * 2 };
  const total = terms.a + terms.b;
  return { ...terms, total };
}`,
  "the total by Object.values": `
export function reward(s: State): Terms {
  const components = { a: s.cart.position, b: s.pole.angle * 2, c: 1 / 3 };
  const total = Object.values(components).reduce((x, y) => x + y, 0);
  return { total, components };
}`,
  "named temperatures": `
export function reward(s: State): Terms {
  const temps = { angle: 0.25, speed: 1.5 } as const;
  const angle = Math.exp(-(s.pole.angle ** 2) / temps.angle);
  const speed = Math.exp(-Math.abs(s.cart.velocity) / temps["speed"]);
  return { angle, speed };
}`,
  "constants and arrow helpers at the top": `
const TARGET = 0.5;
const WEIGHTS: readonly number[] = [1, 0.5, -0.25, 0.125];
const kernel = (x: number, width = 0.5): number => Math.exp(-(x * x) / width);
export const reward = (s: State): Terms => {
  const pose = s.joints.position.map((q, i) => q * WEIGHTS[i]);
  return { near: kernel(s.cart.position - TARGET), wide: kernel(s.cart.velocity, 2), pose: sum(pose) };
};`,
  "a helper declared after its use, with early returns": `
export function reward(s: State): Terms {
  return { zone: zone(s.cart.position), other: zone(s.cart.velocity * 2) };
}
function zone(x: number): number {
  if (Math.abs(x) < 0.5) return 1;
  if (x > 2) {
    return -1;
  }
  return 1 - Math.abs(x) / 2;
}`,
  "a helper given the state": `
function height(state: State): number {
  const { cos, up: [, , z] } = state.pole;
  return cos + z;
}
export function reward(s: State): Terms {
  return { height: height(s) };
}`,
  "an exported default": `
export default function (s: State): Terms {
  return { a: s.cart.position };
}`,
  "an entry that is not exported": `
function reward(s: State): Terms {
  return { a: s.cart.position };
}`,
  "an export list": `
function reward(s: State): Terms {
  return { a: s.cart.position };
}
export { reward };`,
  "types of its own": `
type Vec3 = readonly [number, number, number];
interface Weights { readonly speed: number; readonly height: number }
const weights: Weights = { speed: 1, height: 0.25 };
const flat = (v: Vec3): number => Math.hypot(v[0], v[1]);
export function reward(s: State): { speed: number; height: number } {
  return { speed: weights.speed * flat(s.base.linVel), height: weights.height * s.pole.cos };
}`,
  "harmless assertions": `
export function reward(s: State) {
  const v = s.base.linVel as readonly number[];
  const first = v[0]!;
  return { a: first, b: (v[1] as number) } satisfies Terms;
}`,
  "destructuring in parameters": `
const length = ([x, y, z]: readonly [number, number, number]): number => Math.sqrt(x * x + y * y + z * z);
export function reward({ base: { linVel }, cart: { position: x = 3 } }: State): Terms {
  return { speed: length(linVel), x };
}`,
  "array methods": `
export function reward(s: State): Terms {
  const speeds = s.joints.velocity.map(Math.abs);
  const worst = Math.max(...speeds);
  const least = Math.min(...speeds, 4, s.cart.position);
  const calm = speeds.every((v) => v < 2) ? 1 : 0;
  const wild = s.joints.velocity.some((v, i) => v > 1 + i) ? 1 : 0;
  const front = s.joints.position.slice(0, 2).concat([1, 2]);
  const rms = Math.sqrt(speeds.reduce((total, v) => total + v * v, 0) / speeds.length);
  const product = front.reduce((total, v) => total * v);
  return { worst, least, calm, wild, rms, product, last: s.joints.position.at(-1)! };
}`,
  "forEach, entries and accumulators": `
export function reward(s: State): Terms {
  let effort = 0;
  s.joints.velocity.forEach((v, i) => {
    if (v < 0) return;
    effort += v * s.joints.position[i];
  });
  let weighted = 0;
  for (const [i, q] of s.joints.position.entries()) weighted += q / (i + 1);
  let count = 0;
  s.joints.position.forEach(() => count++);
  return { effort, weighted, count };
}`,
  "loops of every kind": `
export function reward(s: State): Terms {
  let a = 0;
  for (let i = 0; i < s.joints.position.length; i++) a += s.joints.position[i] * i;
  let b = 0;
  for (let i = 3; i >= 0; i -= 2) { b = b * 2 + s.joints.velocity[i]; }
  let c = 1;
  let k = 0;
  while (c < 100 && k < 50) { c *= 1.5 + Math.abs(s.cart.position); k++; if (k === 7) break; }
  let d = 0;
  do { d += 0.25; if (d > 2) continue; d += 0.5; } while (d < Math.abs(s.cart.velocity) * 3);
  let e = 0;
  for (const q of s.joints.position) { if (q < 0) continue; if (q > 2) break; e += q; }
  let f = 0;
  for (let i = 0; i < 3; i++) for (let j = i; j < 3; j++) { if (i + j === 3) continue; f += s.base.linVel[j] - i; }
  let g = 0;
  for (let i = 0; i * i < 1000; ++i) g += i % 7;
  return { a, b, c, d, e, f, g };
}`,
  "an index that changes": `
const grid = [[1, 2], [3, 4], [5, 6]];
export function reward(s: State): Terms {
  let i = 0;
  while (i < 3 && s.joints.position[i] < 1) i += 1;
  const row = grid[i % 3];
  const mixed = [s.cart.position, 2 * s.pole.angle, 5];
  const which = Math.min(2, Math.floor(Math.abs(s.cart.velocity)));
  return { first: s.joints.position[i], row: row[0] * 10 + row[1], mixed: mixed[which] };
}`,
  conditionals: `
export function reward(s: State): Terms {
  const x = s.cart.position;
  const side = x > 0 ? 1 : -1;
  return { side };
}`,
  "conditions as numbers": `
export function reward(s: State): Terms {
  const fast = s.cart.velocity > 1 || s.cart.velocity < -1;
  const both = fast && !(s.cart.position >= 0);
  return { fast: Number(fast), both: both ? 1 : 0, same: fast === both ? 1 : 2, or: s.cart.position || 5 };
}`,
  "choices between arrays and objects": `
export function reward(s: State): Terms {
  const goal = s.cart.position > 0 ? [1, 2, 3] : [-1, -2, -3];
  const scale = s.cart.velocity > 0 ? { a: 1, b: 2 } : { a: 3, b: 4 };
  return { error: distance(s.base.linVel, goal), scaled: scale.a * scale.b };
}`,
  "choices that need statements": `
const root = (x: number): number => { let y = x; for (let i = 0; i < 6; i++) y = 0.5 * (y + x / y); return y; };
export function reward(s: State): Terms {
  const x = s.cart.position;
  return { root: x > 0.1 ? root(x) : -root(1 - x), and: x > 0 && root(x + 1) > 1.2 ? 1 : 0 };
}`,
  "variables that change shape never": `
export function reward(s: State): Terms {
  let v = [s.cart.position, s.cart.velocity];
  if (v[0] > 0) v = [v[1], v[0]];
  let [a, b] = v;
  a += 1;
  b **= 2;
  let c: number;
  if (a > b) c = a; else c = b;
  let o = { x: a, y: b };
  o = { x: o.y, y: o.x };
  c -= o.x; c *= 2; c /= 3; c %= 5;
  return { a, b, c, y: o.y };
}`,
  "parameters that change": `
function limit(x: number, low: number): number { x = Math.max(x, low); x++; return x; }
export function reward(s: State): Terms {
  return { a: limit(s.cart.position, 0), b: limit(s.cart.velocity, -1) };
}`,
  "closures over variables": `
export function reward(s: State): Terms {
  let k = 1;
  const scaled = (x: number): number => x * k;
  const before = scaled(s.cart.position);
  k = 3;
  return { before, after: scaled(s.cart.position) };
}`,
  "functions given to functions": `
const twice = (f: (x: number) => number, x: number): number => f(f(x));
const half = (x: number): number => x / 2 + 1;
export function reward(s: State): Terms {
  return { a: twice(half, s.cart.position), b: twice((x) => x * x, s.cart.velocity), c: twice(Math.sin, s.pole.angle) };
}`,
  "every helper": `
export function reward(s: State): Terms {
  const q = s.joints.position;
  return {
    clamp: clamp(s.cart.position, -1, 1), square: square(s.cart.velocity), sum: sum(q), mean: mean(q),
    squares: sumOfSquares(q), norm: norm(q), dot: dot(q, s.joints.velocity), distance: distance(q, [1, 2, 3, 4]),
    lerp: lerp(1, 3, s.cart.position), smooth: smoothstep(-1, 1, s.cart.position),
    gauss: gaussian(s.cart.velocity, 0.5), wrap: wrapAngle(s.pole.angle * 3),
  };
}`,
  "every function of Math": `
export function reward(s: State): Terms {
  const x = s.cart.position;
  const one = Math.abs(x) / 3;
  return {
    a: Math.abs(x) + Math.acos(one) + Math.acosh(1 + one) + Math.asin(one) + Math.asinh(x) + Math.atan(x),
    b: Math.atan2(x, 2) + Math.atanh(one / 2) + Math.cbrt(x) + Math.ceil(x) + Math.cos(x) + Math.cosh(x),
    c: Math.exp(x) + Math.expm1(x) + Math.floor(x) + Math.fround(x) + Math.hypot(x, 1, 2) + Math.log(1 + one),
    d: Math.log10(1 + one) + Math.log1p(one) + Math.log2(1 + one) + Math.max(x, 0) + Math.min(x, 0),
    e: Math.pow(one, 1.5) + Math.round(x) + Math.sign(x) + Math.sin(x) + Math.sinh(x) + Math.sqrt(one),
    f: Math.tan(x) + Math.tanh(x) + Math.trunc(x) + Math.PI + Math.E + Math.LN2 + Math.SQRT2 + Math.LOG10E,
  };
}`,
  "numbers that are none": `
export function reward(s: State): Terms {
  const x = s.cart.position / 0;
  return { a: Number.isFinite(x) ? x : 0, b: Number.isNaN(x - x) ? 1 : 2, c: NaN, d: -Infinity, e: Number.isInteger(s.episodeTime) ? 1 : 0, f: -0, g: 1e-320 };
}`,
  "a name of its own for a helper, and names like ours": `
const clamp = (x: number, limit: number): number => (x > limit ? limit : x);
export function reward(s: State): Terms {
  const signals = 3, out = 4, row = 5, fuel = 6, from = 7, v0 = 8, s0 = 9, b0 = 1;
  const Math_ = clamp(s.cart.position, 0.5);
  return { a: Math_ * signals + out - row + fuel - from + v0 - s0 + b0 };
}`,
  "shadowed names": `
const x = 2;
function f(x: number): number { const y = x * 2; { const x = y + 1; return x; } }
export function reward(s: State): Terms {
  const y = f(s.cart.position) + x;
  const total = 5 * y;
  return { y, twice: total };
}`,
  "a directive and empty statements": `
"use strict";
export function reward(s: State): Terms {
  ;
  { const inner = s.cart.position; }
  return { a: s.cart.velocity };
}`,
  "a return in every branch": `
export function reward(s: State): Terms {
  if (s.cart.position > 0) { return { a: 1 }; } else { return { a: s.cart.velocity }; }
}`,
  "terms in another order at another return": `
export function reward(s: State): Terms {
  if (s.pole.angle > 1) return { a: 1, b: s.cart.position };
  const a = s.cart.velocity;
  return { a, b: 3 };
}`,
};
