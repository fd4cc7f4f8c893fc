/** A robot on the other side of a UDP socket. */
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { RewardsmithError } from "../core/errors.js";
import { arrange } from "./arrange.js";
import type { Deployment } from "./deployment.js";
import { steadySeconds } from "./rate.js";
import type { Arrival, RobotAdapter, RobotCommand, RobotDescription } from "./robot.js";
import { type DescriptionMessage, decode, encode, type StateMessage } from "./wire.js";

export interface UdpOptions {
  readonly host: string;
  readonly port: number;
  /** Of the policy; measurements come in its order. */
  readonly deployment: Deployment;
  /** Actuators in the policy's order. */
  readonly actuators: readonly string[];
  /** How long the robot has to answer, s. */
  readonly answerSeconds?: number;
  readonly signal?: AbortSignal;
}

const helloMs = 100;

/** @throws E_ROBOT_SILENT where nothing answers */
export async function connectUdp(options: UdpOptions): Promise<RobotAdapter> {
  const { host, port, answerSeconds = 5, signal } = options;
  const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
  try {
    socket.connect(port, host);
    await once(socket, "connect", signal ? { signal } : {});
    return new UdpAdapter(socket, options, await describe(socket, answerSeconds, signal));
  } catch (error) {
    socket.close();
    throw error;
  }
}

/** Greets until the robot describes itself. */
function describe(
  socket: Socket,
  answerSeconds: number,
  signal: AbortSignal | undefined,
): Promise<DescriptionMessage> {
  return new Promise((resolve, reject) => {
    const hello = () => socket.send(encode({ type: "hello", format: 1 }));
    const finish = () => {
      clearInterval(greeting);
      clearTimeout(patience);
      socket.removeAllListeners();
      signal?.removeEventListener("abort", onAbort);
    };
    const fail = (error: unknown) => {
      finish();
      reject(error);
    };
    const onAbort = () => fail(signal?.reason);
    const greeting = setInterval(hello, helloMs);
    const patience = setTimeout(
      () =>
        fail(
          new RewardsmithError("E_ROBOT_SILENT", `nothing answers within ${answerSeconds} s`, {
            where: `udp://${socket.remoteAddress().address}:${socket.remoteAddress().port}`,
            hint: "start the robot's side, and look at address and port",
          }),
        ),
      1000 * answerSeconds,
    );
    signal?.addEventListener("abort", onAbort);
    // A closed port answers with an error; it may open yet.
    socket.on("error", () => {});
    socket.on("message", (bytes) => {
      try {
        const message = decode("toPolicy", bytes);
        if (message.type !== "description") return;
        finish();
        resolve(message);
      } catch (error) {
        fail(error);
      }
    });
    hello();
  });
}

class UdpAdapter implements RobotAdapter {
  readonly description: RobotDescription;
  private readonly socket: Socket;
  private readonly arrangement: ReturnType<typeof arrange>;
  /** For each of the robot's actuators and joints, its place in the policy's lists; −1: not driven. */
  private readonly actuatorPlaces: readonly number[];
  private readonly jointPlaces: readonly number[];
  private newest: Arrival | null = null;
  private lost = 0;
  private sent = 0;
  private newestHeard = 0;
  private bad = 0;
  private lastFault: string | null = null;

  constructor(
    socket: Socket,
    { deployment, actuators }: UdpOptions,
    { type: _type, format: _format, given, ...description }: DescriptionMessage,
  ) {
    this.socket = socket;
    this.description = { ...description, given: given.map(({ name }) => name) };
    this.arrangement = arrange(deployment.measurements, { ...description, given });
    this.actuatorPlaces = description.actuators.map((name) => actuators.indexOf(name));
    this.jointPlaces = description.joints.map((name) => deployment.joint_names.indexOf(name));
    socket.on("message", (bytes) => this.take(bytes));
    socket.on("error", ({ message }) => this.fault(message));
  }

  latest(): Arrival | null {
    return this.newest;
  }

  send({ sequence, mode, controls, stiffness, damping }: RobotCommand): void {
    this.sent = sequence;
    const message = encode({
      type: "command",
      sequence,
      mode,
      controls: this.actuatorPlaces.map((place) => (place < 0 ? 0 : controls[place])),
      stiffness: this.jointPlaces.map((place) => (place < 0 ? 0 : stiffness[place])),
      damping: this.jointPlaces.map((place) => (place < 0 ? 0 : damping[place])),
    });
    this.socket.send(message, (error) => {
      if (error) this.fault(error.message);
    });
  }

  /** What never came, and what nobody has heard of yet. */
  lostCommands(): number {
    return this.lost + Math.max(0, this.sent - this.newestHeard);
  }

  refused() {
    return { count: this.bad, last: this.lastFault };
  }

  async close(): Promise<void> {
    const closed = once(this.socket, "close");
    this.socket.close();
    await closed;
  }

  private take(bytes: Uint8Array): void {
    try {
      const message = decode("toPolicy", bytes);
      if (message.type === "state") this.takeState(message);
    } catch (error) {
      this.fault(error instanceof Error ? error.message : String(error));
    }
  }

  private takeState(message: StateMessage): void {
    const measurement = this.arrangement(message);
    this.newestHeard = Math.max(this.newestHeard, message.command.newest);
    this.lost = message.command.lost;
    this.newest = { measurement, atSeconds: steadySeconds() };
  }

  private fault(message: string): void {
    this.bad++;
    this.lastFault = message;
  }
}
