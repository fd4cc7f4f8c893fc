/** Plays a policy as fast as the machine can and gives every step to recorders. */
import { createSimulator } from "../../sim/node/create-simulator.js";
import type { RolloutFrame } from "../../stream/frame.js";
import type { ServerMessage } from "../../stream/protocol.js";
import { createRollout } from "./rollout.js";
import type { Watched } from "./scene.js";

/** A `RecordingWriter` or a `McapRecording`. */
export interface Recorder {
  frame(frame: RolloutFrame): void;
  message(message: ServerMessage): void;
  end(): Promise<void>;
}

export interface RecordRolloutOptions {
  readonly watched: Watched;
  readonly numEnvs: number;
  readonly seconds: number;
  readonly seed: number;
  readonly recorders: readonly Recorder[];
  readonly onStep?: (step: number) => void;
}

/** Returns the number of control steps. */
export async function recordRollout(options: RecordRolloutOptions): Promise<number> {
  const { watched, recorders, numEnvs, seed } = options;
  const tell = (message: ServerMessage) => {
    for (const recorder of recorders) recorder.message(message);
  };
  const rollout = await createRollout(watched.scene, {
    numEnvs,
    seed,
    modelNumber: 0,
    sequence: 0,
    onHappening: tell,
    createSimulator,
  });
  try {
    rollout.setPolicy(watched.policy);
    rollout.watchContacts = true;
    tell({ type: "model", model: rollout.model });
    tell({ type: "policy", policy: watched.about });
    const show = () => {
      for (const recorder of recorders) recorder.frame(rollout.frame);
    };
    show();
    const steps = Math.max(1, Math.round(options.seconds / rollout.model.controlDtSeconds));
    for (let step = 1; step <= steps; step++) {
      rollout.step();
      show();
      options.onStep?.(step);
      // A writer compresses and writes between steps, so that a long recording is not kept in memory.
      if (step % 25 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    return steps;
  } finally {
    rollout.dispose();
    await Promise.all(recorders.map((recorder) => recorder.end()));
  }
}
