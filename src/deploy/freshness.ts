/**
 * How old the newest measurement is. A robot's clock is not ours: the offset between them is taken
 * from the fastest message so far, so that one that waited somewhere counts as late though it just came.
 */
import type { Arrival } from "./robot.js";
import type { Stop } from "./safety.js";

/** Clocks may drift by this much, s per s. */
const drift = 1e-3;

export class Freshness {
  private readonly staleAfter: number;
  private newestStamp = Number.NEGATIVE_INFINITY;
  /** Our clock less the robot's, s, at the fastest message. */
  private offset = Number.POSITIVE_INFINITY;
  private offsetAt = 0;
  private lastArrival: number;
  private oldStamps = 0;

  /** @param nowSeconds when waiting begins */
  constructor(staleAfterSeconds: number, nowSeconds: number) {
    this.staleAfter = staleAfterSeconds;
    this.lastArrival = nowSeconds;
  }

  /** False where the stamp is not newer than one before. */
  accept({ measurement, atSeconds }: Arrival): boolean {
    const { timeSeconds: stamp } = measurement;
    this.lastArrival = atSeconds;
    if (!(stamp > this.newestStamp)) {
      this.oldStamps++;
      return false;
    }
    this.oldStamps = 0;
    this.newestStamp = stamp;
    const allowed = this.offset + drift * (atSeconds - this.offsetAt);
    this.offset = Math.min(allowed, atSeconds - stamp);
    this.offsetAt = atSeconds;
    return true;
  }

  /** Of the newest measurement, s. */
  age(nowSeconds: number): number {
    return nowSeconds - this.newestStamp - this.offset;
  }

  /** Null while the newest measurement may be used. */
  check(nowSeconds: number): Stop | null {
    const age = this.age(nowSeconds);
    if (age <= this.staleAfter) return null;
    const waited = nowSeconds - this.lastArrival;
    const ms = (seconds: number) => `${(1000 * seconds).toFixed(0)} ms`;
    // The last message may have been a little late itself: the larger part of the age has the word.
    if (waited > this.staleAfter || waited > age / 2) {
      return {
        code: "E_ROBOT_SILENT",
        message: `the robot has said nothing for ${ms(waited)}`,
        hint: "look at the robot, its driver and the network",
      };
    }
    return {
      code: "E_ROBOT_TIME",
      message:
        this.oldStamps > 0
          ? `the robot sends old time stamps, ${this.oldStamps} in a row`
          : `its measurements come ${ms(age)} late`,
      hint: "look at the robot's clock and at what its messages wait for",
    };
  }
}
