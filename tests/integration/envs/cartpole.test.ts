/** The two cartpole tasks in real physics: what doing nothing scores, and controllers that solve them. */
import { describe, expect, it } from "vitest";
import { compileTask } from "../../../src/reward/node/compile-task.js";
import { loadTask } from "../../../src/task/node/load.js";
import { type Look, play } from "./play.js";

const cartpole = compileTask(await loadTask("cartpole"));
const swingup = compileTask(await loadTask("cartpole-swingup"));

/** Keeps an upright pole upright and the cart central; N. */
function balance(look: Look): number {
  return (
    -60 * look("pole.angle") -
    12 * look("pole.angularVelocity") +
    3 * look("cart.position") +
    6 * look("cart.velocity")
  );
}

/** Pumps the pole's energy up to that of upright rest, then balances; N. */
function swingUp(look: Look): number {
  const angle = look("pole.angle");
  const speed = look("pole.angularVelocity");
  if (Math.cos(angle) > 0.8) return balance(look);
  const centreM = 0.47;
  const inertia = 0.0836 + centreM ** 2;
  const missing = 0.5 * inertia * speed ** 2 + 9.81 * centreM * (Math.cos(angle) - 1);
  const pump = -30 * missing * Math.sign(speed * Math.cos(angle));
  return Math.max(-12, Math.min(12, pump)) - 6 * look("cart.position") - look("cart.velocity");
}

describe("cartpole", () => {
  it("falls without control, and lasts 500 steps under a linear controller", async () => {
    const idle = await play(cartpole, 4, () => 0);
    expect(idle.every((episode) => episode.ending === "poleFell" && episode.length < 120)).toBe(
      true,
    );
    const balanced = await play(cartpole, 4, (look) => balance(look) / 400);
    expect(balanced.map((episode) => episode.fitness)).toEqual(new Array(4).fill(500));
    expect(Math.min(...balanced.map((episode) => episode.episodeReturn))).toBeGreaterThan(499);
  });
});

describe("cartpole swing-up", () => {
  it("scores 0 when nothing is done, and 1 when the energy is pumped up and held", async () => {
    const idle = await play(swingup, 4, () => 0);
    expect(idle.map((episode) => [episode.fitness, episode.ending])).toEqual(
      new Array(4).fill([0, "timeOut"]),
    );
    const solved = await play(swingup, 4, (look) => swingUp(look) / 25);
    expect(Math.min(...solved.map((episode) => episode.fitness))).toBeGreaterThan(0.99);
  });

  it("cannot be lifted in one push: full force to one side never brings the pole up", async () => {
    const pushed = await play(swingup, 4, () => 1);
    expect(
      pushed.every((episode) => episode.fitness === 0 && episode.ending === "cartOffRail"),
    ).toBe(true);
  });
});
