/**
 * Pose mode: one robot held still, a slider for every joint, and every reward term answering. The
 * server computes the reward of the pose with the same compiled program as in training.
 */
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { multiplyQuaternions, quaternionFromAxisAngle } from "../../../src/core/quaternion.js";
import type { RolloutModel } from "../../../src/stream/rollout-model.js";
import type { LiveSession } from "../state/live-session.js";
import type { TermFocus } from "../state/term-focus.js";
import { short } from "../ui/format.js";
import { Icon } from "../ui/icon.js";
import { RewardBars } from "./rewards-panel.js";

type BasePose = [number, number, number, number, number, number, number];

/** Slider range of a joint without limits, rad or m. */
const unlimited = [-Math.PI, Math.PI] as const;

export interface PosePanelProps {
  readonly session: LiveSession;
  readonly model: RolloutModel;
  readonly terms: TermFocus;
}

export function PosePanel({ session, model, terms }: PosePanelProps) {
  const env = session.focusEnv.value;
  const posed = session.controls.value?.posedEnv === env;
  const joints = useSignal<readonly number[]>([]);
  /** Shifts of the base: up in m, then roll, pitch and yaw in rad. */
  const shift = useSignal<readonly number[]>([0, 0, 0, 0]);
  const base = useRef<BasePose | null>(null);
  const allowed = session.can("pose");
  const hasBase = model.robot.joints.some(
    ({ kind, body }) => kind === "free" && body === model.baseBody,
  );

  const send = (jointPosition: readonly number[], moved: readonly number[]) => {
    joints.value = jointPosition;
    shift.value = moved;
    const basePose = hasBase && base.current ? shifted(base.current, moved) : undefined;
    session.send({
      type: "pose",
      env,
      jointPosition: [...jointPosition],
      ...(basePose ? { basePose } : {}),
    });
  };
  const begin = () => {
    const frame = session.player.shown;
    if (frame === null) return;
    const { numJoints, numBodies } = frame.shape;
    const p = 7 * (env * numBodies + model.baseBody);
    base.current = [...frame.poses.subarray(p, p + 7)] as BasePose;
    send([...frame.jointPosition.subarray(env * numJoints, (env + 1) * numJoints)], [0, 0, 0, 0]);
  };
  const end = () => {
    session.send({ type: "pose", env, jointPosition: null });
  };

  if (!posed || joints.value.length !== model.jointNames.length) {
    return (
      <div class="panel-pad">
        <h3>Pose mode</h3>
        <p class="soft">
          Holds environment {env} as it stands now. Drag a joint and see what every term of the
          reward says to it: the fastest way to find a wrong one.
        </p>
        <div>
          <button type="button" class="button primary" disabled={!allowed} onClick={begin}>
            <Icon name="robot" size={16} /> Hold this pose
          </button>
        </div>
        {allowed ? null : (
          <p class="faint">It needs a live roll-out and a link that may control.</p>
        )}
      </div>
    );
  }
  return (
    <div class="panel-pad">
      <div class="panel-head">
        <h3>Environment {env} held still</h3>
        <button type="button" class="button" onClick={end}>
          <Icon name="play" size={15} /> Let go
        </button>
      </div>
      <RewardBars player={session.player} focusEnv={() => session.focusEnv.value} terms={terms} />
      {model.jointNames.map((name, j) => {
        const [low, high] = model.robot.joints.find((one) => one.name === name)?.range ?? unlimited;
        return (
          <PoseSlider
            key={name}
            name={name}
            low={low}
            high={high}
            value={joints.value[j]}
            onValue={(value) => send(joints.value.with(j, value), shift.value)}
          />
        );
      })}
      {hasBase
        ? ["base height", "base roll", "base pitch", "base yaw"].map((name, k) => (
            <PoseSlider
              key={name}
              name={name}
              low={k === 0 ? -0.5 : -Math.PI}
              high={k === 0 ? 1 : Math.PI}
              value={shift.value[k]}
              onValue={(value) => send(joints.value, shift.value.with(k, value))}
            />
          ))
        : null}
    </div>
  );
}

interface PoseSliderProps {
  readonly name: string;
  readonly low: number;
  readonly high: number;
  readonly value: number;
  readonly onValue: (value: number) => void;
}

function PoseSlider({ name, low, high, value, onValue }: PoseSliderProps) {
  return (
    <label class="pose-slider">
      <span title={name}>{name}</span>
      <input
        type="range"
        min={low}
        max={high}
        step={(high - low) / 500}
        value={value}
        onInput={(event) => onValue(event.currentTarget.valueAsNumber)}
      />
      <output class="number">{short(value)}</output>
    </label>
  );
}

/** The base raised and turned about its own axes: yaw, pitch, roll. */
function shifted(base: BasePose, [up, roll, pitch, yaw]: readonly number[]): BasePose {
  const out = [...base] as BasePose;
  out[2] += up;
  const turn = [0, 0, 0, 0];
  const axes = [
    [0, 0, 1, yaw],
    [0, 1, 0, pitch],
    [1, 0, 0, roll],
  ];
  for (const [x, y, z, angle] of axes) {
    quaternionFromAxisAngle(turn, 0, [x, y, z], 0, angle);
    multiplyQuaternions(out, 3, out, 3, turn, 0);
  }
  return out;
}
