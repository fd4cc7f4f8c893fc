import { describe, expect, it } from "vitest";
import { RewardsmithError } from "../../src/core/errors.js";
import type { TaskInput } from "../../src/task/task.js";
import { fakeTask } from "./fake-task.js";

function signalsOf(signals: TaskInput["signals"]) {
  return fakeTask({
    signals: {
      hip: { source: { kind: "jointPosition", joint: "hip" }, description: "" },
      ...signals,
    },
    observation: [{ signal: "hip" }],
  }).signals;
}

function failure(signals: TaskInput["signals"]): RewardsmithError {
  try {
    signalsOf(signals);
  } catch (error) {
    if (error instanceof RewardsmithError) return error;
  }
  throw new Error("nothing was thrown");
}

const derived = (size?: number) => ({
  source: { kind: "derived" as const, ...(size === undefined ? {} : { size }) },
  description: "",
});
const jointPosition = (joint: string) => ({
  source: { kind: "jointPosition" as const, joint },
  description: "",
});

describe("the signal table", () => {
  it("lays out declared signals, then the standard ones, then derived ones", () => {
    const table = signalsOf({
      late: derived(2),
      "base.position": { source: { kind: "bodyPosition", body: "trunk" }, description: "" },
      later: derived(),
    });
    expect(table.signals.map((signal) => [signal.name, signal.offset, signal.size])).toEqual([
      ["hip", 0, 1],
      ["base.position", 1, 3],
      ["action", 4, 2],
      ["previousAction", 6, 2],
      ["joint.acceleration", 8, 2],
      ["episode.time", 10, 1],
      ["late", 11, 2],
      ["later", 13, 1],
    ]);
    expect(table.stride).toBe(14);
  });

  it("fills in unit, frame and range from the source and the kind of joint", () => {
    const table = signalsOf({
      knee: jointPosition("knee"),
      efforts: { source: { kind: "jointEfforts" }, description: "" },
      speed: { source: { kind: "bodyLinVel", body: "trunk", frame: "body" }, description: "" },
      wanted: {
        source: { kind: "command", low: [-1, 0], high: [2, 1] },
        description: "",
        unit: "m/s",
      },
    });
    const by = Object.fromEntries(table.signals.map((signal) => [signal.name, signal]));
    expect(by["hip"]).toMatchObject({ unit: "rad", scalar: true, range: [-Math.PI, Math.PI] });
    expect(by["knee"]).toMatchObject({ unit: "m", scalar: true, range: [-0.2, 0.2] });
    expect(by["efforts"]).toMatchObject({ unit: "N m, N", scalar: false, size: 2 });
    expect(by["speed"]).toMatchObject({ unit: "m/s", frame: "body", size: 3 });
    expect(by["wanted"]).toMatchObject({ unit: "m/s", size: 2, range: [-1, 2] });
    expect(by["joint.acceleration"]).toMatchObject({ unit: "rad/s², m/s²" });
    expect(by["episode.time"]).toMatchObject({ unit: "s", range: [0, 1] });
  });

  it("adds contact and air time of every geom that some signal watches", () => {
    const table = signalsOf({
      "left.force": { source: { kind: "contactForce", geom: "leftFoot" }, description: "" },
      "right.air": { source: { kind: "airTime", geom: "rightFoot" }, description: "" },
    });
    const contact = table.signals.find((signal) => signal.name === "geoms.contact");
    expect(contact).toMatchObject({
      size: 2,
      scalar: false,
      source: { geoms: ["leftFoot", "rightFoot"] },
    });
    expect(table.signals.some((signal) => signal.name === "geoms.airTime")).toBe(true);
  });

  it("names the joint, body or geom that the robot lacks, and the nearest it has", () => {
    const joint = failure({ x: jointPosition("hipp") });
    expect(joint.code).toBe("E_TASK_SIGNAL");
    expect(joint.message).toContain('signal "x" reads joint "hipp"');
    expect(joint.hint).toContain('did you mean "hip"');
    expect(
      failure({ x: { source: { kind: "bodyPosition", body: "trunc" }, description: "" } }).hint,
    ).toContain("trunk");
    expect(
      failure({ x: { source: { kind: "contact", geom: "leftfoot" }, description: "" } }).hint,
    ).toContain("leftFoot");
  });

  it("refuses a free joint where a number is needed", () => {
    expect(failure({ x: jointPosition("root") }).message).toContain('"root"');
  });

  it("refuses a name that runs through another", () => {
    const error = failure({ "hip.speed": jointPosition("hip") });
    expect(error.message).toContain('"hip"');
    expect(error.message).toContain('"hip.speed"');
    expect(failure({ action: jointPosition("hip") }).message).toContain("twice");
    expect(failure({ episode: jointPosition("hip") }).message).toContain("episode.time");
  });

  it.each(["constructor", "x.toString", "length", "valueOf", "x.map"])(
    "refuses %s, which every value has",
    (name) => {
      expect(failure({ [name]: jointPosition("hip") }).message).toContain("JavaScript");
    },
  );

  it("refuses a command with more lows than highs", () => {
    expect(
      failure({ x: { source: { kind: "command", low: [0, 1], high: [1] }, description: "" } })
        .message,
    ).toContain("2 lows and 1 highs");
  });
});
