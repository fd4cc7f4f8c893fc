/**
 * TensorBoard event files: TFRecords (length, masked CRC-32C, data, masked CRC-32C) of `Event`
 * protocol buffers. Fields as in tensorflow/core/util/event.proto and framework/summary.proto; tags
 * as rsl_rl (Train/…, Policy/…), legged_gym (Episode/rew_…), Isaac Lab (Episode_Termination/…) and
 * CleanRL (losses/…, charts/…) name them; physics/… is what the engine watch saw. The x axis is environment steps.
 */
import { appendFileSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import type { Evaluation, MetricsRow } from "../rl/metrics.js";
import type { WatchStatistics } from "../sim/watch-statistics.js";
import { diskError } from "./disk.js";

/** One event file in a folder of its own; what an earlier attempt left in the folder is replaced. */
export class TensorBoardFile {
  readonly path: string;
  private readonly startSeconds: number;
  private last: MetricsRow | null = null;
  private wallSeconds = 0;

  /** `start` is when the training began; rows count their seconds from there. */
  constructor(folder: string, start: Date) {
    this.startSeconds = start.getTime() / 1000;
    const name = `events.out.tfevents.${Math.floor(this.startSeconds)}.${hostname()}`;
    this.path = join(folder, name);
    try {
      mkdirSync(folder, { recursive: true });
      for (const old of readdirSync(folder)) {
        if (old.startsWith("events.out.tfevents.")) rmSync(join(folder, old));
      }
    } catch (error) {
      throw diskError(error, folder);
    }
    this.write([
      ...double(1, this.startSeconds), // wall_time
      ...text(3, "brain.Event:2"), // file_version
    ]);
  }

  addRow(row: MetricsRow): void {
    this.wallSeconds = row.wallSeconds;
    this.addScalars(row.totalSteps, rowScalars(row, this.last));
    this.last = row;
  }

  addEvaluation(evaluation: Evaluation): void {
    const { set, profile, totalSteps, fitness, episodeLength, episodeReturn } = evaluation;
    this.addScalars(totalSteps, {
      [`Eval/fitness_${set}_${profile}`]: fitness,
      [`Eval/episode_length_${set}_${profile}`]: episodeLength,
      [`Eval/episode_return_${set}_${profile}`]: episodeReturn,
      ...physicsScalars(evaluation.physics, `_${set}_${profile}`),
    });
  }

  /** Markdown for the Text page: a reward's code, a reflection. */
  addText(tag: string, markdown: string, totalSteps = 0): void {
    const stringTensor = [
      ...varint(1, 7), // dtype DT_STRING
      ...message(2, message(2, varint(1, 1))), // shape [1]
      ...text(8, markdown), // string_val
    ];
    const value = [
      ...text(1, tag),
      ...message(8, stringTensor),
      ...message(9, message(1, text(1, "text"))), // metadata.plugin_data.plugin_name
    ];
    this.writeSummary(totalSteps, message(1, value));
  }

  private addScalars(totalSteps: number, scalars: Readonly<Record<string, number>>): void {
    const values: number[] = [];
    for (const [tag, value] of Object.entries(scalars)) {
      // NaN says that no episode ended: there is nothing to draw.
      if (Number.isFinite(value)) values.push(...message(1, [...text(1, tag), ...float(2, value)]));
    }
    this.writeSummary(totalSteps, values);
  }

  private writeSummary(totalSteps: number, summary: readonly number[]): void {
    this.write([
      ...double(1, this.startSeconds + this.wallSeconds),
      ...varint(2, totalSteps), // step
      ...message(5, summary),
    ]);
  }

  private write(event: readonly number[]): void {
    try {
      appendFileSync(this.path, record(Uint8Array.from(event)));
    } catch (error) {
      throw diskError(error, this.path);
    }
  }
}

function rowScalars(row: MetricsRow, previous: MetricsRow | null): Record<string, number> {
  const { losses } = row;
  const newSteps = row.totalSteps - (previous?.totalSteps ?? 0);
  const newSeconds = row.wallSeconds - (previous?.wallSeconds ?? 0);
  return {
    "Train/mean_reward": row.episodeReturn,
    "Train/mean_episode_length": row.episodeLength,
    "Train/fitness": row.fitness,
    "Train/mean_step_reward": row.reward,
    ...(row.humanReward !== undefined && { "Train/mean_step_human_reward": row.humanReward }),
    ...(row.terrainLevel !== undefined && { "Train/terrain_level": row.terrainLevel }),
    ...prefixed("Episode/rew_", row.termSums),
    ...prefixed("Episode_Termination/", row.endings),
    "losses/policy_loss": losses.surrogate,
    "losses/value_loss": losses.value,
    "losses/entropy": losses.entropy,
    "losses/bound_loss": losses.bound,
    "losses/approx_kl": losses.approxKl,
    "losses/clipfrac": losses.clipFraction,
    "losses/explained_variance": losses.explainedVariance,
    "losses/grad_norm": losses.gradNorm,
    ...(losses.adaptation !== undefined && { "losses/adaptation": losses.adaptation }),
    "charts/learning_rate": row.lr,
    "charts/SPS": newSteps / newSeconds,
    "Policy/mean_noise_std": row.actionStd,
    ...physicsScalars(row.physics),
  };
}

/** `physics/anchorError_mean`, `_high` and `_max`. */
function physicsScalars(physics: WatchStatistics | undefined, suffix = ""): Record<string, number> {
  if (physics === undefined || physics.samples === 0) return {};
  return Object.fromEntries(
    Object.entries(physics.measures).flatMap(([measure, statistics]) =>
      Object.entries(statistics).map(([which, value]) => [
        `physics/${measure}_${which}${suffix}`,
        value,
      ]),
    ),
  );
}

function prefixed(prefix: string, values: Readonly<Record<string, number>>) {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [prefix + key, value]));
}

// Protocol buffers: a field is (number << 3 | wire type), then its value.

function varint(field: number, value: number): number[] {
  return [...rawVarint(field << 3), ...rawVarint(value)];
}

function double(field: number, value: number): number[] {
  return [...rawVarint((field << 3) | 1), ...new Uint8Array(Float64Array.of(value).buffer)];
}

function float(field: number, value: number): number[] {
  return [...rawVarint((field << 3) | 5), ...new Uint8Array(Float32Array.of(value).buffer)];
}

function message(field: number, content: readonly number[]): number[] {
  return [...rawVarint((field << 3) | 2), ...rawVarint(content.length), ...content];
}

function text(field: number, value: string): number[] {
  return message(field, [...new TextEncoder().encode(value)]);
}

/** Seven bits a byte, lowest first; by division, as steps may exceed 32 bits. */
function rawVarint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return bytes;
}

function record(data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(8 + 4 + data.length + 4);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc(bytes.subarray(0, 8)), true);
  bytes.set(data, 12);
  view.setUint32(12 + data.length, maskedCrc(data), true);
  return bytes;
}

/** CRC-32C, rotated and shifted so that a CRC of data holding CRCs stays useful (tsl/lib/hash/crc32c.h). */
function maskedCrc(data: Uint8Array): number {
  const crc = crc32c(data);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/** Table of the Castagnoli polynomial, bits reversed. */
const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc;
});

function crc32c(data: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of data) crc = (crc >>> 8) ^ crcTable[(crc ^ byte) & 0xff];
  return ~crc >>> 0;
}
