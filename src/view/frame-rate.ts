/**
 * How many frames a second a client gets: 60, 30, 15 or 5, by how far behind it draws. A client tells
 * four times a second which frame it drew last; the lag is the age of the first frame it has not
 * drawn. What counts is lag beyond the smallest ever seen, so that a distant client is not a slow one.
 */

export const rates = [60, 30, 15, 5] as const;

const slowMs = 250;
const fastMs = 100;
/** Acknowledgements in time, in a row, after which a faster rate is tried: 2 s, then ever longer. */
const firstPatience = 8;
const mostPatience = 128;
/** Frames unacknowledged for so long: slower at every tick; then none at all until it answers. */
const silentMs = 1500;
const deadMs = 10_000;

export class FrameRate {
  /** Nothing may be sent until the client acknowledges. */
  suspended = false;
  private step = 0;
  private readonly sequences: number[] = [];
  private readonly times: number[] = [];
  private baseMs = Number.POSITIVE_INFINITY;
  private inTime = 0;
  private patience = firstPatience;

  get hz(): number {
    return rates[this.step];
  }

  /** A frame went out. */
  sent(sequence: number, nowMs: number): void {
    if (this.sequences[this.sequences.length - 1] === sequence) return;
    this.sequences.push(sequence);
    this.times.push(nowMs);
  }

  /** The client drew this frame; true when the rate changed. */
  acknowledged(sequence: number, nowMs: number): boolean {
    let drawn = this.sequences.findIndex((sent) => sent > sequence);
    if (drawn < 0) drawn = this.sequences.length;
    this.sequences.splice(0, drawn);
    this.times.splice(0, drawn);
    const lagMs = this.times.length > 0 ? nowMs - this.times[0] : 0;
    this.baseMs = Math.min(this.baseMs, lagMs);
    const resumed = this.suspended;
    this.suspended = false;
    const late = lagMs - this.baseMs;
    if (late > slowMs) return this.slower() || resumed;
    this.inTime = late < fastMs ? this.inTime + 1 : 0;
    return this.faster() || resumed;
  }

  /** Called twice a second, for clients that say nothing; true when the rate changed. */
  tick(nowMs: number): boolean {
    const waitingMs = this.times.length > 0 ? nowMs - this.times[0] : 0;
    if (waitingMs > deadMs && !this.suspended) {
      this.suspended = true;
      return true;
    }
    return waitingMs > silentMs && this.slower();
  }

  /** Another roll-out counts from its own beginning. */
  forget(): void {
    this.sequences.length = 0;
    this.times.length = 0;
    this.suspended = false;
  }

  private slower(): boolean {
    this.inTime = 0;
    if (this.step === rates.length - 1) return false;
    this.step++;
    // It was tried and was too fast: wait longer before the next attempt.
    this.patience = Math.min(mostPatience, 2 * this.patience);
    return true;
  }

  private faster(): boolean {
    if (this.step === 0 || this.inTime < this.patience) return false;
    this.inTime = 0;
    this.step--;
    return true;
  }
}
