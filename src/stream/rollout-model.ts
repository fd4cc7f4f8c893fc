/** What a client must know once to draw a roll-out: robot, names, reward code, world parameters. */
import { z } from "zod";
import type { RolloutShape } from "./frame.js";

const vector3 = z.tuple([z.number(), z.number(), z.number()]);
const quaternion = z.tuple([z.number(), z.number(), z.number(), z.number()]);
const count = z.int().min(0);

/** The part of a `RobotModel` that drawing needs; a whole one fits and keeps its other fields. */
const robotSchema = z.looseObject({
  name: z.string(),
  bodies: z.array(
    z.looseObject({
      name: z.string(),
      parent: z.int(),
      massKg: z.number(),
      centerOfMass: vector3,
    }),
  ),
  joints: z.array(
    z.looseObject({
      name: z.string(),
      kind: z.enum(["hinge", "slide", "ball", "free"]),
      body: z.int(),
      anchor: vector3,
      axis: vector3,
      range: z.tuple([z.number(), z.number()]).nullable(),
    }),
  ),
  geoms: z.array(
    z.looseObject({
      name: z.string(),
      body: z.int(),
      shape: z.enum(["plane", "sphere", "capsule", "cylinder", "box", "mesh"]),
      size: z.array(z.number()),
      position: vector3,
      orientation: quaternion,
      contype: z.int(),
      conaffinity: z.int(),
      rgba: quaternion,
      vertices: z.array(z.number()).optional(),
    }),
  ),
});

const termSchema = z.object({
  name: z.string(),
  /** 1-based line of `rewardCode` that gives the term; null where it is not known. */
  line: z.int().min(1).nullable(),
});

const signalSchema = z.object({
  name: z.string(),
  /** First column in the signal table, and how many. */
  offset: count,
  size: count,
  unit: z.string(),
  frame: z.string().nullable(),
  description: z.string(),
  range: z.tuple([z.number(), z.number()]).nullable(),
});

/** A knob of the world that a client may turn, and what each environment drew for it. */
const parameterSchema = z.object({
  name: z.string(),
  unit: z.string(),
  /** Null: as in the robot file. */
  nominal: z.number().nullable(),
  /** Range of the slider. */
  min: z.number(),
  max: z.number(),
  /** What training drew from; null where it was not randomized. */
  trainedRange: z.tuple([z.number(), z.number()]).nullable(),
});

const commandSchema = z.object({
  name: z.string(),
  unit: z.string(),
  range: z.tuple([z.number(), z.number()]),
});

export const rolloutModelSchema = z.object({
  /** Grows with every model; packets carry it, so that one of an older model is known as such. uint16. */
  number: z.int().min(0).max(65535),
  task: z.string(),
  numEnvs: z.int().min(1).max(65535),
  controlDtSeconds: z.number().positive(),
  maxEpisodeSteps: count,
  robot: robotSchema,
  /** Body that cameras follow. */
  baseBody: count,
  /** The task's terrain declaration; null is flat ground. */
  terrain: z.json().nullable(),
  terms: z.array(termSchema),
  rewardCode: z.string(),
  signals: z.array(signalSchema),
  observationNames: z.array(z.string()),
  actionNames: z.array(z.string()),
  /** Hinge and slide joints in the order of the joint arrays. */
  jointNames: z.array(z.string()),
  parameters: z.array(parameterSchema),
  commands: z.array(commandSchema),
  fitnessUnit: z.string(),
});

export type RolloutModel = z.infer<typeof rolloutModelSchema>;
export type WorldParameter = RolloutModel["parameters"][number];

/** Lengths of the arrays of a frame of this model. */
export function shapeOfModel(model: RolloutModel): RolloutShape {
  return {
    numEnvs: model.numEnvs,
    numBodies: model.robot.bodies.length,
    numTerms: model.terms.length,
    observationDim: model.observationNames.length,
    actionDim: model.actionNames.length,
    numJoints: model.jointNames.length,
    numSignals: model.signals.reduce((end, { offset, size }) => Math.max(end, offset + size), 0),
    numParameters: model.parameters.length,
  };
}
