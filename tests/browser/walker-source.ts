/** A roll-out of walkers that answers every control, for the viewer's server in tests. */
import type { Capability, RolloutControl, WatchedPolicy } from "../../src/stream/protocol.js";
import { capabilities } from "../../src/stream/protocol.js";
import type { RolloutModel } from "../../src/stream/rollout-model.js";
import type { RolloutDemand, RolloutSink, RolloutSource } from "../../src/view/rollout-source.js";
import { Walker, walkerModel } from "./walker.js";

const policies: WatchedPolicy[] = [
  policy("newest", "newest checkpoint", null, null, 0.82),
  policy("1.1", "candidate 1.1", "1.1", 150_000, 0.61),
  policy("2.3", "candidate 2.3", "2.3", 300_000, 0.93),
];

function policy(
  id: string,
  label: string,
  candidate: string | null,
  steps: number | null,
  fitness: number,
): WatchedPolicy {
  return {
    reference:
      candidate === null ? { kind: "newest" } : { kind: "candidate", run: "walk-1", candidate: id },
    label,
    run: "walk-1",
    candidate,
    steps,
    seed: 1,
    fitness,
    checkpoints: steps === null ? [] : [1, 2, 3].map((part) => (part * steps) / 3),
  };
}

export class WalkerSource implements RolloutSource {
  readonly capabilities: readonly Capability[] = capabilities;
  readonly controls: RolloutControl[] = [];
  model: RolloutModel;
  walker: Walker;
  private sink: RolloutSink | null = null;
  private timer: NodeJS.Timeout | null = null;
  private readonly set = {
    paused: false,
    speed: 1,
    world: {} as Record<string, number>,
    command: null as number[] | null,
    noise: true,
    posedEnv: null as number | null,
    seed: 1,
  };

  constructor(numEnvs = 16) {
    this.model = walkerModel(numEnvs);
    this.walker = new Walker(this.model);
  }

  start(sink: RolloutSink): void {
    this.sink = sink;
    sink.message({ type: "model", model: this.model });
    sink.message({ type: "policies", policies });
    sink.message({ type: "policy", policy: policies[0] });
    this.tellControls();
    sink.message({ type: "load", realTimeFactor: 1, cpuShare: 0.07 });
  }

  /** At simulation time 0, under another number, with another number of walkers if so told. */
  beginAnew(seed: number, numEnvs = this.model.numEnvs): void {
    const { sequence } = this.walker.frame;
    this.model = walkerModel(numEnvs, this.model.number + 1);
    this.walker = new Walker(this.model, sequence);
    this.set.seed = seed;
    this.set.paused = false;
    this.sink?.message({ type: "model", model: this.model });
  }

  get running(): boolean {
    return this.timer !== null;
  }

  private tellControls(): void {
    this.sink?.message({ type: "controls", ...this.set });
  }

  demand({ clients }: RolloutDemand): void {
    if (clients > 0 && this.timer === null) {
      const ms = 1000 * this.model.controlDtSeconds;
      let due = performance.now();
      this.timer = setInterval(() => {
        // A busy machine calls late: the steps are made up for.
        for (let n = 0; n < 10 && performance.now() >= due; n++, due += ms / this.set.speed) {
          if (!this.set.paused) this.step();
        }
        due = Math.max(due, performance.now() - 10 * ms);
      }, ms / 2);
    } else if (clients === 0 && this.timer !== null) {
      clearInterval(this.timer);
      this.timer = null;
    }
  }

  private step(): void {
    this.walker.step();
    const { frame } = this.walker;
    this.sink?.frame(frame);
    for (let env = 0; env < this.model.numEnvs; env++) {
      if (frame.flags[env] === 0) continue;
      this.sink?.message({
        type: "episode",
        env,
        simTimeSeconds: frame.simTimeSeconds,
        steps: 300,
        endedBy: (frame.flags[env] & 1) !== 0 ? "fall" : "timeOut",
        episodeReturn: 400,
        fitness: 0.8,
      });
    }
  }

  control(message: RolloutControl): void {
    this.controls.push(message);
    const { set } = this;
    switch (message.type) {
      case "playback":
        if (message.paused !== undefined) set.paused = message.paused;
        if (message.speed !== undefined) set.speed = message.speed;
        if (message.reset === true) this.walker.reset();
        if (message.step !== undefined) {
          set.paused = true;
          for (let n = 0; n < message.step; n++) this.step();
        }
        break;
      case "world":
        if (message.value === null) delete set.world[message.parameter];
        else set.world[message.parameter] = message.value;
        break;
      case "command":
        set.command = message.values;
        break;
      case "noise":
        set.noise = message.on;
        break;
      case "push":
        this.walker.push(message.env ?? 0);
        break;
      case "pose":
        set.posedEnv = message.jointPosition === null ? null : message.env;
        break;
      case "select": {
        const { steps, ...wanted } = { steps: undefined, ...message.policy };
        const policy = policies.find(
          ({ reference }) => JSON.stringify(reference) === JSON.stringify(wanted),
        );
        const at = steps === undefined ? {} : { steps };
        if (policy) this.sink?.message({ type: "policy", policy: { ...policy, ...at } });
        if (message.seed !== undefined) this.beginAnew(message.seed);
        break;
      }
      case "stress": {
        const { grid } = message;
        const length = grid === null ? 0 : grid.x.values.length * grid.y.values.length;
        this.sink?.message({
          type: "stress",
          grid,
          cells: Array.from({ length }, (_, env) => ({
            episodes: 4,
            survived: (env * 7) % 5,
            fitness: 0.5,
          })),
        });
        return;
      }
      default:
        return;
    }
    this.tellControls();
  }

  async stop(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
  }
}
