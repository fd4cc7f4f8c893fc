/** A worker that trains the fake policy; the job's seed says how it misbehaves. */
import { RewardsmithError } from "../../../src/core/errors.js";
import { serveTraining } from "../../../src/run/train-worker.js";
import { fakeLearner } from "../../run/fake-training.js";

/** Seeds of jobs that go wrong in their third iteration. */
const wrong = { hangs: 101, crashes: 102, notFinite: 103, diskFull: 104, exits: 105, spins: 106 };
/** Jobs with this seed and above take 50 ms an iteration. */
const slowSeed = 1000;

const sleeping = new Int32Array(new SharedArrayBuffer(4));
const blockFor = (milliseconds: number) => Atomics.wait(sleeping, 0, 0, milliseconds);

serveTraining(
  fakeLearner({
    onIteration: async (iteration, { seed }) => {
      if (seed >= slowSeed) blockFor(50);
      if (iteration !== 3) return;
      if (seed === wrong.hangs) for (;;) blockFor(1000);
      if (seed === wrong.spins) for (;;);
      if (seed === wrong.crashes) setImmediate(() => Promise.reject(new Error("broken engine")));
      if (seed === wrong.crashes) await new Promise(() => {});
      if (seed === wrong.exits) process.exit(7);
      if (seed === wrong.notFinite) throw new RewardsmithError("E_REWARD_NOT_FINITE", "NaN");
      if (seed === wrong.diskFull) {
        throw new RewardsmithError("E_DISK_FULL", "full", { hint: "free some space" });
      }
    },
  }),
);
