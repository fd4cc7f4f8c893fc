/**
 * A roll-out as MCAP, for Foxglove and other tools: bodies as frames with their shapes on them, reward
 * terms of every environment, state of the first one, and what happened as a log; contacts as lines
 * along their forces, and the terrain around the places where environments stand.
 */
import { geomMesh } from "../../robot/geom-mesh.js";
import type { Geom } from "../../robot/model.js";
import { terrainSchema } from "../../sim/terrain/declaration.js";
import { buildHeightField } from "../../sim/terrain/tiles.js";
import type { RolloutFrame } from "../../stream/frame.js";
import type { ServerMessage } from "../../stream/protocol.js";
import type { RolloutModel } from "../../stream/rollout-model.js";
import { unevenMesh } from "../raster/uneven-ground.js";
import {
  frameTransforms,
  lineList,
  log,
  logLevel,
  reward,
  robotState,
  sceneUpdate,
} from "./foxglove.js";
import { McapFile } from "./mcap-file.js";

/** Between environments that have no place of their own, m. */
const spacingMeters = 3;
const meshSides = 16;
/** Of terrain around the outermost places where environments stand, m. */
const terrainReachMeters = 8;

export class McapRecording {
  private readonly file: McapFile;
  private readonly channels;
  private model: RolloutModel | undefined;
  private sceneTold = false;

  constructor(write: (bytes: Uint8Array) => void, library: string) {
    const file = new McapFile(write, library);
    const channel = (topic: string, { name, schema }: { name: string; schema: object }) =>
      file.addChannel(topic, name, schema);
    this.file = file;
    this.channels = {
      transforms: channel("/tf", frameTransforms),
      scene: channel("/scene", sceneUpdate),
      reward: channel("/reward", reward),
      state: channel("/env0/state", robotState),
      log: channel("/log", log),
      contacts: channel("/contacts", sceneUpdate),
    };
  }

  message(message: ServerMessage): void {
    if (message.type === "model") {
      this.model = message.model;
      this.sceneTold = false;
    } else if (message.type === "episode") {
      const { env, endedBy, steps, episodeReturn, simTimeSeconds } = message;
      const told = `env ${env}: episode ended by ${endedBy} after ${steps} steps, return ${episodeReturn.toFixed(2)}`;
      this.log(simTimeSeconds, endedBy === "timeOut" ? logLevel.info : logLevel.warning, told);
    } else if (message.type === "pushed") {
      const { env, impulse, simTimeSeconds } = message;
      const size = Math.hypot(...impulse).toFixed(2);
      this.log(simTimeSeconds, logLevel.info, `env ${env}: pushed with ${size} N s`);
    }
  }

  frame(frame: RolloutFrame): void {
    const { model } = this;
    if (!model) return;
    const time = nanoseconds(frame.simTimeSeconds);
    const timestamp = stamp(time);
    if (!this.sceneTold) {
      this.sceneTold = true;
      this.file.addMessage(this.channels.scene, time, sceneOf(model, frame, timestamp));
    }
    const transforms = transformsOf(model, frame).map((transform) => ({ timestamp, ...transform }));
    this.file.addMessage(this.channels.transforms, time, { transforms });
    const { numEnvs, numTerms, observationDim, actionDim, numJoints } = frame.shape;
    this.file.addMessage(this.channels.reward, time, {
      environments: Array.from({ length: numEnvs }, (_, env) => ({
        total: frame.totals[env],
        episodeReturn: frame.episodeReturn[env],
        terms: named(
          model.terms.map(({ name }) => name),
          frame.terms.subarray(env * numTerms),
        ),
      })),
    });
    this.file.addMessage(this.channels.contacts, time, contactsOf(model, frame, timestamp));
    this.file.addMessage(this.channels.state, time, {
      observation: named(model.observationNames, frame.observations.subarray(0, observationDim)),
      action: named(model.actionNames, frame.actions.subarray(0, actionDim)),
      jointPosition: named(model.jointNames, frame.jointPosition.subarray(0, numJoints)),
      jointVelocity: named(model.jointNames, frame.jointVelocity.subarray(0, numJoints)),
      jointEffort: named(model.jointNames, frame.jointEffort.subarray(0, numJoints)),
    });
  }

  async end(): Promise<void> {
    this.file.end();
  }

  private log(simTimeSeconds: number, level: number, message: string): void {
    const time = nanoseconds(simTimeSeconds);
    const about = { name: this.model?.task ?? "", file: "", line: 0 };
    this.file.addMessage(this.channels.log, time, {
      timestamp: stamp(time),
      level,
      message,
      ...about,
    });
  }
}

/** Every environment below the world, every body below its environment. */
function transformsOf(model: RolloutModel, frame: RolloutFrame): object[] {
  const { numEnvs, numBodies } = frame.shape;
  const columns = Math.ceil(Math.sqrt(numEnvs));
  const transforms: object[] = [];
  for (let env = 0; env < numEnvs; env++) {
    const [x, y, z] = frame.origins.subarray(3 * env, 3 * env + 3);
    const apart = model.terrain === null ? spacingMeters : 0;
    transforms.push({
      parent_frame_id: "world",
      child_frame_id: `env${env}`,
      translation: vector(x + apart * (env % columns), y + apart * Math.floor(env / columns), z),
      rotation: { x: 0, y: 0, z: 0, w: 1 },
    });
    for (let body = 0; body < numBodies; body++) {
      const at = 7 * (env * numBodies + body);
      const [px, py, pz, qw, qx, qy, qz] = frame.poses.subarray(at, at + 7);
      transforms.push({
        parent_frame_id: `env${env}`,
        child_frame_id: frameOf(model, env, body),
        translation: vector(px, py, pz),
        rotation: { ...vector(qx, qy, qz), w: short(qw) },
      });
    }
  }
  return transforms;
}

/** The shapes of every body, riding on its frame. */
function sceneOf(model: RolloutModel, frame: RolloutFrame, timestamp: object): object {
  const shapes = model.robot.geoms.flatMap((geom) => {
    const mesh = geomMesh(geom as unknown as Geom, meshSides);
    if (!mesh || geom.rgba[3] === 0) return [];
    const [x, y, z] = geom.position;
    const [qw, qx, qy, qz] = geom.orientation;
    const [r, g, b, a] = geom.rgba;
    const { positions, indices } = mesh;
    const triangles = {
      pose: { position: { x, y, z }, orientation: { x: qx, y: qy, z: qz, w: qw } },
      points: Array.from({ length: positions.length / 3 }, (_, i) =>
        vector(positions[3 * i], positions[3 * i + 1], positions[3 * i + 2]),
      ),
      color: { r, g, b, a },
      colors: [],
      indices: [...indices],
    };
    return [{ body: geom.body, triangles }];
  });
  const entities = Array.from({ length: model.numEnvs }, (_, env) =>
    model.robot.bodies.map((_, body) => {
      const id = frameOf(model, env, body);
      const triangles = shapes.filter((shape) => shape.body === body);
      return entity(timestamp, id, id, { triangles: triangles.map((shape) => shape.triangles) });
    }),
  ).flat();
  const ground = terrainOf(model, frame);
  return {
    deletions: [],
    entities: [
      ...(ground ? [entity(timestamp, "world", "terrain", { triangles: [ground] })] : []),
      ...entities.filter(({ triangles }) => triangles.length > 0),
    ],
  };
}

interface Drawn {
  readonly triangles?: readonly object[];
  readonly lines?: readonly object[];
}

function entity(timestamp: object, frame: string, id: string, { triangles, lines }: Drawn) {
  return {
    timestamp,
    frame_id: frame,
    id,
    lifetime: { sec: 0, nsec: 0 },
    frame_locked: true,
    metadata: [],
    arrows: [],
    cubes: [],
    spheres: [],
    cylinders: [],
    lines: lines ?? [],
    triangles: triangles ?? [],
    texts: [],
    models: [],
  };
}

/** Null on flat ground. */
function terrainOf(model: RolloutModel, { origins }: RolloutFrame): object | null {
  const declared = terrainSchema.safeParse(model.terrain);
  if (!declared.success) return null;
  const along = (axis: number) => origins.filter((_, i) => i % 3 === axis);
  const low = [0, 1].map((axis) => Math.min(...along(axis)) - terrainReachMeters);
  const high = [0, 1].map((axis) => Math.max(...along(axis)) + terrainReachMeters);
  const field = buildHeightField(declared.data);
  const { positions, indices } = unevenMesh({ field, origin: [0, 0, 0] }, low, high);
  return {
    pose: nowhere,
    points: Array.from({ length: positions.length / 3 }, (_, i) =>
      vector(positions[3 * i], positions[3 * i + 1], positions[3 * i + 2]),
    ),
    color: { r: 0.5, g: 0.53, b: 0.56, a: 1 },
    colors: [],
    indices: [...indices],
  };
}

/** From every point of contact along its force; the robot's weight is a metre long. */
function contactsOf(model: RolloutModel, frame: RolloutFrame, timestamp: object): object {
  const { contacts } = frame;
  const weight =
    9.81 *
    Math.max(
      model.robot.bodies.reduce((sum, { massKg }) => sum + massKg, 0),
      1e-3,
    );
  const entities = Array.from({ length: model.numEnvs }, (_, env) => {
    const points: object[] = [];
    for (let i = 0; i < contacts.count; i++) {
      if (contacts.env[i] !== env) continue;
      const [x, y, z] = contacts.point.subarray(3 * i, 3 * i + 3);
      const [fx, fy, fz] = contacts.force.subarray(3 * i, 3 * i + 3);
      points.push(vector(x, y, z), vector(x + fx / weight, y + fy / weight, z + fz / weight));
    }
    const line = {
      type: lineList,
      pose: nowhere,
      thickness: 3,
      scale_invariant: true,
      points,
      color: { r: 1, g: 0.65, b: 0.1, a: 1 },
      colors: [],
      indices: [],
    };
    // Empty ones take the place of those before.
    const lines = points.length > 0 ? [line] : [];
    return entity(timestamp, `env${env}`, `env${env}/contacts`, { lines });
  });
  return { deletions: [], entities };
}

const nowhere = {
  position: { x: 0, y: 0, z: 0 },
  orientation: { x: 0, y: 0, z: 0, w: 1 },
};

function frameOf(model: RolloutModel, env: number, body: number): string {
  return `env${env}/${model.robot.bodies[body].name || `body${body}`}`;
}

function named(names: readonly string[], values: Float32Array): Record<string, number> {
  return Object.fromEntries(names.map((name, i) => [name, short(values[i])]));
}

function vector(x: number, y: number, z: number) {
  return { x: short(x), y: short(y), z: short(z) };
}

/** float32 has seven digits; JSON would print seventeen. */
function short(value: number): number {
  return Number(value.toPrecision(7));
}

function nanoseconds(seconds: number): bigint {
  return BigInt(Math.round(seconds * 1e9));
}

function stamp(time: bigint): { sec: number; nsec: number } {
  return { sec: Number(time / 1_000_000_000n), nsec: Number(time % 1_000_000_000n) };
}
