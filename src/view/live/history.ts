/**
 * The way back: states kept now and then, and what people did in every step since. A step back loads
 * the state before and goes forward again, which gives the same numbers bit for bit.
 */
import type { RolloutFrame } from "../../stream/frame.js";
import type { EnvironmentSnapshot } from "../../task/environment.js";
import type { TaskEnvironment } from "../../task/task-environment.js";
import type { Inputs } from "./inputs.js";

/** Control steps between kept states, and how many are kept: about 20 s at 50 Hz. */
const every = 25;
const most = 40;

interface Kept {
  readonly environment: EnvironmentSnapshot;
  readonly parameters: Float64Array;
  readonly drawn: Float64Array;
  readonly simTimeSeconds: number;
  readonly episode: Uint16Array;
  readonly episodeSteps: Uint32Array;
  readonly episodeReturn: Float32Array;
  /** Of the steps made from here. */
  readonly inputs: Inputs[];
}

export class History {
  private readonly environment: TaskEnvironment;
  private readonly frame: RolloutFrame;
  private readonly replay: (inputs: Inputs) => void;
  private kept: Kept[] = [];

  constructor(environment: TaskEnvironment, frame: RolloutFrame, replay: (inputs: Inputs) => void) {
    this.environment = environment;
    this.frame = frame;
    this.replay = replay;
  }

  clear(): void {
    this.kept = [];
  }

  /** A step with these inputs is about to be made. */
  keep(inputs: Inputs): void {
    const last = this.kept.at(-1);
    if (last && last.inputs.length < every) {
      last.inputs.push(inputs);
      return;
    }
    const { environment, frame } = this;
    if (this.kept.length === most) this.kept.shift();
    this.kept.push({
      environment: environment.save(),
      parameters: environment.overrides.parameters.slice(),
      drawn: environment.overrides.drawn.slice(),
      simTimeSeconds: frame.simTimeSeconds,
      episode: frame.episode.slice(),
      episodeSteps: frame.episodeSteps.slice(),
      episodeReturn: frame.episodeReturn.slice(),
      inputs: [inputs],
    });
  }

  /** Goes back one step, to a state that a step led to; false where none is remembered. */
  back(afterLoad: () => void): boolean {
    const last = this.kept.at(-1);
    if (!last || (this.kept.length === 1 && last.inputs.length === 1)) return false;
    last.inputs.pop();
    if (last.inputs.length === 0) this.kept.pop();
    this.replayFrom(this.kept[this.kept.length - 1], afterLoad);
    return true;
  }

  private replayFrom(kept: Kept, afterLoad: () => void): void {
    const { environment, frame } = this;
    environment.load(kept.environment);
    environment.overrides.parameters.set(kept.parameters);
    environment.overrides.drawn.set(kept.drawn);
    afterLoad();
    frame.simTimeSeconds = kept.simTimeSeconds;
    frame.episode.set(kept.episode);
    frame.episodeSteps.set(kept.episodeSteps);
    frame.episodeReturn.set(kept.episodeReturn);
    const { sequence } = frame;
    for (const inputs of kept.inputs) this.replay(inputs);
    frame.sequence = sequence;
  }
}
