/** Environments whose simulation has left all bounds. */
import type { Simulator } from "../sim/simulator.js";
import type { SignalTable } from "./signals.js";

/** m/s and rad/s: a hundred times the fastest that a joint or body of any task was seen to move. */
const impossibleSpeed = 1e4;

export class BlowUps {
  /** [env] 1 where it blew up in this step. */
  readonly broken: Uint8Array;
  private readonly simulator: Simulator;
  private readonly signals: Float32Array;
  private readonly stride: number;
  /** Columns read from the simulator; those behind them are derived. */
  private readonly columns: number;

  /** @param columns of the signal table that are not derived */
  constructor(simulator: Simulator, signals: Float32Array, table: SignalTable, columns: number) {
    this.broken = new Uint8Array(simulator.numEnvs);
    this.simulator = simulator;
    this.signals = signals;
    this.stride = table.stride;
    this.columns = columns;
  }

  /** Marks every environment, and empties the signals of those that blew up. */
  find(): void {
    const { broken, signals, stride } = this;
    for (let env = 0; env < broken.length; env++) {
      broken[env] = this.happened(env) ? 1 : 0;
      if (broken[env] === 1) signals.fill(0, env * stride, (env + 1) * stride);
    }
  }

  /**
   * Whether an environment's signals are no longer finite (x · 0 is 0 for finite x only), or its
   * joints and bodies, or their speeds beyond any robot's: an engine that has lost its way passes
   * through huge numbers first, and a single one of them would stay in the normalizers for long.
   */
  happened(env: number): boolean {
    const { signals, stride, columns, simulator } = this;
    const { jointPosition, jointVelocity, bodyVelocity } = simulator.state;
    const joints = simulator.jointNames.length;
    const numbers = 6 * simulator.robot.bodies.length;
    let zero = 0;
    for (let i = env * stride; i < env * stride + columns; i++) zero += signals[i] * 0;
    for (let i = env * joints; i < (env + 1) * joints; i++) {
      zero += jointPosition[i] * 0;
      if (!(Math.abs(jointVelocity[i]) < impossibleSpeed)) return true;
    }
    for (let i = env * numbers; i < (env + 1) * numbers; i++) {
      if (!(Math.abs(bodyVelocity[i]) < impossibleSpeed)) return true;
    }
    return zero !== 0;
  }
}
