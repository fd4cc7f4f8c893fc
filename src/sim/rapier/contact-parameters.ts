/** What colliders are made of and how large they are, as an environment's parameters say. */
import type { Collider, World } from "@dimforge/rapier3d";
import { RewardsmithError } from "../../core/errors.js";
import type { RobotModel } from "../../robot/model.js";
import type { Articulation, Vector3 } from "../articulation.js";
import { numParameters, parameterIndex } from "../env-parameters.js";
import type { ParameterName } from "../simulator.js";
import { objectValue, partFriction } from "../surfaces.js";
import { shapeAt, type WorldHandles } from "./build-world.js";

export class ContactParameters {
  private readonly robot: RobotModel;
  private readonly handles: WorldHandles;
  /** [env][parameter]. */
  private readonly parameters: Float64Array;
  /** [collider] of one environment: whether it is a loose object's, and its friction in the file. */
  private readonly ofObject: readonly boolean[];
  private readonly ownFriction: readonly number[];

  constructor(
    robot: RobotModel,
    { linkOfBody, links }: Articulation,
    handles: WorldHandles,
    parameters: Float64Array,
  ) {
    this.robot = robot;
    this.handles = handles;
    this.parameters = parameters;
    const { colliderGeom, sharedFriction } = handles;
    this.ofObject = colliderGeom.map((geom) => links[linkOfBody[robot.geoms[geom].body]].object);
    this.ownFriction = colliderGeom.map((geom) =>
      Math.max(robot.geoms[geom].friction, sharedFriction ?? 0),
    );
  }

  /** Throws E_SIM_PARAMETER where the world does not let environments differ in friction. */
  check(name: ParameterName): void {
    if (!/friction$/i.test(name) || name === "jointFriction") return;
    if (this.handles.sharedFriction !== undefined) return;
    throw new RewardsmithError(
      "E_SIM_PARAMETER",
      `${name} cannot be set per environment: the world's geoms differ in friction`,
      { hint: "give all geoms of the world one friction coefficient in the robot file" },
    );
  }

  applyFriction(world: World, env: number): void {
    const friction = this.value(env, "friction");
    const ofObject = objectValue(friction, this.value(env, "objectFriction"));
    const ground = this.value(env, "groundFriction");
    this.forEach(world, env, (collider, c) => {
      const part = this.ofObject[c] ? ofObject : friction;
      collider.setFriction(partFriction(this.ownFriction[c], part, ground));
    });
  }

  applyRestitution(world: World, env: number): void {
    const restitution = this.value(env, "restitution");
    const ofObject = objectValue(restitution, this.value(env, "objectRestitution"));
    const ground = this.value(env, "groundRestitution");
    this.forEach(world, env, (collider, c) => {
      collider.setRestitution(Math.max(this.ofObject[c] ? ofObject : restitution, ground));
    });
  }

  /** Sizes loose objects about their body's origin. */
  applySize(world: World, env: number): void {
    const factor = this.value(env, "objectSizeFactor");
    const scaled = (values: readonly number[]) => values.map((value) => value * factor);
    this.forEach(world, env, (collider, c) => {
      if (!this.ofObject[c]) return;
      const geom = this.robot.geoms[this.handles.colliderGeom[c]];
      const { shape, translation } = shapeAt({
        ...geom,
        size: scaled(geom.size),
        position: scaled(geom.position) as Vector3,
        ...(geom.vertices && { vertices: scaled(geom.vertices) }),
      });
      collider.setShape(shape);
      collider.setTranslationWrtParent(translation);
    });
  }

  private value(env: number, name: ParameterName): number {
    return this.parameters[env * numParameters + parameterIndex[name]];
  }

  private forEach(world: World, env: number, change: (collider: Collider, c: number) => void) {
    const { colliders, colliderGeom } = this.handles;
    const n = colliderGeom.length;
    for (let c = 0; c < n; c++) change(world.getCollider(colliders[env * n + c]), c);
  }
}
