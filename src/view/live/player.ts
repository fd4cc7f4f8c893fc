/**
 * Plays roll-outs against the clock: real time or what speed is asked for, pause, single steps, another
 * policy without a pause. The process around it brings messages in and packets out.
 */
import { RewardsmithError } from "../../core/errors.js";
import type { SimulatorFactory } from "../../rl/assemble-environment.js";
import type { Channel } from "../../stream/channel.js";
import { FramePacker } from "../../stream/pack.js";
import type { RolloutControl, StressGrid } from "../../stream/protocol.js";
import type { RolloutMessage } from "../rollout-source.js";
import { createRollout, type Rollout } from "./rollout.js";
import type { Watched } from "./scene.js";
import { StressTally } from "./stress.js";

export interface PlayerOptions {
  readonly send: (message: RolloutMessage) => void;
  /** False where what was sent before still waits to be taken: this frame is then left out. */
  readonly canSend: () => boolean;
  readonly sendPackets: (packets: Uint8Array[]) => void;
  readonly nowMs: () => number;
  /** CPU seconds that this process has taken. */
  readonly cpuSeconds: () => number;
  readonly createSimulator: SimulatorFactory;
}

export interface PlayerDemand {
  readonly channels: readonly Channel[];
  readonly focusEnvs: readonly number[];
  /** Frames a second. */
  readonly hz: number;
}

type Playback = Extract<RolloutControl, { type: "playback" }>;

/** One picture's worth of time. */
const frameMs = 1000 / 60;
/** Timers come up to this early or late. */
const timerSlackMs = 2;
/** A clock that is further behind than this gives up what it missed. */
const longestLagMs = 200;
const loadEveryMs = 500;
/** A machine that stays below this share of real time for so long gets half the robots. */
const slow = { realTimeFactor: 0.75, loads: 8 } as const;
const fewestEnvs = 2;

export class Player {
  private readonly options: PlayerOptions;
  private readonly packer = new FramePacker();
  private channels: ReadonlySet<Channel> = new Set();
  private focusEnvs: readonly number[] = [];
  private hz = 0;
  private watched: Watched | null = null;
  private rollout: Rollout | null = null;
  private stress: StressTally | null = null;
  /** As asked for, until the machine turns out too slow. */
  private numEnvs = 0;
  private models = 0;
  private seed = 0;
  private paused = false;
  private speed = 1;
  /** When the next step is due. */
  private dueMs = 0;
  /** When the next frame may go out. */
  private nextFrameMs = 0;
  /** Loads in a row that were too slow. */
  private slowLoads = 0;
  private load = { atMs: 0, cpuSeconds: 0, steps: 0 };

  constructor(options: PlayerOptions) {
    this.options = options;
    this.dueMs = options.nowMs();
    this.restartLoad();
  }

  /**
   * Shows a policy; in the scene that runs already, nothing but the policy changes.
   * @param modelsBefore number of the last model that clients know, of a player before this one
   * @param seed begins anew with it; null goes on
   */
  async watch(
    watched: Watched,
    numEnvs: number,
    { modelsBefore = 0, seed = null }: { modelsBefore?: number; seed?: number | null } = {},
  ): Promise<void> {
    this.models = Math.max(this.models, modelsBefore);
    if (seed !== null) {
      this.seed = seed;
      this.paused = false;
    }
    const before = this.watched;
    this.watched = watched;
    if (this.numEnvs === 0) this.numEnvs = numEnvs;
    try {
      if (!this.rollout || seed !== null || before?.sceneKey !== watched.sceneKey) {
        this.stress = null;
        await this.begin();
      } else this.rollout.setPolicy(watched.policy);
    } catch (error) {
      // What ran before goes on.
      this.watched = before;
      throw error;
    }
    this.options.send({ type: "policy", policy: watched.about });
  }

  demand({ channels, focusEnvs, hz }: PlayerDemand): void {
    this.channels = new Set(channels);
    this.focusEnvs = focusEnvs;
    this.hz = hz;
    if (this.rollout) this.rollout.watchContacts = this.channels.has("contacts");
    if (this.paused) this.show();
  }

  async control(message: RolloutControl): Promise<void> {
    const { rollout } = this;
    if (!rollout) throw notYet();
    if (message.type === "playback") this.playback(message, rollout);
    else if (message.type === "stress") await this.spread(message.grid);
    else if (message.type !== "select") {
      rollout.control(message);
      if (message.type === "pose" && message.jointPosition !== null) this.paused = true;
      this.show();
    }
    this.tellControls();
  }

  /** Makes the steps that are due. Returns how long nothing is due now, ms; Infinity while paused. */
  async tick(): Promise<number> {
    const now = this.options.nowMs();
    if (this.rests) this.restartLoad();
    else if (now - this.load.atMs > loadEveryMs) await this.weigh(now);
    const { rollout } = this;
    if (!rollout || this.paused || this.rests) return Number.POSITIVE_INFINITY;
    const stepMs = (1000 * rollout.model.controlDtSeconds) / this.speed;
    if (now - this.dueMs > longestLagMs + stepMs) this.dueMs = now;
    // One picture's worth of steps at most, so that messages are heard in between.
    const until = Math.min(now, this.dueMs + frameMs);
    while (this.dueMs <= until) {
      if (!this.step(rollout)) return Number.POSITIVE_INFINITY;
      this.dueMs += stepMs;
    }
    if (now >= this.nextFrameMs - timerSlackMs) {
      const betweenMs = 1000 / this.hz;
      this.nextFrameMs = Math.max(this.nextFrameMs, now - betweenMs) + betweenMs;
      this.show();
    }
    return Math.max(0, this.dueMs - this.options.nowMs());
  }

  /** Nobody watches; all stays as it is. */
  private get rests(): boolean {
    return this.channels.size === 0;
  }

  dispose(): void {
    this.rollout?.dispose();
    this.rollout = null;
  }

  private async begin(grid: StressGrid | null = null): Promise<void> {
    const { watched, options } = this;
    if (!watched) throw notYet();
    const { scene } = watched;
    const before = this.rollout;
    const rollout = await createRollout(scene, {
      numEnvs: grid ? grid.x.values.length * grid.y.values.length : this.numEnvs,
      seed: this.seed,
      modelNumber: ++this.models % 65536,
      sequence: before?.frame.sequence ?? 0,
      onHappening: (happening) => {
        if (happening.type === "episode") this.stress?.count(happening);
        options.send(happening);
      },
      createSimulator: options.createSimulator,
    });
    try {
      rollout.setPolicy(watched.policy);
      if (before) rollout.adopt(before.settings);
    } catch (error) {
      rollout.dispose();
      throw error;
    }
    rollout.watchContacts = this.channels.has("contacts");
    before?.dispose();
    this.rollout = rollout;
    options.send({ type: "model", model: rollout.model });
    this.dueMs = options.nowMs();
    this.tellControls();
    this.show();
  }

  private playback({ paused, speed, step, reset, seed }: Playback, rollout: Rollout): void {
    if (seed !== undefined) this.seed = seed;
    if (speed !== undefined) this.speed = speed;
    if (paused !== undefined) this.paused = paused;
    if (!this.paused) this.dueMs = this.options.nowMs();
    this.options.send({ type: "status", id: "step", level: "info", message: "" });
    this.slowLoads = 0;
    if (reset) rollout.reset();
    if (step !== undefined) {
      this.paused = true;
      for (let n = 0; n < step; n++) if (!this.step(rollout)) break;
      for (let n = 0; n > step; n--) if (!rollout.stepBack()) break;
    }
    this.show();
  }

  private async spread(grid: StressGrid | null): Promise<void> {
    const { watched } = this;
    if (!watched || (grid === null && this.stress === null)) return;
    await this.begin(grid);
    this.stress = grid && new StressTally(grid);
    if (grid) this.rollout?.spread(grid);
    this.options.send(this.stress?.message() ?? { type: "stress", grid: null, cells: [] });
  }

  /** One control step. An error pauses and is told; false then. */
  private step(rollout: Rollout): boolean {
    try {
      rollout.step();
      this.load.steps++;
      return true;
    } catch (error) {
      this.paused = true;
      const known = error instanceof RewardsmithError;
      this.options.send({
        type: "status",
        id: "step",
        level: "error",
        message: known ? `${error.code}: ${error.message}` : String(error),
        hint: (known && error.hint) || "reset begins new episodes",
      });
      this.tellControls();
      return false;
    }
  }

  private show(): void {
    const { rollout, options } = this;
    if (!rollout || !options.canSend()) return;
    rollout.frame.paused = this.paused;
    const { channels, focusEnvs } = this;
    options.sendPackets(this.packer.pack(rollout.frame, { channels, focusEnvs }));
  }

  private tellControls(): void {
    const { rollout, paused, speed, seed } = this;
    if (!rollout) return;
    this.options.send({ type: "controls", paused, speed, seed, ...rollout.settings });
  }

  /** Tells what it costs, and asks less of a machine that does not keep up. */
  private async weigh(now: number): Promise<void> {
    const { options, load, rollout } = this;
    const seconds = (now - load.atMs) / 1000;
    const simulated = load.steps * (rollout?.model.controlDtSeconds ?? 0);
    const realTimeFactor = simulated / seconds;
    options.send({
      type: "load",
      realTimeFactor,
      cpuShare: (options.cpuSeconds() - load.cpuSeconds) / seconds,
    });
    if (this.stress) options.send(this.stress.message());
    const tooSlow = realTimeFactor < slow.realTimeFactor * Math.min(this.speed, 1);
    this.slowLoads = tooSlow && rollout && !this.paused && !this.stress ? this.slowLoads + 1 : 0;
    if (this.slowLoads >= slow.loads && this.numEnvs > fewestEnvs) {
      this.slowLoads = 0;
      this.numEnvs = Math.max(fewestEnvs, this.numEnvs >> 1);
      await this.begin();
      const message = `This computer is busy: ${this.numEnvs} robots keep up with real time.`;
      options.send({ type: "status", id: "envs", level: "info", message });
    }
    this.restartLoad();
  }

  private restartLoad(): void {
    const { nowMs, cpuSeconds } = this.options;
    this.load = { atMs: nowMs(), cpuSeconds: cpuSeconds(), steps: 0 };
  }
}

function notYet(): RewardsmithError {
  return new RewardsmithError("E_VIEW_NO_POLICY", "nothing is being shown yet", {
    hint: "wait for the first policy, or choose a demo",
  });
}
