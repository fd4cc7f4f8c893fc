/** The MuJoCo back end: N copies of a robot, each a world of its own, in one WASM instance. */
import { RewardsmithError } from "../../core/errors.js";
import { unrotateVector } from "../../core/quaternion.js";
import type { RobotModel } from "../../robot/model.js";
import { type Mujoco, mujoco } from "../../robot/mujoco/engine.js";
import { articulate } from "../articulation.js";
import { type CollisionFilter, collisionFilter } from "../collision-filter.js";
import { contactGeomIndices } from "../contact-geoms.js";
import {
  checkObjectSize,
  checkParameter,
  KeptParameters,
  nominalParameters,
  numParameters,
  parameterIndex,
} from "../env-parameters.js";
import type {
  ContactPoints,
  ParameterName,
  ResetState,
  Simulator,
  SimulatorOptions,
  SimulatorState,
} from "../simulator.js";
import { createSimulatorState } from "../simulator-state.js";
import { isSigned, pack, unpack } from "../snapshot.js";
import { groundGeom } from "../terrain/ground.js";
import { buildHeightField } from "../terrain/tiles.js";
import { ContactPointReader } from "./contact-points.js";
import { needsDriveInertia } from "./drive-inertia.js";
import { type Ids, idsOf } from "./ids.js";
import { mjcf, writeHeights } from "./mjcf.js";
import { EnvironmentPhysics } from "./physics.js";
import { Pulls } from "./pulls.js";
import { Pusher } from "./push.js";
import { StateReader } from "./read-state.js";
import { MujocoWatch } from "./watch-readings.js";
import { compileModel, Worlds } from "./worlds.js";

/** N copies of a robot in MuJoCo, at rest in the robot file's pose. */
export async function createMujocoSimulator(options: SimulatorOptions): Promise<Simulator> {
  return new MujocoSimulator(await mujoco(), options);
}

/** A contact settles in 10 to 20 ms, a closed loop in two steps: both want short ones. */
const longestStepSeconds = 0.005;

/**
 * Of a physics profile, MuJoCo reads the substeps alone: its solver runs until it has converged.
 * Where anything may touch or a loop is closed it takes at least as many as keep its steps short, unless it is told.
 */
function substepsOf(
  { robot, physics, controlDtSeconds }: SimulatorOptions,
  filter: CollisionFilter,
) {
  if (physics.mujocoSubsteps !== undefined) return physics.mujocoSubsteps;
  if (filter.numGroups === 0 && robot.equalities.length === 0) return physics.substeps;
  return Math.max(physics.substeps, Math.ceil(controlDtSeconds / longestStepSeconds - 1e-9));
}

class MujocoSimulator implements Simulator {
  readonly engine = "mujoco";
  readonly robot: RobotModel;
  readonly numEnvs: number;
  readonly jointNames: readonly string[];
  readonly state: SimulatorState;
  readonly controls: Float32Array;
  readonly watch: MujocoWatch;

  private readonly mujoco: Mujoco;
  private readonly substeps: number;
  /** What a snapshot must agree with. */
  private readonly signature: string;
  private readonly worlds: Worlds;
  private readonly ids: Ids;
  private readonly parameters: Float64Array;
  private readonly keptParameters: KeptParameters;
  private readonly physics: EnvironmentPhysics;
  private readonly reader: StateReader;
  private readonly pusher: Pusher;
  private readonly pulls: Pulls;
  private readonly contactPoints: ContactPointReader;
  private readonly numContacts: number;
  /** Indices of the free joints and of the state arrays' joints. */
  private readonly free: Int32Array;
  private readonly driven: Int32Array;
  /** [env] 1 where motion has left the numbers: it stands still until a reset. */
  private readonly lost: Uint8Array;
  private readonly onTerrain: boolean;
  /** [env][3] where each environment stands, and will from its next reset on. */
  private readonly origins: Float64Array;
  private readonly nextOrigins: Float64Array;
  /** [env][nq + nv + nv] coordinates, velocities and the solver's start, as saved. */
  private readonly kept: Float64Array;
  private readonly turned = new Float64Array(3);

  constructor(engine: Mujoco, options: SimulatorOptions) {
    const { robot, numEnvs } = options;
    const articulation = articulate(robot);
    const filter = collisionFilter(robot, articulation);
    const contactGeoms = contactGeomIndices(options, articulation, filter);
    if (articulation.links.length === 0) {
      throw new RewardsmithError("E_ROBOT_UNSUPPORTED", `robot "${robot.name}" has no joint`, {
        hint: "give a body a hinge, slide or free joint",
      });
    }
    this.mujoco = engine;
    this.robot = robot;
    this.numEnvs = numEnvs;
    this.substeps = substepsOf(options, filter);
    this.signature = JSON.stringify({ format: 1, engine: this.engine, ...options });
    this.numContacts = contactGeoms.length;
    const indices = robot.joints.map((_, j) => j);
    const moving = indices.filter((j) => robot.joints[j].kind !== "free");
    this.driven = Int32Array.from(moving);
    this.free = Int32Array.from(indices.filter((j) => robot.joints[j].kind === "free"));
    this.jointNames = moving.map((j) => robot.joints[j].name);
    this.state = createSimulatorState(options, moving.length);
    this.controls = new Float32Array(numEnvs * robot.actuators.length);
    this.parameters = nominalParameters(numEnvs);
    this.keptParameters = new KeptParameters(this.parameters);
    this.lost = new Uint8Array(numEnvs);
    this.onTerrain = options.terrain !== undefined;
    this.origins = new Float64Array(3 * numEnvs);
    this.nextOrigins = new Float64Array(3 * numEnvs);

    const timestep = options.controlDtSeconds / this.substeps;
    const { terrain } = options;
    const ground = terrain && { geom: groundGeom(robot), field: buildHeightField(terrain) };
    const { contactSeconds } = options.physics;
    const xml = mjcf(robot, { timestep, filter, contactGeoms, ground, contactSeconds });
    const model = compileModel(engine, xml, robot.name);
    if (ground) writeHeights(model.hfield_data, ground.field);
    this.ids = idsOf(engine, model, robot);
    const driveInertia = needsDriveInertia(engine, model, robot, this.ids);
    this.worlds = new Worlds(engine, model, numEnvs);
    this.kept = new Float64Array(numEnvs * (model.nq + 2 * model.nv));
    this.physics = new EnvironmentPhysics({
      robot,
      worlds: this.worlds,
      ids: this.ids,
      parameters: this.parameters,
      timestep,
      driveInertia,
    });
    this.reader = new StateReader(robot, this.worlds, this.ids, this.state, this.origins);
    this.pusher = new Pusher(engine, robot, articulation, this.worlds, this.ids);
    this.pulls = new Pulls(this.worlds, this.ids, this.origins);
    this.contactPoints = new ContactPointReader(engine, this.worlds, this.ids, this.origins);
    this.watch = new MujocoWatch({
      engine,
      robot,
      worlds: this.worlds,
      ids: this.ids,
      parameters: this.parameters,
      lost: this.lost,
      driveInertia,
    });
    for (let env = 0; env < numEnvs; env++) this.settle(env);
  }

  step(): void {
    const { mujoco, worlds, physics, reader, substeps, numContacts, lost } = this;
    const { contactForce } = this.state;
    const heap = worlds.heap.refresh();
    this.writeControls(heap);
    contactForce.fill(0);
    for (let env = 0; env < this.numEnvs; env++) {
      if (lost[env] === 1) continue;
      const { model, data, at } = worlds.all[env];
      if (physics.apply(env)) mujoco.mj_step1(model, data);
      // Each state's positions and velocities are worked out once, at its end, where they are read.
      for (let substep = 0; substep < substeps; substep++) {
        mujoco.mj_step2(model, data);
        for (let k = 0; k < 3 * numContacts; k++) {
          // MuJoCo reports what the geom does to the others.
          contactForce[3 * env * numContacts + k] -= heap[at.sensordata + k] / substeps;
        }
        mujoco.mj_step1(model, data);
      }
      reader.readEffort(heap, env);
      this.readOrMarkLost(heap, env);
    }
    this.pulls.end(heap);
  }

  setOrigin(env: number, x: number, y: number, z: number): void {
    this.nextOrigins[3 * env] = x;
    this.nextOrigins[3 * env + 1] = y;
    this.nextOrigins[3 * env + 2] = z;
  }

  reset(env: number, initial: ResetState): void {
    const { worlds, ids, free, driven, origins } = this;
    for (let k = 3 * env; k < 3 * env + 3; k++) origins[k] = this.nextOrigins[k];
    const { model, data, at } = worlds.all[env];
    const heap = worlds.heap.refresh();
    this.mujoco.mj_resetData(model, data);
    for (let f = 0; f < free.length; f++) {
      const { freePose, freeVelocity } = initial;
      const q = at.qpos + ids.qpos[free[f]];
      const v = at.qvel + ids.dof[free[f]];
      for (let k = 0; k < 7; k++) heap[q + k] = freePose[7 * f + k];
      for (let k = 0; k < 3; k++) heap[q + k] += origins[3 * env + k];
      for (let k = 0; k < 3; k++) heap[v + k] = freeVelocity[6 * f + k];
      // A free joint turns in its body's own frame.
      unrotateVector(this.turned, 0, freePose, 7 * f + 3, freeVelocity, 6 * f + 3);
      for (let k = 0; k < 3; k++) heap[v + 3 + k] = this.turned[k];
    }
    for (let j = 0; j < driven.length; j++) {
      heap[at.qpos + ids.qpos[driven[j]]] = initial.jointPosition[j];
      heap[at.qvel + ids.dof[driven[j]]] = initial.jointVelocity[j];
    }
    this.state.jointEffort.fill(0, env * driven.length, (env + 1) * driven.length);
    this.state.contactForce.fill(0, 3 * env * this.numContacts, 3 * (env + 1) * this.numContacts);
    this.settle(env);
  }

  setParameter(env: number, name: ParameterName, value: number): void {
    checkParameter(name, value);
    checkObjectSize(this.robot, name);
    const at = env * numParameters + parameterIndex[name];
    if (this.parameters[at] === value) return;
    this.parameters[at] = value;
    this.physics.markStale(env, name);
  }

  push(env: number, body: number, velocity: readonly [number, number, number]): void {
    if (this.lost[env] === 1) return;
    this.settle(env);
    this.pusher.push(env, body, velocity);
    this.settle(env);
  }

  pull(
    env: number,
    body: number,
    force: readonly [number, number, number],
    point: readonly [number, number, number],
  ): void {
    if (this.lost[env] === 0) this.pulls.add(env, body, force, point);
  }

  readContacts(env: number, contacts: ContactPoints): void {
    if (this.lost[env] === 0) this.contactPoints.read(env, contacts);
  }

  save(): Uint8Array {
    const { model } = this.worlds.nominal;
    const heap = this.worlds.heap.refresh();
    const width = model.nq + 2 * model.nv;
    this.worlds.all.forEach(({ at }, env) => {
      const row = this.kept.subarray(env * width, (env + 1) * width);
      row.set(heap.subarray(at.qpos, at.qpos + model.nq));
      row.set(heap.subarray(at.qvel, at.qvel + model.nv), model.nq);
      row.set(heap.subarray(at.qacc_warmstart, at.qacc_warmstart + model.nv), model.nq + model.nv);
    });
    const further = this.keptParameters.inUse();
    this.keptParameters.gather();
    const bytes = new Uint8Array(this.kept.buffer);
    return pack(this.signed(further), this.saved(further), bytes);
  }

  load(snapshot: Uint8Array): void {
    const further = isSigned(snapshot, this.signed(true));
    const kept = unpack(snapshot, this.signed(further), this.saved(further));
    this.keptParameters.scatter(further);
    this.nextOrigins.set(this.origins);
    new Uint8Array(this.kept.buffer).set(kept);
    const { model } = this.worlds.nominal;
    const width = model.nq + 2 * model.nv;
    this.physics.markAllStale();
    this.worlds.all.forEach(({ model: own, data, at }, env) => {
      const heap = this.worlds.heap.refresh();
      const row = this.kept.subarray(env * width, (env + 1) * width);
      heap.set(row.subarray(0, model.nq), at.qpos);
      heap.set(row.subarray(model.nq, model.nq + model.nv), at.qvel);
      this.physics.apply(env);
      this.lost[env] = this.reader.isLost(heap, env) ? 1 : 0;
      if (this.lost[env] === 0) this.mujoco.mj_step1(own, data);
      heap.set(row.subarray(model.nq + model.nv), at.qacc_warmstart);
    });
  }

  dispose(): void {
    this.worlds.dispose();
  }

  private signed(furtherParameters: boolean): string {
    return `${this.signature}${furtherParameters ? "+" : ""}`;
  }

  private saved(furtherParameters: boolean): (Float32Array | Float64Array)[] {
    return [
      ...Object.values(this.state),
      this.controls,
      this.keptParameters.usual,
      ...(furtherParameters ? [this.keptParameters.further] : []),
      ...(this.onTerrain ? [this.origins] : []),
    ];
  }

  /** Works out what follows from an environment's coordinates and parameters, and shows it. */
  private settle(env: number): void {
    const { model, data } = this.worlds.all[env];
    this.physics.apply(env);
    const heap = this.worlds.heap.refresh();
    this.lost[env] = this.reader.isLost(heap, env) ? 1 : 0;
    if (this.lost[env] === 0) this.mujoco.mj_step1(model, data);
    this.readOrMarkLost(heap, env);
  }

  private readOrMarkLost(heap: Float64Array, env: number): void {
    if (this.reader.isLost(heap, env)) {
      this.lost[env] = 1;
      this.reader.markLost(env);
    } else {
      this.reader.read(heap, env);
    }
  }

  /** MuJoCo clamps controls to their range, and would take one that is no number for 0. */
  private writeControls(heap: Float64Array): void {
    const { controls, ids, worlds } = this;
    const n = ids.actuator.length;
    for (let env = 0; env < this.numEnvs; env++) {
      const { at } = worlds.all[env];
      for (let a = 0; a < n; a++) {
        const value = controls[env * n + a];
        if (!Number.isFinite(value)) this.refuseControl(a, value);
        heap[at.ctrl + ids.actuator[a]] = value;
      }
    }
  }

  private refuseControl(actuator: number, value: number): never {
    throw new RewardsmithError(
      "E_SIM_CONTROL",
      `the control of actuator "${this.robot.actuators[actuator].name}" is ${value}`,
      { hint: "the policy's output is no number: its training has diverged" },
    );
  }
}
