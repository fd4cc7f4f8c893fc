/** Everything on the stage that is made for one model, and goes with it. */
import type { Color, Object3D } from "three";
import type { RolloutModel } from "../../../src/stream/rollout-model.js";
import type { Extent } from "./extent.js";
import { Ghosts } from "./ghosts.js";
import { groundHeight } from "./ground-height.js";
import { Overlays } from "./overlays.js";
import { RobotMesh } from "./robot-mesh.js";
import { Terrain } from "./terrain.js";
import { Trails } from "./trails.js";

export interface Cast {
  readonly model: RolloutModel;
  readonly robots: RobotMesh;
  readonly ghosts: Ghosts;
  readonly trails: Trails;
  readonly overlays: Overlays;
  readonly terrain: Terrain | null;
  /** Made when it is first shown. */
  collision: RobotMesh | null;
  /** Null until the first step came. */
  extent: Extent | null;
  /** [env][3] where each environment's origin is drawn. */
  offsets: Float32Array;
  readonly visible: Uint8Array;
  /** Height of flat ground in the robot's file, m. */
  readonly floor: number | null;
}

export function createCast(model: RolloutModel, terrainColor: Color): Cast {
  const { robot, numEnvs } = model;
  return {
    model,
    robots: new RobotMesh(robot, numEnvs, "solid"),
    ghosts: new Ghosts(robot),
    trails: new Trails(numEnvs),
    overlays: new Overlays(),
    terrain: Terrain.of(model.terrain, terrainColor),
    collision: null,
    extent: null,
    offsets: new Float32Array(3 * numEnvs),
    visible: new Uint8Array(numEnvs).fill(1),
    floor: groundHeight(robot),
  };
}

export function objectsOf({ robots, ghosts, trails, overlays, terrain }: Cast): Object3D[] {
  const objects: Object3D[] = [robots.group, ghosts.group, trails.mesh, overlays.group];
  return terrain === null ? objects : [...objects, terrain.mesh];
}

export function disposeCast(cast: Cast): void {
  cast.robots.dispose();
  cast.collision?.dispose();
  cast.ghosts.dispose();
  cast.trails.dispose();
  cast.overlays.dispose();
  cast.terrain?.dispose();
}
