/** A task's left and right, from its declaration by names to permutations and signs of network inputs. */
import { RewardsmithError } from "../core/errors.js";
import type { LoadedTask } from "./loaded-task.js";
import { movableJoints } from "./signal-shape.js";
import { findSignal } from "./signal-table.js";
import type { Signal } from "./signals.js";
import type { TaskDefinition } from "./task.js";

/** image[i] = sign[i] × vector[permutation[i]]. */
export interface VectorMirror {
  readonly permutation: number[];
  readonly sign: (1 | -1)[];
}

export interface TaskMirror {
  readonly observation: VectorMirror;
  /** Null where the critic reads the observation. */
  readonly privilegedObservation: VectorMirror | null;
  readonly action: VectorMirror;
}

/** Number `index` of a signal's image is `sign` times this number of a signal. */
interface Image {
  readonly signal: string;
  readonly index: number;
  readonly sign: 1 | -1;
}

type MirroredTask = Pick<LoadedTask, "definition" | "robot" | "signals">;

/** Throws E_TASK_MIRROR where the task declares no mirror, or one that is none. */
export function taskMirror(task: MirroredTask): TaskMirror {
  const { definition } = task;
  const action = actionMirror(task);
  return {
    observation: inputMirror(task, definition.observation, definition.observationHistory, action),
    privilegedObservation: definition.privilegedObservation
      ? inputMirror(task, definition.privilegedObservation, 1, action)
      : null,
    action,
  };
}

/** Names with their images, "-" before one whose sign changes; what is not named is its own image. */
function pairsOf(
  names: readonly string[],
  declared: Readonly<Record<string, string>>,
  what: string,
) {
  const images = new Map<string, { name: string; sign: 1 | -1 }>();
  for (const name of names) images.set(name, { name, sign: 1 });
  for (const [name, image] of Object.entries(declared)) {
    const sign = image.startsWith("-") ? -1 : 1;
    const other = sign < 0 ? image.slice(1) : image;
    for (const used of [name, other]) {
      if (!images.has(used))
        throw wrong(`there is no ${what} "${used}"`, `there are: ${names.join(", ")}`);
    }
    images.set(name, { name: other, sign });
    images.set(other, { name, sign });
  }
  return images;
}

function actionMirror({ definition }: MirroredTask): VectorMirror {
  const { actions } = definition;
  const mirror = declaredMirror(definition);
  const names = actions.map(({ actuator }) => actuator);
  const images = pairsOf(names, mirror.actions ?? mirror.joints, "action");
  const permutation = names.map((name) => names.indexOf(images.get(name)?.name ?? name));
  const sign = names.map((name) => images.get(name)?.sign ?? 1);
  for (const [i, action] of actions.entries()) {
    const other = actions[permutation[i]];
    const same =
      action.mode === other.mode &&
      near(action.scale, other.scale) &&
      near(action.offset, sign[i] * other.offset);
    if (same) continue;
    throw wrong(
      `the actions "${action.actuator}" and "${other.actuator}" are no images: their mode, scale or offset differs`,
      "give both the same mode and scale, and offsets that differ as their signs do",
    );
  }
  return checked({ permutation, sign }, "actions");
}

function inputMirror(
  task: MirroredTask,
  terms: TaskDefinition["observation"],
  history: number,
  action: VectorMirror,
): VectorMirror {
  const entries = terms.flatMap((term) => {
    const { size } = findSignal(task.signals, term.signal);
    return Array.from({ length: size }, (_, index) => ({ ...term, index }));
  });
  const images = new Map(
    terms.map(({ signal }) => [signal, imagesOf(task, findSignal(task.signals, signal), action)]),
  );
  const permutation: number[] = [];
  const sign: (1 | -1)[] = [];
  for (const { signal, index, scale } of entries) {
    const image = (images.get(signal) as Image[])[index];
    const at = entries.findIndex(
      (other) =>
        other.signal === image.signal && other.index === image.index && other.scale === scale,
    );
    if (at < 0) {
      throw wrong(
        `the image of "${signal}" is "${image.signal}", which is not observed at the same scale`,
        "observe both, or neither",
      );
    }
    permutation.push(at);
    sign.push(image.sign);
  }
  const frames = Array.from({ length: history }, (_, frame) => frame * entries.length);
  return checked(
    {
      permutation: frames.flatMap((from) => permutation.map((at) => from + at)),
      sign: frames.flatMap(() => sign),
    },
    "observation",
  );
}

/** Where the numbers of a signal's image come from. */
function imagesOf(task: MirroredTask, signal: Signal, action: VectorMirror): Image[] {
  const { definition, robot, signals } = task;
  const mirror = declaredMirror(definition);
  const { name, source, size } = signal;
  const own = (places: readonly number[]): Image[] =>
    places.map((place) => ({ signal: name, index: Math.abs(place) - 1, sign: place < 0 ? -1 : 1 }));
  const declared = mirror.signals[name];
  if (Array.isArray(declared)) {
    if (declared.length === size) return own(declared);
    throw wrong(
      `"${name}" has ${size} numbers, its mirror ${declared.length}`,
      "give one for each",
    );
  }
  if (declared && "as" in declared) {
    const like = imagesOf(task, findSignal(signals, declared.as), action);
    return like.map((image) => ({ ...image, signal: name }));
  }
  if (declared) {
    const sign = declared.image.startsWith("-") ? -1 : 1;
    const other = findSignal(signals, sign < 0 ? declared.image.slice(1) : declared.image);
    return Array.from({ length: size }, (_, index) => ({ signal: other.name, index, sign }));
  }

  const all = movableJoints(robot).map((joint) => joint.name);
  const joints = pairsOf(all, mirror.joints, "joint");
  const listed = (list: readonly string[]): Image[] =>
    list.map((joint) => {
      const image = joints.get(joint) ?? { name: joint, sign: 1 as const };
      return { signal: name, index: list.indexOf(image.name), sign: image.sign };
    });
  const isBase = "body" in source && source.body === robot.bodies[0]?.name;
  switch (source.kind) {
    case "jointPositions":
    case "jointVelocities":
    case "jointEfforts":
      return listed(source.joints ?? all);
    case "jointAccelerations":
      return listed(all);
    case "action":
    case "previousAction":
      return action.permutation.map((index, i) => ({ signal: name, index, sign: action.sign[i] }));
    case "episodeTime":
    case "actionRate":
    case "actionJerk":
      return own([1]);
    case "jointLimitCloseness":
    case "torqueSquared":
    case "power":
      // Of all joints together left and right are alike.
      if (source.joints === undefined) return own([1]);
      break;
    case "bodyPosition":
    case "bodyLinVel":
    case "projectedGravity":
      if (isBase) return own([1, -2, 3]);
      break;
    case "bodyAngVel":
      if (isBase) return own([-1, 2, -3]);
      break;
    case "bodyOrientation":
      if (isBase) return own([1, -2, 3, -4]);
      break;
    case "heightAboveGround":
      if (isBase) return own([1]);
      break;
    case "heightScan": {
      const { ahead, left } = source;
      const across = left.map((place) => left.findIndex((other) => near(other, -place)));
      if (!isBase || across.includes(-1)) break;
      return own(ahead.flatMap((_, i) => across.map((j) => 1 + i * left.length + j)));
    }
  }
  throw wrong(
    `what the image of "${name}" is does not follow from its kind`,
    `say it in task.ts, e.g. mirror: { signals: { "${name}": [${own(Array.from({ length: size }, (_, i) => i + 1)).map((_, i) => i + 1)}] } }, with a minus where a number's sign changes`,
  );
}

function declaredMirror({ name, mirror }: TaskDefinition) {
  if (mirror) return mirror;
  throw wrong(
    `task ${name} declares no mirror`,
    "symmetry=true needs one: add mirror to task.ts, or leave symmetry off",
  );
}

function checked(mirror: VectorMirror, what: string): VectorMirror {
  const { permutation, sign } = mirror;
  const twice = permutation.every((from, i) => permutation[from] === i && sign[from] === sign[i]);
  if (twice) return mirror;
  throw wrong(`the mirror of the ${what}, done twice, is not where it began`, "pair the names up");
}

function near(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-6 * Math.max(Math.abs(a), Math.abs(b), 1e-6);
}

function wrong(what: string, hint: string): RewardsmithError {
  return new RewardsmithError("E_TASK_MIRROR", what, { where: "mirror", hint });
}
