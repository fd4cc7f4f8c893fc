/**
 * JSON schemas of the messages that an exported roll-out holds: three of Foxglove's well-known ones
 * (docs.foxglove.dev/docs/sdk/schemas), by the fields that are used, and two of our own.
 */

const number = { type: "number" };
const integer = { type: "integer" };
const text = { type: "string" };
const flag = { type: "boolean" };
const list = (items: object) => ({ type: "array", items });
const record = (properties: Record<string, object>) => ({ type: "object", properties });
const byName = { type: "object", additionalProperties: number };

const time = record({ sec: integer, nsec: integer });
const vector = record({ x: number, y: number, z: number });
const quaternion = record({ x: number, y: number, z: number, w: number });
const color = record({ r: number, g: number, b: number, a: number });
const pose = record({ position: vector, orientation: quaternion });
const nothing = list(record({}));

export const frameTransforms = {
  name: "foxglove.FrameTransforms",
  schema: record({
    transforms: list(
      record({
        timestamp: time,
        parent_frame_id: text,
        child_frame_id: text,
        translation: vector,
        rotation: quaternion,
      }),
    ),
  }),
};

export const sceneUpdate = {
  name: "foxglove.SceneUpdate",
  schema: record({
    deletions: nothing,
    entities: list(
      record({
        timestamp: time,
        frame_id: text,
        id: text,
        lifetime: time,
        frame_locked: flag,
        metadata: list(record({ key: text, value: text })),
        arrows: nothing,
        cubes: nothing,
        spheres: nothing,
        cylinders: nothing,
        lines: list(
          record({
            type: integer,
            pose,
            thickness: number,
            scale_invariant: flag,
            points: list(vector),
            color,
            colors: list(color),
            indices: list(integer),
          }),
        ),
        triangles: list(
          record({
            pose,
            points: list(vector),
            color,
            colors: list(color),
            indices: list(integer),
          }),
        ),
        texts: nothing,
        models: nothing,
      }),
    ),
  }),
};

/** Foxglove's number of a list of separate lines: two points each. */
export const lineList = 2;

export const log = {
  name: "foxglove.Log",
  schema: record({
    timestamp: time,
    level: integer,
    message: text,
    name: text,
    file: text,
    line: integer,
  }),
};

/** Foxglove's numbers of log levels. */
export const logLevel = { info: 2, warning: 3 } as const;

export const reward = {
  name: "rewardsmith.Reward",
  schema: record({
    environments: list(record({ total: number, episodeReturn: number, terms: byName })),
  }),
};

export const robotState = {
  name: "rewardsmith.RobotState",
  schema: record({
    observation: byName,
    action: byName,
    jointPosition: byName,
    jointVelocity: byName,
    jointEffort: byName,
  }),
};
