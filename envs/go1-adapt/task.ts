import { defineTask } from "rewardsmith";
import walk from "../go1-walk/task.js";

/** What differs between worlds, as the teacher is told it. */
const world = {
  friction: ["friction", "of the feet"],
  payload: ["payloadKg", "mass added to the trunk"],
  centerAhead: [
    "centerOfMassOffset.x",
    "how far the trunk's centre of mass lies ahead of its place",
  ],
  centerLeft: ["centerOfMassOffset.y", "how far it lies to the left"],
  motorStrength: ["motorStrength", "share of the wanted torque that the motors give"],
} as const;
const names = Object.keys(world).map((name) => `world.${name}`);

export default defineTask({
  ...walk,
  name: "go1-adapt",
  extends: "../go1-walk",
  signals: {
    ...walk.signals,
    ...Object.fromEntries(
      Object.values(world).map(([name, description], i) => [
        names[i],
        {
          source: { kind: "parameter", name } as const,
          description: `${description}; the policy does not know it`,
        },
      ]),
    ),
  },
  observationHistory: 10,
  privilegedObservation: [{ signal: "base.height" }, ...names.map((signal) => ({ signal }))],
  training: {
    ...walk.training,
    network: {
      ...walk.training?.network,
      adaptation: { latent: 8, encoder: [64, 32], adapter: [64, 32] },
    },
  },
  mirror: {
    ...walk.mirror,
    signals: {
      ...walk.mirror?.signals,
      "base.height": [1],
      ...Object.fromEntries(names.map((name) => [name, [1]])),
      "world.centerLeft": [-1],
    },
  },
});
