/** The robot's side of the wire, by its own hands: what it sends is up to the test. */
import { createSocket, type RemoteInfo } from "node:dgram";
import { once } from "node:events";
import { steadySeconds } from "../../../src/deploy/rate.js";
import {
  type CommandMessage,
  type DescriptionMessage,
  decode,
  encode,
  type StateMessage,
} from "../../../src/deploy/wire.js";

export interface FakeRobot {
  readonly port: number;
  readonly commands: CommandMessage[];
  close(): Promise<void>;
}

/** @param next what to send as its nth state, by a clock of its own; null: nothing */
export async function fakeRobot(
  description: DescriptionMessage,
  next: (n: number, state: StateMessage) => unknown,
): Promise<FakeRobot> {
  const socket = createSocket("udp4");
  const commands: CommandMessage[] = [];
  let peer: RemoteInfo | null = null;
  socket.on("message", (bytes, from) => {
    const message = decode("toRobot", bytes);
    if (message.type === "command") commands.push(message);
    else {
      peer = from;
      socket.send(encode(description), from.port, from.address);
    }
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  let n = 0;
  const beat = setInterval(() => {
    if (!peer) return;
    const joints = description.joints.map(() => 0);
    const state: StateMessage = {
      type: "state",
      time: 1000 + steadySeconds(),
      position: joints,
      velocity: joints,
      effort: description.effort ? joints : [],
      bodies: description.bodies.flatMap(() => [0, 0, 0, 1, ...Array(9).fill(0)]),
      contacts: description.contacts.flatMap(() => [0, 0, 0]),
      given: [],
      command: { newest: commands.at(-1)?.sequence ?? 0, lost: 0 },
    };
    const sent = next(n++, state);
    if (sent === null) return;
    const bytes = typeof sent === "string" ? sent : JSON.stringify(sent);
    socket.send(bytes, peer.port, peer.address);
  }, 5);
  return {
    port: socket.address().port,
    commands,
    async close() {
      clearInterval(beat);
      const closed = once(socket, "close");
      socket.close();
      await closed;
    },
  };
}
