/** The process that plays policies for the viewer: of low priority, and gone as soon as nobody listens. */

import { constants, getPriority, setPriority } from "node:os";
import process from "node:process";
import { RewardsmithError } from "../../core/errors.js";
import { createSimulator } from "../../sim/node/create-simulator.js";
import { Player } from "./player.js";
import type { FromWorker, ToWorker } from "./worker-messages.js";

/** Frames that may be on their way to the other process. */
const mostUnderWay = 2;

// Where all of it was started with a lower priority still, raising it would not be allowed.
setPriority(Math.max(getPriority(), constants.priority.PRIORITY_BELOW_NORMAL));

let underWay = 0;
const post = (message: FromWorker) => process.send?.(message);
const player = new Player({
  createSimulator,
  send: (message) => post({ kind: "message", message }),
  canSend: () => underWay < mostUnderWay,
  sendPackets(packets) {
    underWay++;
    process.send?.({ kind: "packets", packets } satisfies FromWorker, () => {
      underWay--;
    });
  },
  nowMs: () => performance.now(),
  cpuSeconds: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  },
});

/** One message after another, and no step while one is at work. */
let work = Promise.resolve();
let busy = 0;
let timer: NodeJS.Timeout | undefined;

/** Queues behind messages, and is queued anew once it is done. */
function loop(): void {
  clearTimeout(timer);
  if (busy > 0) return;
  work = work.then(async () => {
    const idleMs = await player.tick();
    clearTimeout(timer);
    // Paused, it still tells its load now and then.
    timer = setTimeout(loop, Math.min(idleMs, 500));
  });
}

async function handle(message: ToWorker): Promise<void> {
  try {
    if (message.kind === "demand") {
      player.demand(message);
      return;
    }
    if (message.kind === "watch") {
      await player.watch(message.watched, message.numEnvs, message);
      return;
    }
    await player.control(message.message);
    post({ kind: "answer", id: message.id, problem: null });
  } catch (error) {
    const problem = {
      code: error instanceof RewardsmithError ? error.code : ("E_INTERNAL" as const),
      message: error instanceof Error ? error.message : String(error),
      ...(error instanceof RewardsmithError && error.hint && { hint: error.hint }),
    };
    if (message.kind === "control") post({ kind: "answer", id: message.id, problem });
    else {
      const { code, hint } = problem;
      const text = `${code}: ${problem.message}`;
      const status = { type: "status", id: "policy", level: "error", message: text } as const;
      post({ kind: "message", message: { ...status, ...(hint && { hint }) } });
    }
  }
}

process.on("message", (message: ToWorker) => {
  busy++;
  work = work
    .then(() => handle(message))
    .finally(() => {
      busy--;
      loop();
    });
});
process.once("disconnect", () => process.exit(0));
// Ctrl-C reaches every process of the terminal; this one ends with the one that started it.
process.on("SIGINT", () => {});
