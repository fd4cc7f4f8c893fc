/**
 * Every number that steers the evolutionary search. Weights are in units of the leading term, whose
 * weight starts at 1; costs are what a signal at the edge of its usual range is charged.
 */
export const knobs = {
  /** How a new reward is drawn. */
  draw: {
    /** Chance that the leading term pays for a rate (velocity) rather than a place. */
    leadByRate: 0.15,
    /** Before that, where the task has rates that are wanted one way: chance that it pays for one. */
    leadByWanted: 0.6,
    /** Chance that a term about such a rate pays for going that way. */
    asWanted: 0.85,
    /** Kernels of the leading term, by relative chance. Wide ones can be climbed from afar. */
    leadKernels: { ramp: 3, cosine: 3, gaussian: 1.5, rational: 1.5, sigmoid: 1, step: 0.5 },
    /** Temperature of the leading term, in half-ranges of its signal. */
    leadTemperature: [0.25, 0.8],
    /** Leading terms are kept with the chance (1 − mean over recorded states) to this power. */
    leadUnpaid: 2,
    /** So are charges on places, with (1 − mean charge, 1 at the edge of the range). */
    costKept: 2,
    /** Chance of a second, smaller and narrower shaping term, and of a third after it. */
    moreShaping: 0.3,
    /** Chance that it is about a rate. */
    shapingByRate: 0.2,
    shapingWeight: [0.1, 0.6],
    shapingTemperature: [0.1, 0.5],
    /** Chance that a place is charged for its distance from a target (one draw per reward). */
    placeCost: 0.6,
    /** Chance that each rate is charged. */
    rateCost: 0.45,
    costWeight: [0.05, 0.6],
    /** Chance that a charge is quadratic rather than absolute. */
    quadratic: 0.85,
    /** Chance and weight of a charge on the action, and on its change. */
    effortCost: 0.3,
    effortWeight: [0.003, 0.05],
    smoothnessCost: 0.15,
    smoothnessWeight: [0.003, 0.05],
    /** Chance that the leading term is multiplied by a second bounded kernel. */
    gate: 0.1,
    gateTemperature: [0.3, 0.8],
    /** Chance and size of a constant bonus per step, which keeps an early end from paying. */
    bonus: 0.85,
    bonusSize: [0.05, 0.5],
  },
  /** How the next round is made up. */
  round: {
    /** Rewards drawn afresh, as a share of a round; at least one when the round has three or more. */
    freshShare: 0.25,
    crossoverShare: 0.13,
    /**
     * Chance that a mutation keeps the leading term alone and draws the rest anew: of a parent whose
     * rest was drawn itself, and of one that was bred.
     */
    redrawDrawn: 0.3,
    redrawBred: 0.08,
    /** Parents are the best of all so far about this many different signals, the better the likelier. */
    parents: 3,
    /** Chance of the second parent relative to the first, of the third to the second … */
    parentDecay: 0.5,
    /** … and none that is worth less than this share of the way from the worst to the best. */
    parentWorth: 0.4,
    /** How much the best fitness shown during training counts beside the last, when parents are chosen. */
    peak: 0.3,
    /** What a vote of a person adds, as a share of the spread of fitnesses; at most three count. */
    vote: 0.1,
    /** Chance that a mutation follows from the reflection rather than from chance alone. */
    guided: 0.7,
    /** Chance of one more mutation on top. */
    second: 0.25,
  },
  /** When the reflection is said to show something. */
  diagnosis: {
    /** Episodes shorter than this share of the limit end early. */
    early: 0.6,
    /** A term whose snapshots vary less than this share of its size is constant. */
    constant: 0.05,
    /** A term larger than this many times all others together dominates. */
    dominant: 4,
    /** Fitness that varies less than this share of the population's spread is flat. */
    flat: 0.08,
    /** Correlation of a term with the fitness across snapshots that counts. */
    correlated: 0.7,
    /** A leading term paid this much at the end has been reached; from `halfPaid` on, now and then. */
    reached: 0.7,
    halfPaid: 0.15,
    /** Fitness lost since its peak, as a share of its rise. */
    fallen: 0.3,
  },
  /** Sizes of the changes, as factors drawn log-uniformly. */
  change: {
    weight: [1.3, 3],
    temperature: [1.3, 2.2],
    bonus: [1.3, 2.5],
    scaleDown: [2, 5],
    strengthen: [1.25, 2],
    /** A charge that a reward did without begins at this share of a drawn one. */
    newCharge: 0.4,
  },
  /** Tries to find a reward that has not been proposed yet. */
  tries: 40,
} as const;
