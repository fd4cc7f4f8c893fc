/** The binary channels of a roll-out, each sent only to clients that subscribed to it. */

export const channelNames = ["poses", "terms", "signals", "contacts", "worlds"] as const;

/**
 * `poses` of all bodies, `terms` of the reward, `signals` of the focused environment (observation,
 * action, joints, signal table), `contacts` (points and forces), `worlds` (randomized parameters and
 * origins: sent when they change). All are latest-wins: a frame that was not yet sent is replaced.
 */
export type Channel = (typeof channelNames)[number];

/** First byte of a packet. */
export const channelOpcode: Readonly<Record<Channel, number>> = {
  poses: 1,
  terms: 2,
  signals: 3,
  contacts: 4,
  worlds: 5,
};

const byOpcode = new Map(channelNames.map((channel) => [channelOpcode[channel], channel]));

/** Undefined for an opcode of a newer program. */
export function channelOf(opcode: number): Channel | undefined {
  return byOpcode.get(opcode);
}
