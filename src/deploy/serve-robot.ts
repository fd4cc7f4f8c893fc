/** A simulated robot behind a UDP socket, in real time. */
import { createSocket, type RemoteInfo } from "node:dgram";
import { once } from "node:events";
import { steadySeconds } from "./rate.js";
import type { SimulatedRobot } from "./simulated-robot.js";
import { decode, encode } from "./wire.js";

export interface ServedRobot {
  readonly port: number;
  close(): Promise<void>;
}

/** What is late is made up for, up to this many ticks at once. */
const mostTicksAtOnce = 5;

export async function serveRobot(robot: SimulatedRobot, port = 0): Promise<ServedRobot> {
  const socket = createSocket("udp4");
  let peer: RemoteInfo | null = null;
  socket.on("message", (bytes, from) => {
    try {
      const message = decode("toRobot", bytes);
      if (message.type === "command") {
        if (from.port === peer?.port) robot.obey(message);
        return;
      }
      if (peer?.port !== from.port) robot.greet();
      peer = from;
      socket.send(encode(robot.description), from.port, from.address);
    } catch {
      // Whoever sends something else is no policy; a robot goes on.
    }
  });
  socket.on("error", () => {});
  socket.bind(port, "127.0.0.1");
  await once(socket, "listening");
  const period = robot.tickSeconds;
  let due = steadySeconds() + period;
  let timer: NodeJS.Timeout;
  const beat = () => {
    const now = steadySeconds();
    if (peer) {
      for (let ticks = 0; due <= now && ticks < mostTicksAtOnce; ticks++) {
        robot.tick();
        due += period;
      }
      socket.send(encode(robot.state(steadySeconds())), peer.port, peer.address);
    }
    if (due <= now) due = now + period;
    timer = setTimeout(beat, Math.max(0, 1000 * (due - steadySeconds())));
  };
  beat();
  return {
    port: socket.address().port,
    async close() {
      clearTimeout(timer);
      const closed = once(socket, "close");
      socket.close();
      await closed;
      robot.dispose();
    },
  };
}
