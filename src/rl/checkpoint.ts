/**
 * Everything a training needs to continue bit for bit, and its bytes on disk: a magic number, a JSON
 * header naming each array by type and length, then the arrays.
 */
import { z } from "zod";
import { RewardsmithError } from "../core/errors.js";
import { sha256 } from "../core/node/hash.js";
import type { PolicyParameters } from "../policy/inference.js";
import { type NetworkShape, networkShapeSchema, parameterLayout } from "../policy/network.js";
import type { SavedStatistics } from "../policy/running-statistics.js";
import { type EngineName, engineNames } from "../sim/simulator.js";
import type { EnvironmentSnapshot } from "../task/environment.js";

export interface Checkpoint extends PolicyParameters {
  readonly network: NetworkShape;
  /** Flat parameters and Adam's moments; places as in `parameterLayout`. */
  readonly theta: Float32Array;
  readonly m: Float32Array;
  readonly v: Float32Array;
  readonly adamSteps: number;
  readonly lr: number;
  /** Null where that input or the return is not normalized. */
  readonly observationStatistics: SavedStatistics | null;
  readonly criticObservationStatistics: SavedStatistics | null;
  readonly returnStatistics: SavedStatistics | null;
  /** What it was trained in; absent in a checkpoint that no job made. */
  readonly engine?: EngineName;
  readonly seed: number;
  readonly iteration: number;
  readonly totalSteps: number;
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  /** State of the generator that orders samples. */
  readonly shuffle: readonly number[];
  readonly shards: readonly SavedShard[];
}

/** What one shard has to itself. */
export interface SavedShard {
  /** [env] state of the generator of action noise. */
  readonly noise: readonly (readonly number[])[];
  readonly environment: EnvironmentSnapshot;
}

/** SHA-256 over weights and normalizers: equal hashes are the same policy and critic, bit for bit. */
export function policyHash(checkpoint: Checkpoint): string {
  const { theta, observationStatistics, criticObservationStatistics, returnStatistics } =
    checkpoint;
  const parts: Uint8Array[] = [bytesOf(theta)];
  for (const s of [observationStatistics, criticObservationStatistics, returnStatistics]) {
    if (s) parts.push(bytesOf(Float64Array.of(s.count)), bytesOf(s.mean), bytesOf(s.variance));
  }
  return sha256(Buffer.concat(parts));
}

const arrayTypes = { Float32Array, Float64Array, Int32Array, Uint8Array };
type StoredArray = Float32Array | Float64Array | Int32Array | Uint8Array;

const format = 2;
const magic = "RSCK";
/** Arrays start at multiples of this, so that they can be viewed in place. */
const alignment = 8;

const rngState = z.array(z.number());
const headerSchema = z.strictObject({
  format: z.literal(format),
  network: networkShapeSchema,
  adamSteps: z.int().min(0),
  lr: z.number().positive(),
  /** Rows seen by each normalizer; null: that one is off. */
  counts: z.strictObject({
    observation: z.number().nullable(),
    criticObservation: z.number().nullable(),
    return: z.number().nullable(),
  }),
  engine: z.enum(engineNames).optional(),
  seed: z.number(),
  iteration: z.int().min(0),
  totalSteps: z.int().min(0),
  wallSeconds: z.number(),
  cpuSeconds: z.number(),
  shuffle: rngState,
  shards: z
    .array(z.strictObject({ noise: z.array(rngState), environmentRngs: z.array(rngState) }))
    .min(1),
  arrays: z.array(
    z.strictObject({
      name: z.string(),
      type: z.enum(["Float32Array", "Float64Array", "Int32Array", "Uint8Array"]),
      length: z.int().min(0),
    }),
  ),
  /** Of the bytes after the header. */
  payloadSha256: z.string(),
});
type Header = z.infer<typeof headerSchema>;

const normalizerNames = ["observation", "criticObservation", "return"] as const;

export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array {
  const { theta, m, v, shards } = checkpoint;
  const arrays = new Map<string, StoredArray>([
    ["theta", theta],
    ["m", m],
    ["v", v],
  ]);
  const statistics = {
    observation: checkpoint.observationStatistics,
    criticObservation: checkpoint.criticObservationStatistics,
    return: checkpoint.returnStatistics,
  };
  for (const name of normalizerNames) {
    const saved = statistics[name];
    if (saved === null) continue;
    arrays.set(`${name}.mean`, saved.mean);
    arrays.set(`${name}.variance`, saved.variance);
  }
  for (const [shard, { environment }] of shards.entries()) {
    arrays.set(`${shard}.simulator`, environment.simulator);
    for (const [name, array] of Object.entries(environment.arrays)) {
      arrays.set(`${shard}.environment.${name}`, array);
    }
  }

  const payload = Buffer.alloc(
    [...arrays.values()].reduce((sum, a) => sum + padded(a.byteLength), 0),
  );
  let offset = 0;
  for (const array of arrays.values()) {
    payload.set(bytesOf(array), offset);
    offset += padded(array.byteLength);
  }
  const { network, adamSteps, lr, seed, iteration, totalSteps, wallSeconds, cpuSeconds } =
    checkpoint;
  const header: Header = {
    format,
    network,
    adamSteps,
    lr,
    counts: {
      observation: statistics.observation?.count ?? null,
      criticObservation: statistics.criticObservation?.count ?? null,
      return: statistics.return?.count ?? null,
    },
    ...(checkpoint.engine && { engine: checkpoint.engine }),
    seed,
    iteration,
    totalSteps,
    wallSeconds,
    cpuSeconds,
    shuffle: [...checkpoint.shuffle],
    shards: shards.map(({ noise, environment }) => ({
      noise: noise.map((state) => [...state]),
      environmentRngs: environment.rngs.map((state) => [...state]),
    })),
    arrays: [...arrays].map(([name, array]) => ({
      name,
      type: typeName(array),
      length: array.length,
    })),
    payloadSha256: sha256(payload),
  };
  const json = Buffer.from(JSON.stringify(header));
  const start = Buffer.alloc(padded(8 + json.length), " ");
  start.write(magic, 0, "latin1");
  start.writeUInt32LE(start.length - 8, 4);
  start.set(json, 8);
  return Buffer.concat([start, payload]);
}

/** Reads what `encodeCheckpoint` wrote; E_CHECKPOINT_CORRUPT or E_CHECKPOINT_VERSION otherwise. */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { header, payload } = readContainer(buffer);
  const arrays = new Map<string, StoredArray>();
  let offset = 0;
  for (const { name, type, length } of header.arrays) {
    const byteLength = length * arrayTypes[type].BYTES_PER_ELEMENT;
    const copy = new Uint8Array(payload.subarray(offset, offset + byteLength)).buffer;
    arrays.set(name, new arrayTypes[type](copy, 0, length));
    offset += padded(byteLength);
  }
  const take = <T extends StoredArray>(name: string, Type: new (...args: never[]) => T): T => {
    const array = arrays.get(name);
    if (!(array instanceof Type)) throw corrupt(`array "${name}" is missing`);
    return array;
  };
  const statistics = (name: (typeof normalizerNames)[number]): SavedStatistics | null => {
    const count = header.counts[name];
    if (count === null) return null;
    return {
      count,
      mean: take(`${name}.mean`, Float64Array),
      variance: take(`${name}.variance`, Float64Array),
    };
  };
  const { network, adamSteps, lr, seed, iteration, totalSteps, wallSeconds, cpuSeconds } = header;
  const theta = take("theta", Float32Array);
  if (theta.length !== parameterLayout(network).size)
    throw corrupt("weights do not fit the network");
  return {
    network,
    theta,
    m: take("m", Float32Array),
    v: take("v", Float32Array),
    adamSteps,
    lr,
    observationStatistics: statistics("observation"),
    criticObservationStatistics: statistics("criticObservation"),
    returnStatistics: statistics("return"),
    ...(header.engine && { engine: header.engine }),
    seed,
    iteration,
    totalSteps,
    wallSeconds,
    cpuSeconds,
    shuffle: header.shuffle,
    shards: header.shards.map(({ noise, environmentRngs }, shard) => {
      const prefix = `${shard}.environment.`;
      const own = [...arrays].filter(([name]) => name.startsWith(prefix));
      return {
        noise,
        environment: {
          simulator: take(`${shard}.simulator`, Uint8Array),
          arrays: Object.fromEntries(
            own.map(([name, array]) => [name.slice(prefix.length), array]),
          ),
          rngs: environmentRngs,
        },
      };
    }),
  };
}

function readContainer(buffer: Buffer): { header: Header; payload: Buffer } {
  if (buffer.length < 8 || buffer.toString("latin1", 0, 4) !== magic)
    throw corrupt("no such header");
  const start = 8 + buffer.readUInt32LE(4);
  if (buffer.length < start) throw corrupt("it ends inside its header");
  let json: unknown;
  try {
    json = JSON.parse(buffer.toString("utf8", 8, start));
  } catch (cause) {
    throw corrupt("its header is not JSON", cause);
  }
  const version = (json as { format?: unknown } | null)?.format;
  if (typeof version === "number" && version !== format) {
    throw new RewardsmithError(
      "E_CHECKPOINT_VERSION",
      `checkpoint format ${version}; this version reads ${format}`,
      { hint: "train again, or use the version of rewardsmith that wrote it" },
    );
  }
  const parsed = headerSchema.safeParse(json);
  if (!parsed.success) throw corrupt("its header has unexpected contents", parsed.error);
  const payload = buffer.subarray(start);
  const expected = parsed.data.arrays.reduce(
    (sum, { type, length }) => sum + padded(length * arrayTypes[type].BYTES_PER_ELEMENT),
    0,
  );
  if (payload.length !== expected)
    throw corrupt(`${payload.length} bytes of data, not ${expected}`);
  if (sha256(payload) !== parsed.data.payloadSha256)
    throw corrupt("its data changed since writing");
  return { header: parsed.data, payload };
}

function corrupt(what: string, cause?: unknown): RewardsmithError {
  return new RewardsmithError("E_CHECKPOINT_CORRUPT", `not a whole checkpoint: ${what}`, {
    hint: "checkpoints end in .bin; delete a broken one and resume: its job goes on from an earlier one or starts anew",
    cause,
  });
}

function typeName(array: StoredArray): keyof typeof arrayTypes {
  if (array instanceof Float32Array) return "Float32Array";
  if (array instanceof Float64Array) return "Float64Array";
  return array instanceof Int32Array ? "Int32Array" : "Uint8Array";
}

function bytesOf(array: StoredArray): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

function padded(byteLength: number): number {
  return Math.ceil(byteLength / alignment) * alignment;
}
