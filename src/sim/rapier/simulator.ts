/** The Rapier back end: N copies of a robot in one world, stepped together. */
import {
  EventQueue,
  type PhysicsHooks,
  type RigidBody,
  VectorOps,
  World,
} from "@dimforge/rapier3d";
import { rotateVector } from "../../core/quaternion.js";
import type { RobotModel } from "../../robot/model.js";
import { type Articulation, articulate } from "../articulation.js";
import { collisionFilter } from "../collision-filter.js";
import {
  checkObjectSize,
  checkParameter,
  KeptParameters,
  nominalParameters,
  numParameters,
  parameterIndex,
} from "../env-parameters.js";
import { forwardKinematics, type LinkStates, linkStates } from "../kinematics.js";
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
import { BodyReader } from "./body-reader.js";
import { buildWorld, type WorldHandles } from "./build-world.js";
import { ContactEvents } from "./contact-events.js";
import { ContactForces, type ContactReader, contactColliders } from "./contact-forces.js";
import { contactHook } from "./contact-hook.js";
import { ContactParameters } from "./contact-parameters.js";
import { ContactPointReader } from "./contact-points.js";
import { Couplings } from "./couplings.js";
import { Drives } from "./drives.js";
import { loadRapier } from "./engine.js";
import { GravityOffsets } from "./gravity-offsets.js";
import { LinkMasses } from "./link-masses.js";
import { Pulls } from "./pulls.js";
import { StateReader } from "./read-state.js";
import { checkSupported } from "./supported.js";
import { Thrusters } from "./thrusters.js";
import { RapierWatch } from "./watch-readings.js";

/** N copies of a robot in a Rapier world, at rest in the robot file's pose. */
export async function createRapierSimulator(options: SimulatorOptions): Promise<Simulator> {
  await loadRapier();
  return new RapierSimulator(options);
}

class RapierSimulator implements Simulator {
  readonly engine = "rapier";
  readonly robot: RobotModel;
  readonly numEnvs: number;
  readonly jointNames: readonly string[];
  readonly state: SimulatorState;
  readonly controls: Float32Array;
  readonly watch: RapierWatch;

  private readonly substeps: number;
  /** What a snapshot must agree with. */
  private readonly signature: string;
  private readonly articulation: Articulation;
  private readonly handles: WorldHandles;
  /** [env][3] where each environment will stand from its next reset on. */
  private readonly nextOrigins: Float64Array;
  private readonly hooks: PhysicsHooks | undefined;
  /** Rapier calls hooks only in a step that has a queue; on terrain it holds the contact forces. */
  private readonly events: EventQueue | undefined;
  private readonly parameters: Float64Array;
  private readonly keptParameters: KeptParameters;
  private readonly contactParameters: ContactParameters;
  private readonly gravityOffsets: GravityOffsets;
  private readonly masses: LinkMasses;
  private readonly couplings: Couplings;
  private readonly drives: Drives;
  private readonly thrusters: Thrusters;
  private readonly pulls: Pulls;
  private readonly contactPoints: ContactPointReader;
  private readonly reader: StateReader;
  private readonly contacts: ContactReader;
  private readonly target: LinkStates;
  private readonly center = new Float64Array(3);
  private readonly vector = VectorOps.intoRaw({ x: 0, y: 0, z: 0 });
  private readonly onTerrain: boolean;
  private world: World;

  constructor(options: SimulatorOptions) {
    const { robot, numEnvs } = options;
    this.robot = robot;
    this.numEnvs = numEnvs;
    this.substeps = options.physics.substeps;
    this.signature = JSON.stringify({ format: 3, ...options });
    this.onTerrain = options.terrain !== undefined;
    this.articulation = articulate(robot);
    checkSupported(robot, this.articulation);
    const { links, joints } = this.articulation;
    this.jointNames = joints.map(({ model }) => model.name);
    this.state = createSimulatorState(options, joints.length);
    this.controls = new Float32Array(numEnvs * robot.actuators.length);
    this.parameters = nominalParameters(numEnvs);
    this.keptParameters = new KeptParameters(this.parameters);
    this.target = linkStates(links.length);

    const filter = collisionFilter(robot, this.articulation);
    const { world, handles } = buildWorld(options, this.articulation, filter);
    this.world = world;
    this.handles = handles;
    this.nextOrigins = handles.origins.slice();
    this.hooks = filter.selfCollision ? contactHook(handles, filter) : undefined;
    this.masses = new LinkMasses(robot, this.articulation, handles, this.parameters, numEnvs);
    this.contactParameters = new ContactParameters(
      robot,
      this.articulation,
      handles,
      this.parameters,
    );
    this.gravityOffsets = new GravityOffsets(handles, this.masses, this.parameters, links.length);
    const tables = {
      robot,
      articulation: this.articulation,
      handles,
      numEnvs,
      parameters: this.parameters,
      controls: this.controls,
      state: this.state,
      masses: this.masses,
    };
    this.couplings = new Couplings(tables);
    this.drives = new Drives({ ...tables, couplings: this.couplings });
    this.thrusters = new Thrusters(tables);
    this.pulls = new Pulls(this.articulation, handles);
    const touched = contactColliders(options, handles);
    const { contactForce } = this.state;
    const numGeoms = options.contactGeoms.length;
    const named = robot.geoms.map(({ name }) => options.contactGeoms.indexOf(name ?? ""));
    this.contactPoints = new ContactPointReader(robot, handles, (env, geom) =>
      named[geom] < 0
        ? undefined
        : { forces: contactForce, at: 3 * (env * numGeoms + named[geom]) },
    );
    const told = this.onTerrain && new ContactEvents(world, touched, numGeoms, contactForce);
    this.contacts = told || new ContactForces(handles, touched, numGeoms, contactForce);
    this.events = told ? told.queue : this.hooks && new EventQueue(true);
    const bodies = new BodyReader(handles.links);
    const { centers } = this.masses;
    this.reader = new StateReader(this.articulation, handles, this.state, centers, bodies);
    this.watch = new RapierWatch({
      robot,
      articulation: this.articulation,
      handles,
      masses: this.masses,
      parameters: this.parameters,
      state: this.state,
      bodies,
      world: () => this.world,
    });
    this.placeFixedBodies();
    const pose = filePose(this.articulation);
    this.masses.apply(world);
    for (let env = 0; env < numEnvs; env++) {
      this.drives.applyLimits(world, env);
      this.reset(env, pose);
    }
  }

  step(): void {
    const { world, contacts } = this;
    this.masses.apply(world);
    this.drives.apply(world);
    contacts.clear();
    for (let substep = 0; substep < this.substeps; substep++) {
      if (this.drives.hasLive) {
        if (substep > 0) this.reader.read(world, 0, this.numEnvs);
        this.drives.applyLive(world);
      }
      this.pulls.clear(world);
      this.thrusters.apply(world);
      this.pulls.apply(world);
      this.gravityOffsets.apply(world);
      world.step(this.events, this.hooks);
      this.gravityOffsets.takeOff(world);
      contacts.add(world, 1 / this.substeps);
    }
    this.pulls.end(world);
    this.reader.read(world, 0, this.numEnvs);
    for (let env = 0; env < this.numEnvs; env++) this.drives.measure(env);
  }

  setOrigin(env: number, x: number, y: number, z: number): void {
    this.nextOrigins[3 * env] = x;
    this.nextOrigins[3 * env + 1] = y;
    this.nextOrigins[3 * env + 2] = z;
  }

  reset(env: number, initial: ResetState): void {
    const { links } = this.articulation;
    const { pose, velocity } = this.target;
    const { origins } = this.handles;
    for (let k = 3 * env; k < 3 * env + 3; k++) origins[k] = this.nextOrigins[k];
    this.masses.apply(this.world);
    forwardKinematics(this.articulation, initial, this.target);
    const bodies = this.world.bodies.raw;
    const { center } = this;
    for (let l = 0; l < links.length; l++) {
      const at = env * links.length + l;
      const handle = this.handles.links[at];
      if (!bodies.rbIsEnabled(handle)) bodies.rbSetEnabled(handle, true);
      const p = 7 * l;
      const v = 6 * l;
      bodies.rbSetTranslation(
        handle,
        pose[p] + origins[3 * env],
        pose[p + 1] + origins[3 * env + 1],
        pose[p + 2] + origins[3 * env + 2],
        true,
      );
      bodies.rbSetRotation(handle, pose[p + 4], pose[p + 5], pose[p + 6], pose[p + 3], true);
      rotateVector(center, 0, pose, p + 3, this.masses.centers, 3 * at);
      const wx = velocity[v + 3];
      const wy = velocity[v + 4];
      const wz = velocity[v + 5];
      this.vector.x = velocity[v] + wy * center[2] - wz * center[1];
      this.vector.y = velocity[v + 1] + wz * center[0] - wx * center[2];
      this.vector.z = velocity[v + 2] + wx * center[1] - wy * center[0];
      bodies.rbSetLinvel(handle, this.vector, true);
      this.vector.x = wx;
      this.vector.y = wy;
      this.vector.z = wz;
      bodies.rbSetAngvel(handle, this.vector, true);
    }
    this.reader.read(this.world, env, env + 1);
    this.couplings.reset(env);
    const numJoints = this.jointNames.length;
    this.state.jointEffort.fill(0, env * numJoints, (env + 1) * numJoints);
    this.contacts.clearEnv(env);
  }

  setParameter(env: number, name: ParameterName, value: number): void {
    checkParameter(name, value);
    const at = env * numParameters + parameterIndex[name];
    if (this.parameters[at] === value) return;
    checkObjectSize(this.robot, name);
    this.contactParameters.check(name);
    this.parameters[at] = value;
    switch (name) {
      case "friction":
      case "objectFriction":
      case "groundFriction":
        this.contactParameters.applyFriction(this.world, env);
        break;
      case "restitution":
      case "objectRestitution":
      case "groundRestitution":
        this.contactParameters.applyRestitution(this.world, env);
        break;
      case "objectSizeFactor":
        this.contactParameters.applySize(this.world, env);
        this.masses.markStale(env);
        break;
      case "gravityOffset.x":
      case "gravityOffset.y":
      case "gravityOffset.z":
        this.gravityOffsets.refresh();
        break;
      case "jointStiffness":
      case "jointDamping":
      case "jointFriction":
        this.drives.refreshPassive(this.world, env);
        break;
      case "gravityScale":
        this.bodiesOf(env).forEach((body, link) => {
          const at = env * this.articulation.links.length + link;
          body.setGravityScale(value * this.masses.weights[at], true);
        });
        break;
      case "motorStrength":
        this.drives.applyLimits(this.world, env);
        break;
      case "kpFactor":
      case "kdFactor":
      case "jointDampingFactor":
      case "motorOffset":
        break;
      default:
        this.masses.markStale(env);
    }
  }

  push(env: number, body: number, velocity: readonly [number, number, number]): void {
    const { linkOfBody, links } = this.articulation;
    const link = linkOfBody[body];
    if (link < 0) return;
    const rootOf = (l: number): number => (links[l].parent < 0 ? l : rootOf(links[l].parent));
    const root = rootOf(link);
    const floats = links[root].joint < 0;
    this.bodiesOf(env).forEach((rigid, l) => {
      if (l !== link && !(floats && rootOf(l) === root)) return;
      const { x, y, z } = rigid.linvel();
      rigid.setLinvel({ x: x + velocity[0], y: y + velocity[1], z: z + velocity[2] }, true);
    });
    this.reader.read(this.world, env, env + 1);
  }

  pull(
    env: number,
    body: number,
    force: readonly [number, number, number],
    point: readonly [number, number, number],
  ): void {
    this.pulls.add(env, body, force, point);
  }

  readContacts(env: number, contacts: ContactPoints): void {
    this.contactPoints.read(this.world, env, contacts);
  }

  save(): Uint8Array {
    this.masses.apply(this.world);
    const further = this.keptParameters.inUse();
    this.keptParameters.gather();
    return pack(this.signed(further), this.saved(further), this.world.takeSnapshot());
  }

  load(snapshot: Uint8Array): void {
    const further = isSigned(snapshot, this.signed(true));
    const engine = unpack(snapshot, this.signed(further), this.saved(further));
    this.keptParameters.scatter(further);
    this.world.free();
    this.world = World.restoreSnapshot(engine);
    this.nextOrigins.set(this.handles.origins);
    this.masses.clearStale();
    this.gravityOffsets.refresh();
    for (let env = 0; env < this.numEnvs; env++) this.drives.refreshPassive(this.world, env);
  }

  dispose(): void {
    this.world.free();
    if (!this.onTerrain) this.events?.free();
    this.contacts.dispose();
    this.vector.free();
    this.drives.dispose();
    this.thrusters.dispose();
    this.gravityOffsets.dispose();
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
      this.masses.centers,
      this.masses.inertias,
      this.masses.weights,
      this.drives.told,
      this.couplings.held,
      ...(this.onTerrain ? [this.handles.origins] : []),
    ];
  }

  private bodiesOf(env: number): RigidBody[] {
    const n = this.articulation.links.length;
    const handles = this.handles.links.subarray(env * n, (env + 1) * n);
    return Array.from(handles, (handle) => this.world.getRigidBody(handle));
  }

  /** Bodies welded to the world never move. */
  private placeFixedBodies(): void {
    const n = this.robot.bodies.length;
    this.articulation.bodies.forEach(({ position, orientation }, body) => {
      if (this.articulation.linkOfBody[body] >= 0) return;
      for (let env = 0; env < this.numEnvs; env++) {
        this.state.bodyPose.set([...position, ...orientation], 7 * (env * n + body));
      }
    });
  }
}

/** The pose of the robot file, at rest. */
function filePose({ links, joints, bodies }: Articulation): ResetState {
  const free = links.filter((link) => link.free >= 0);
  const poses = free.map(({ members }) => bodies[members[0].body]);
  return {
    jointPosition: Float32Array.from(joints, ({ model }) => model.reference ?? 0),
    jointVelocity: new Float32Array(joints.length),
    freePose: Float32Array.from(poses.flatMap((pose) => [...pose.position, ...pose.orientation])),
    freeVelocity: new Float32Array(6 * free.length),
  };
}
