/** The policy played anew in the page: the roll-out that a server plays, in this thread. */
import { type Signal, signal } from "@preact/signals";
import { RewardsmithError } from "../../../../src/core/errors.js";
import { unpackPolicy } from "../../../../src/policy/packed-policy.js";
import type { SimulatorFactory } from "../../../../src/rl/assemble-environment.js";
import { createRapierSimulator } from "../../../../src/sim/rapier/simulator.js";
import { channelNames } from "../../../../src/stream/channel.js";
import type { RolloutControl } from "../../../../src/stream/protocol.js";
import { Player as RolloutPlayer } from "../../../../src/view/live/player.js";
import type { RolloutMessage } from "../../../../src/view/rollout-source.js";
import type { SharedWorld } from "../../../../src/view/share/world.js";
import { Player } from "../../timeline/player.js";
import { Timeline } from "../../timeline/timeline.js";

const keptSeconds = 60;

export interface Sandbox {
  readonly player: Player;
  readonly paused: Signal<boolean>;
  /** What went wrong, in a sentence. */
  readonly problem: Signal<string | null>;
  /** Begins, or goes on after `stop`. */
  run(): Promise<void>;
  stop(): void;
  focus(env: number): void;
  control(message: RolloutControl): void;
}

const rapierOnly: SimulatorFactory = async (engine, options) => {
  if (engine === "rapier") return createRapierSimulator(options);
  throw new RewardsmithError("E_SHARE_ENGINE", `${engine} does not run in this page`, {
    hint: "share a policy that was trained in Rapier",
  });
};

export function startSandbox({ scene, policy, about, numEnvs }: SharedWorld): Sandbox {
  const player = new Player();
  const paused = signal(false);
  const problem = signal<string | null>(null);
  let running = false;
  let ticking = false;
  let begun: Promise<void> | null = null;

  const take = (message: RolloutMessage) => {
    if (message.type === "model") {
      const { model } = message;
      const steps = Math.ceil(keptSeconds / model.controlDtSeconds);
      player.open(new Timeline(model, steps), true);
    } else if (message.type === "controls") paused.value = message.paused;
    else if (message.type === "status") {
      problem.value = message.level === "error" ? message.message : null;
    }
  };
  const rollout = new RolloutPlayer({
    send: take,
    canSend: () => true,
    sendPackets(packets) {
      // The packer's memory is used again.
      for (const packet of packets) player.timeline.peek()?.append(packet.slice());
    },
    nowMs: () => performance.now(),
    cpuSeconds: () => 0,
    createSimulator: rapierOnly,
  });
  // Observations and signals come of one environment at a time.
  const focus = (env: number) =>
    rollout.demand({ channels: channelNames, focusEnvs: [env], hz: 60 });
  focus(0);

  const tell = (error: unknown) => {
    problem.value = error instanceof Error ? error.message : String(error);
  };
  const loop = async () => {
    ticking = true;
    while (running) {
      await new Promise(requestAnimationFrame);
      if (running) await rollout.tick().catch(tell);
    }
    ticking = false;
  };
  return {
    player,
    paused,
    problem,
    async run() {
      try {
        begun ??= rollout.watch(
          { scene, sceneKey: "", policy: policy && unpackPolicy(policy), about },
          numEnvs,
        );
        await begun;
        running = true;
        if (!ticking) void loop();
      } catch (error) {
        tell(error);
      }
    },
    stop() {
      running = false;
    },
    focus,
    control: (message) => void rollout.control(message).catch(tell),
  };
}
