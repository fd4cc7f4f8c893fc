/**
 * For how long a training has counted no step. Measured in what it could have done: a second in
 * which the machine was busy with others counts as the share of it that this process got, so that
 * a training is not taken for hung because it starves. One that sleeps for ever keeps nobody from a
 * processor, so its seconds count in full; and at least a hundredth of any second counts, so that
 * one that hangs is found in bounded time on any machine.
 */
export class Silence {
  private beats = 0;
  private seconds = 0;
  private readonly limits: SilenceLimits;

  constructor(limits: SilenceLimits) {
    this.limits = limits;
  }

  /**
   * A tick of the watcher. Ticks are counted rather than the clock read: a computer that slept has
   * not hung. `share`: see ProcessorShare. Returns whether the training has hung.
   */
  tick(beats: number, tickSeconds: number, share: number): boolean {
    this.seconds =
      beats === this.beats ? this.seconds + tickSeconds * Math.max(leastShare, share) : 0;
    this.beats = beats;
    return this.seconds >= this.limit;
  }

  /** What it may be silent for at this point, s. */
  get limit(): number {
    const { startSeconds, stepSeconds } = this.limits;
    return this.beats <= 1 ? Math.max(startSeconds, stepSeconds) : stepSeconds;
  }
}

export interface SilenceLimits {
  /** Up to the first step: loading the learner, the robot and its world. */
  readonly startSeconds: number;
  /** Between two steps. */
  readonly stepSeconds: number;
}

/** A training of low priority beside others has been seen to get a thirtieth, and stop for minutes. */
const leastShare = 0.01;
