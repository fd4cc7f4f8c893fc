/**
 * Live evaluation as the viewer's server sees it: the newest checkpoint of what is chosen, played by a
 * process of low priority that begins when somebody watches, rests while all look at something else
 * and ends when they have gone.
 */
import type { ChildProcess } from "node:child_process";
import { type ErrorCode, RewardsmithError } from "../../core/errors.js";
import { startProcess } from "../../core/node/spawn.js";
import { capabilities, type PolicyReference, type RolloutControl } from "../../stream/protocol.js";
import {
  nobody,
  type RolloutDemand,
  type RolloutSink,
  type RolloutSource,
} from "../rollout-source.js";
import type { PolicyOffers } from "./policy-offers.js";
import type { Offer } from "./scene.js";
import type { FromWorker, ToWorker } from "./worker-messages.js";

export interface LiveSourceOptions {
  readonly offers: PolicyOffers;
  /** Robots at once; default 16. */
  readonly numEnvs?: number;
  /** How often to look for newer checkpoints, ms. */
  readonly lookEveryMs?: number;
  /** Said while there is nothing to show. */
  readonly waiting?: string;
}

const defaultEnvs = 16;
const defaultLookMs = 2000;

export function createLiveSource(options: LiveSourceOptions): LiveSource {
  return new LiveSource(options);
}

export class LiveSource implements RolloutSource {
  readonly capabilities = capabilities;
  private readonly options: LiveSourceOptions;
  private sink: RolloutSink | undefined;
  private child: ChildProcess | null = null;
  private demanded = nobody;
  private selected: PolicyReference = { kind: "newest" };
  /** Key of the policy that the child was last told to play, and of the list that clients know. */
  private watchedKey = "";
  private listKey = "";
  private looking: NodeJS.Timeout | null = null;
  private readonly answers = new Map<
    number,
    (answer: Extract<FromWorker, { kind: "answer" }>) => void
  >();
  /** Settles when no process that was started here is left. */
  private ended: Promise<unknown> = Promise.resolve();
  /** Of a roll-out that is to begin anew. */
  private seed: number | null = null;
  private asked = 0;
  /** Number of the last model that was told. */
  private modelsBefore = 0;
  private crashes = 0;
  private stopped = false;

  constructor(options: LiveSourceOptions) {
    this.options = options;
  }

  /** Of the process that plays; undefined while nobody watches. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  start(sink: RolloutSink): void {
    this.sink = sink;
  }

  demand(demand: RolloutDemand): void {
    this.demanded = demand;
    // Of several pages that a stop closes, each but the last leaves others that seem to watch.
    if (demand.connected === 0 || this.stopped) {
      this.endChild();
      return;
    }
    if (!this.child && demand.clients > 0) this.beginChild();
    // Without channels it rests, and goes on where it was when somebody looks again.
    const { channels, focusEnvs, hz } = demand;
    this.post({ kind: "demand", channels: [...channels], focusEnvs, hz });
  }

  async control(message: RolloutControl): Promise<void> {
    if (message.type === "select") {
      const offer = this.options.offers.find(message.policy);
      if (!offer && message.policy.kind !== "newest") {
        throw new RewardsmithError("E_VIEW_POLICY_UNKNOWN", "there is no such policy", {
          hint: "it may not have a checkpoint yet; the list of policies says what there is",
        });
      }
      this.selected = message.policy;
      if (message.seed !== undefined) {
        this.seed = message.seed;
        this.watchedKey = "";
      }
      await this.look();
      return;
    }
    if (!this.child) throw new RewardsmithError("E_VIEW_NO_POLICY", "nothing is being shown");
    const id = ++this.asked;
    const answer = await new Promise<Extract<FromWorker, { kind: "answer" }>>((resolve) => {
      this.answers.set(id, resolve);
      this.post({ kind: "control", id, message });
    });
    if (!answer.problem) return;
    const { code, message: text, hint } = answer.problem;
    throw new RewardsmithError(code as ErrorCode, text, { ...(hint && { hint }) });
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.endChild();
    await this.ended;
  }

  private beginChild(): void {
    const child = startProcess(new URL("./worker.js", import.meta.url), {
      serialization: "advanced",
      stdio: ["ignore", "ignore", "inherit", "ipc"],
      execArgv: [],
    });
    this.child = child;
    const exit = new Promise<void>((resolve) => {
      child.once("exit", () => resolve());
      child.once("error", () => resolve());
    });
    this.ended = Promise.all([this.ended, exit]);
    this.watchedKey = "";
    // It ends with this process; this process does not wait for it.
    child.unref();
    child.channel?.unref();
    const gone = (why: string) => {
      if (this.child !== child) return;
      this.child = null;
      this.forgetChild(`the live evaluation ended unexpectedly (${why})`);
      // Once more, and then only when somebody comes anew.
      if (this.demanded.clients > 0 && this.crashes++ < 1) this.demand(this.demanded);
    };
    child.on("message", (message: FromWorker) => this.hear(message));
    child.once("exit", (code, signal) => gone(signal ?? `code ${code}`));
    child.on("error", (error) => {
      // One that never began has no exit.
      if (child.pid === undefined) gone(error.message);
    });
    this.looking = setInterval(() => void this.look(), this.options.lookEveryMs ?? defaultLookMs);
    this.looking.unref();
    void this.look();
  }

  private endChild(): void {
    const child = this.child;
    this.child = null;
    this.crashes = 0;
    if (this.looking) clearInterval(this.looking);
    this.looking = null;
    if (!child) return;
    this.forgetChild(null);
    child.removeAllListeners("message");
    child.kill("SIGKILL");
    // Whoever waits for its end must not run out of things to wait for.
    child.ref();
  }

  /** Nobody will answer any more. */
  private forgetChild(why: string | null): void {
    if (this.looking) clearInterval(this.looking);
    const problem = {
      code: "E_VIEW_STOPPED",
      message: why ?? "the live evaluation was stopped",
    } as const;
    for (const [id, answer] of this.answers) answer({ kind: "answer", id, problem });
    this.answers.clear();
    if (why) this.status("live", "error", why);
  }

  private hear(message: FromWorker): void {
    if (message.kind === "packets") this.sink?.packets(message.packets);
    else if (message.kind === "message") {
      if (message.message.type === "model") this.modelsBefore = message.message.model.number;
      this.sink?.message(message.message);
    } else {
      this.answers.get(message.id)?.(message);
      this.answers.delete(message.id);
    }
  }

  /** Looks for policies, and for a newer checkpoint of the one that is watched. */
  private async look(): Promise<void> {
    if (!this.child || !this.sink) return;
    try {
      this.tellList(this.options.offers.list());
      const offer = this.options.offers.find(this.selected);
      if (!offer) {
        this.status("live", "info", this.options.waiting ?? "Nothing has been trained yet.");
        return;
      }
      if (offer.key === this.watchedKey) return;
      const { child } = this;
      const watched = await offer.load();
      if (!watched || this.child !== child || offer.key === this.watchedKey) return;
      // Another was chosen meanwhile, and is being loaded.
      if (this.options.offers.find(this.selected)?.key !== offer.key) return;
      this.watchedKey = offer.key;
      const numEnvs = this.options.numEnvs ?? defaultEnvs;
      const { modelsBefore, seed } = this;
      this.post({ kind: "watch", watched, numEnvs, modelsBefore, seed });
      this.seed = null;
      const untrained = watched.policy === null;
      this.status(
        "live",
        "info",
        untrained ? "No checkpoint yet: the robot is given zero actions." : "",
      );
    } catch (error) {
      this.status("live", "error", error instanceof Error ? error.message : String(error));
    }
  }

  private tellList(offers: readonly Offer[]): void {
    const key = offers.map((offer) => offer.key).join("\n");
    if (key === this.listKey) return;
    this.listKey = key;
    this.sink?.message({ type: "policies", policies: offers.map(({ about }) => about) });
  }

  private status(id: string, level: "info" | "error", message: string): void {
    this.sink?.message({ type: "status", id, level, message });
  }

  private post(message: ToWorker): void {
    if (this.child?.connected) this.child.send(message, () => {});
  }
}
