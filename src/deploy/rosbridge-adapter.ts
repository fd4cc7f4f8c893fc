/**
 * A robot behind rosbridge. It publishes sensor_msgs/JointState on /joint_states and, where the
 * policy reads its base, nav_msgs/Odometry on /odom (pose in the world, twist in the base's frame).
 * It listens to /rewardsmith/command, a JointState with one name for each actuator, and to
 * /rewardsmith/stop, std_msgs/Bool: true means that every joint is to be damped, as it also must be
 * when nothing comes any more.
 */
import { z } from "zod";
import { RewardsmithError } from "../core/errors.js";
import { rotateVector } from "../core/quaternion.js";
import type { CompiledTask } from "../reward/compiled-task.js";
import { floatingBase } from "../robot/free-bodies.js";
import { arrange } from "./arrange.js";
import type { Deployment } from "./deployment.js";
import { steadySeconds } from "./rate.js";
import type { Arrival, RobotAdapter, RobotCommand, RobotDescription } from "./robot.js";
import { createRos, createTopic, type Ros, type Topic } from "./roslib.js";

export interface RosbridgeOptions {
  /** ws://HOST:PORT */
  readonly url: string;
  readonly deployment: Deployment;
  /** Actuators in the policy's order. */
  readonly actuators: readonly string[];
  readonly task: CompiledTask;
  readonly topics?: Partial<typeof defaultTopics>;
  /** How long connection and first messages may take, s. */
  readonly answerSeconds?: number;
  readonly signal?: AbortSignal;
}

const defaultTopics = {
  jointStates: "/joint_states",
  odometry: "/odom",
  command: "/rewardsmith/command",
  stop: "/rewardsmith/stop",
} as const;

/** rosbridge writes what is no number as null. */
const number = z
  .number()
  .nullable()
  .transform((value) => value ?? Number.NaN);
const stamp = z.object({
  stamp: z.object({ sec: z.number(), nanosec: z.number() }),
});
const vector = z.object({ x: number, y: number, z: number });
const jointStateSchema = z.object({
  header: stamp,
  name: z.array(z.string()),
  position: z.array(number),
  velocity: z.array(number),
  effort: z.array(number),
});
const odometrySchema = z.object({
  header: stamp,
  pose: z.object({
    pose: z.object({ position: vector, orientation: vector.extend({ w: number }) }),
  }),
  twist: z.object({ twist: z.object({ linear: vector, angular: vector }) }),
});
type JointState = z.infer<typeof jointStateSchema>;
type Odometry = z.infer<typeof odometrySchema>;

/** @throws E_ROBOT_SILENT where nobody answers, or nothing is measured */
export async function connectRosbridge(options: RosbridgeOptions): Promise<RobotAdapter> {
  const { url, answerSeconds = 5, signal } = options;
  const ros = createRos();
  const adapter = new RosbridgeAdapter(ros, options);
  try {
    await new Promise<void>((resolve, reject) => {
      const patience = setTimeout(
        () => reject(silence(url, `${adapter.missing()} within ${answerSeconds} s`)),
        1000 * answerSeconds,
      );
      const finish = (then: () => void) => () => {
        clearTimeout(patience);
        then();
      };
      signal?.addEventListener(
        "abort",
        finish(() => reject(signal.reason)),
        { once: true },
      );
      ros.on(
        "error",
        finish(() => reject(silence(url, "the connection was refused"))),
      );
      adapter.onMeasured = finish(resolve);
      ros.connect(url).catch(finish(() => reject(silence(url, "the connection was refused"))));
    });
    return adapter;
  } catch (error) {
    await adapter.close();
    throw error;
  }
}

class RosbridgeAdapter implements RobotAdapter {
  onMeasured: () => void = () => {};
  private readonly ros: Ros;
  private readonly options: RosbridgeOptions;
  private readonly base: string | null;
  private readonly subscriptions: readonly Topic[];
  private readonly command: Topic;
  private readonly stop: Topic;
  private arrangement: ReturnType<typeof arrange> | null = null;
  private joints: readonly string[] = [];
  private hasEffort = false;
  private odometry: Odometry | null = null;
  private newest: Arrival | null = null;
  private bad = 0;
  private lastFault: string | null = null;

  constructor(ros: Ros, options: RosbridgeOptions) {
    const { deployment, task } = options;
    const topics = { ...defaultTopics, ...options.topics };
    this.ros = ros;
    this.options = options;
    const base = floatingBase(task.task.robot)?.name ?? null;
    this.base = base !== null && deployment.measurements.bodies.includes(base) ? base : null;
    const topic = (name: string, messageType: string) =>
      createTopic({ ros, name, messageType, queue_length: 1, reconnect_on_close: false });
    const jointStates = topic(topics.jointStates, "sensor_msgs/msg/JointState");
    const odometry = topic(topics.odometry, "nav_msgs/msg/Odometry");
    jointStates.subscribe((message) => this.take(jointStateSchema, message, this.takeJoints));
    odometry.subscribe((message) =>
      this.take(odometrySchema, message, (one) => {
        this.odometry = one;
      }),
    );
    this.subscriptions = [jointStates, odometry];
    this.command = topic(topics.command, "sensor_msgs/msg/JointState");
    this.stop = topic(topics.stop, "std_msgs/msg/Bool");
    this.command.advertise();
    this.stop.advertise();
  }

  get description(): RobotDescription {
    return {
      robot: null,
      joints: this.joints,
      actuators: this.options.actuators,
      effort: this.hasEffort,
      bodies: this.base === null ? [] : [this.base],
      contacts: [],
      given: [],
    };
  }

  /** What has not been heard of yet. */
  missing(): string {
    if (!this.ros.isConnected) return "nobody answers";
    return this.joints.length === 0 ? "no joint states came" : "no odometry came";
  }

  latest(): Arrival | null {
    return this.newest;
  }

  send({ mode, controls }: RobotCommand): void {
    if (!this.ros.isConnected) return;
    this.stop.publish({ data: mode === "damping" });
    if (mode === "damping") return;
    const { actuators, deployment } = this.options;
    const of = (kind: string) =>
      actuators.map((name, i) => {
        const control = deployment.actions.find((action) => action.name === name)?.control;
        return (control ?? "position") === kind ? controls[i] : 0;
      });
    this.command.publish({
      header: { stamp: { sec: 0, nanosec: 0 }, frame_id: "" },
      name: actuators,
      position: of("position"),
      velocity: of("velocity"),
      effort: of("effort"),
    });
  }

  lostCommands(): null {
    return null;
  }

  refused() {
    return { count: this.bad, last: this.lastFault };
  }

  async close(): Promise<void> {
    for (const topic of this.subscriptions) topic.unsubscribe();
    if (this.ros.isConnected) {
      const closed = new Promise<void>((resolve) => this.ros.once("close", resolve));
      this.ros.close();
      await closed;
    }
    this.ros.removeAllListeners();
  }

  private take<T>(schema: z.ZodType<T>, message: unknown, accept: (message: T) => void): void {
    const read = schema.safeParse(message);
    try {
      if (read.success) {
        accept(read.data);
        return;
      }
      this.lastFault = z.prettifyError(read.error);
    } catch (error) {
      this.lastFault = error instanceof Error ? error.message : String(error);
    }
    this.bad++;
  }

  private readonly takeJoints = (state: JointState): void => {
    const { measurements } = this.options.deployment;
    const effort = state.effort.length === state.name.length;
    if (!this.arrangement || state.name.join() !== this.joints.join()) {
      this.joints = state.name;
      this.hasEffort = effort;
      const { bodies } = this.description;
      const order = { joints: state.name, effort, bodies: [...bodies], contacts: [], given: [] };
      this.arrangement = arrange(measurements, order);
    }
    if (this.base !== null && this.odometry === null) return;
    const stamps = [state.header, ...(this.odometry ? [this.odometry.header] : [])];
    const measurement = this.arrangement({
      type: "state",
      // The older of both: where one of them stops, time stands still.
      time: Math.min(...stamps.map(({ stamp: { sec, nanosec } }) => sec + 1e-9 * nanosec)),
      position: state.position,
      velocity: state.velocity,
      effort: this.hasEffort ? state.effort : [],
      bodies: this.odometry && this.base !== null ? bodyOf(this.odometry) : [],
      contacts: [],
      given: [],
      command: { newest: 0, lost: 0 },
    });
    this.newest = { measurement, atSeconds: steadySeconds() };
    this.onMeasured();
  };
}

/** Pose, and velocities turned from the base's frame into the world's. */
function bodyOf({ pose: { pose }, twist: { twist } }: Odometry): number[] {
  const { position: p, orientation: q } = pose;
  const quaternion = [q.w, q.x, q.y, q.z];
  const turned = ({ x, y, z }: Odometry["twist"]["twist"]["linear"]) => {
    const out = [0, 0, 0];
    rotateVector(out, 0, quaternion, 0, [x, y, z], 0);
    return out;
  };
  return [p.x, p.y, p.z, ...quaternion, ...turned(twist.linear), ...turned(twist.angular)];
}

function silence(url: string, what: string): RewardsmithError {
  return new RewardsmithError("E_ROBOT_SILENT", what, {
    where: url,
    hint: "start rosbridge_server and the robot's driver, and look at --url and the topics",
  });
}
