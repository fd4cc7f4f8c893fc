/**
 * What two parameters make of the base together: it weighs its own mass × massFactor + payloadKg.
 * Ranges of which each is possible alone can leave it nothing, so draws that do are made anew: what
 * is drawn follows the declared distributions given that the base is possible.
 */
import { RewardsmithError } from "../core/errors.js";
import { Rng } from "../core/rng.js";
import { floatingBase } from "../robot/free-bodies.js";
import type { RobotModel } from "../robot/model.js";
import { boundsOf, draw } from "./distribution.js";
import type { Distribution, TaskDefinition } from "./task.js";
import type { WorldParameterName } from "./world-parameter-names.js";

export const baseMassParameters = ["massFactor", "payloadKg"] as const;

export function isBaseMassParameter(name: WorldParameterName): boolean {
  return (baseMassParameters as readonly string[]).includes(name);
}

/**
 * Share of its own mass that a base must keep: joints between a far lighter and heavier bodies give
 * way. Measured where actions are noise: with 5 % a Go1, an ant and an ANYmal fall in Rapier as seldom as in
 * MuJoCo and as with their own mass, with 1 % Rapier lets go of their legs.
 */
const leastKept = 0.03;

/** Of draws that are to be possible: rarer ones mean that the ranges are not what was meant. */
const leastPossible = 0.01;
/** By these, in ranges that pass, one draw in 10⁴³ finds nothing. */
const mostTries = 10_000;

/** The body that carries a payload and its mass, kg; undefined where nothing moves. */
export function payloadCarrier(robot: RobotModel): { name: string; massKg: number } | undefined {
  const body = floatingBase(robot)?.body ?? robot.joints[0]?.body;
  return body === undefined ? undefined : robot.bodies[body];
}

export class BaseMass {
  private readonly robot: RobotModel;
  private readonly massKg: number;
  private readonly distributions: readonly [massFactor: Distribution, payloadKg: Distribution];

  constructor(robot: RobotModel, randomization: TaskDefinition["randomization"]) {
    this.robot = robot;
    this.massKg = payloadCarrier(robot)?.massKg ?? 0;
    this.distributions = [
      randomization.massFactor?.distribution ?? 1,
      randomization.payloadKg?.distribution ?? 0,
    ];
  }

  possible(massFactor: number, payloadKg: number): boolean {
    // A body without mass of its own carries nothing.
    return this.massKg === 0 || this.massKg * massFactor + payloadKg >= leastKept * this.massKg;
  }

  /** Whether a draw can be impossible at all. */
  get atRisk(): boolean {
    const [factor, payload] = this.distributions.map(lowest);
    return !this.possible(factor, payload);
  }

  /** What is wrong with the two ranges together, or null. */
  whyImpossible(): string | null {
    if (!this.atRisk) return null;
    const rng = new Rng(0);
    const [factor, payload] = this.distributions;
    const draws = 2000;
    let possible = 0;
    for (let i = 0; i < draws; i++) {
      const massFactor = draw(factor, rng);
      if (this.possible(massFactor, draw(payload, rng))) possible++;
    }
    return possible >= leastPossible * draws
      ? null
      : `${this.ranges()} together leave ${this.base()} a mass in ${possible === 0 ? "none" : "hardly any"} of their draws`;
  }

  /** Calls `again` until what it has drawn is possible. */
  settle(now: () => boolean, again: () => void): void {
    for (let tries = 0; !now(); tries++) {
      if (tries === mostTries) {
        throw new RewardsmithError(
          "E_SIM_PARAMETER",
          `${this.ranges()} left ${this.base()} no mass in ${mostTries} draws on end`,
          { hint: baseMassHint },
        );
      }
      again();
    }
  }

  private base(): string {
    return `"${payloadCarrier(this.robot)?.name}" (${this.massKg} kg)`;
  }

  private ranges(): string {
    return baseMassParameters
      .map((name, i) => {
        const [low, high] = boundsOf(this.distributions[i]);
        return `${name} ${low === high ? low : `from ${low} to ${high}`}`;
      })
      .join(" and ");
  }
}

export const baseMassHint = "raise the lower end of one of the two";

function lowest(distribution: Distribution): number {
  const endless =
    typeof distribution === "object" && "normal" in distribution && distribution.normal[1] > 0;
  return endless ? Number.NEGATIVE_INFINITY : boundsOf(distribution)[0];
}
