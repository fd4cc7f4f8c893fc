import { describe, expect, it } from "vitest";
import { taskMirror } from "../../src/task/mirror.js";
import type { TaskInput } from "../../src/task/task.js";
import { fakeTask } from "./fake-task.js";

const mirrorOf = (changes: Partial<TaskInput>) => taskMirror(fakeTask(changes));
/** Both actions alike, so that they may be images. */
const actions = [
  { actuator: "hipMotor", scale: 2, offset: 0.5, description: "" },
  { actuator: "kneeMotor", scale: 2, offset: -0.5, description: "" },
];
const joints: TaskInput["signals"] = {
  angles: { source: { kind: "jointPositions", joints: ["hip", "knee"] }, description: "" },
  twice: { source: { kind: "derived", size: 2 }, description: "" },
  left: { source: { kind: "derived" }, description: "" },
  right: { source: { kind: "derived" }, description: "" },
};
const mirror = { joints: { hip: "-knee" }, actions: { hipMotor: "-kneeMotor" } };

describe("a task's mirror", () => {
  it("follows joints and actuators by name, frame by frame of the history", () => {
    expect(
      mirrorOf({
        signals: joints,
        actions,
        observation: [{ signal: "angles" }, { signal: "action" }],
        observationHistory: 2,
        mirror,
      }),
    ).toEqual({
      observation: {
        permutation: [1, 0, 3, 2, 5, 4, 7, 6],
        sign: [-1, -1, -1, -1, -1, -1, -1, -1],
      },
      privilegedObservation: null,
      action: { permutation: [1, 0], sign: [-1, -1] },
    });
  });

  it("takes declared places, partners and likenesses for other signals", () => {
    const { observation } = mirrorOf({
      signals: joints,
      actions,
      observation: [{ signal: "left" }, { signal: "right" }, { signal: "twice" }],
      mirror: {
        ...mirror,
        signals: { left: { image: "-right" }, right: { image: "-left" }, twice: { as: "angles" } },
      },
    });
    expect(observation).toEqual({ permutation: [1, 0, 3, 2], sign: [-1, -1, -1, -1] });
    const places = mirrorOf({
      signals: joints,
      actions,
      observation: [{ signal: "twice" }],
      mirror: { ...mirror, signals: { twice: [1, -2] } },
    });
    expect(places.observation).toEqual({ permutation: [0, 1], sign: [1, -1] });
  });

  it.each<[string, Partial<TaskInput>, RegExp]>([
    ["is missing", {}, /declares no mirror/],
    ["names no joint", { mirror: { joints: { hips: "knee" }, actions: {} } }, /no joint "hips"/],
    [
      "pairs actions of different offset",
      { actions, mirror: { actions: { hipMotor: "kneeMotor" } } },
      /scale or offset/,
    ],
    [
      "pairs an action that adds up with one that does not",
      { actions: [{ ...actions[0], mode: "increment" }, actions[1]], mirror },
      /mode, scale or offset/,
    ],
    [
      "says nothing of a signal it must",
      { signals: joints, actions, observation: [{ signal: "left" }], mirror },
      /does not follow/,
    ],
    [
      "pairs a signal with one unseen",
      {
        signals: joints,
        actions,
        observation: [{ signal: "left" }],
        mirror: { ...mirror, signals: { left: { image: "right" } } },
      },
      /not observed/,
    ],
    [
      "is none",
      {
        signals: joints,
        actions,
        observation: [{ signal: "twice" }],
        mirror: { ...mirror, signals: { twice: [2, 2] } },
      },
      /done twice/,
    ],
  ])("that %s is refused", (_, changes, message) => {
    const signals = changes.signals ?? joints;
    const observation = changes.observation ?? [{ signal: "angles" }];
    expect(() => mirrorOf({ ...changes, signals, observation })).toThrow(
      expect.objectContaining({ code: "E_TASK_MIRROR", message: expect.stringMatching(message) }),
    );
  });
});
