/** A process of three threads that add up vectors; sends what each has got. */
import { once } from "node:events";
import { startThread } from "../../../src/core/node/spawn.js";
import { createSharedGroup } from "../../../src/rl/shard-group.js";

const count = 3;
const rounds = 600;
const group = createSharedGroup(count, 3, {});
const replies = Array.from({ length: count }, (_, index) => {
  const thread = startThread(new URL("./shard-group-thread.js", import.meta.url), {
    workerData: { group, index, rounds, failing: -1, lateNotify: 0 },
  });
  return once(thread, "message").then(([reply]) => reply);
});
process.send?.("started");
process.send?.(await Promise.all(replies), () => process.disconnect());
