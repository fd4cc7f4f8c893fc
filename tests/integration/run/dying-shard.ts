/** A shard that works for one iteration and then ends its thread, or throws something unforeseen. */
import { Trainer } from "../../../src/rl/trainer.js";

const { iterate } = Trainer.prototype;
let calls = 0;
Trainer.prototype.iterate = async function (this: Trainer) {
  if (++calls > 1) {
    if (process.env["DYING_SHARD"] === "throws") throw new Error("out of luck");
    process.exit(3);
  }
  return iterate.call(this);
};
await import("../../../src/run/shard-worker.js");
