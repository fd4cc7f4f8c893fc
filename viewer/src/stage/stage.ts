/**
 * The three-dimensional picture of a roll-out: robots of all environments, ground, and what is drawn
 * over them. It draws only when told to, and only when something has changed.
 */
import {
  Color,
  DirectionalLight,
  HemisphereLight,
  Mesh,
  MeshBasicMaterial,
  NeutralToneMapping,
  PCFShadowMap,
  Plane,
  Raycaster,
  RingGeometry,
  Scene,
  Vector2,
  Vector3,
  WebGLRenderer,
} from "three";
import { unrotateVector } from "../../../src/core/quaternion.js";
import type { RolloutModel } from "../../../src/stream/rollout-model.js";
import { CameraRig } from "./camera-rig.js";
import { type Extent, measureExtent } from "./extent.js";
import { Ghosts } from "./ghosts.js";
import { Ground } from "./ground.js";
import { groundHeight } from "./ground-height.js";
import { type Layer, layersAtFirst } from "./layers.js";
import { gridLayout } from "./layout.js";
import { type Arrow, Overlays } from "./overlays.js";
import { Quality } from "./quality.js";
import { RobotMesh } from "./robot-mesh.js";
import type { StageScene } from "./scene.js";
import { Terrain } from "./terrain.js";
import { Trails } from "./trails.js";

export interface Pick {
  readonly env: number;
  readonly body: number;
  /** In the body's frame, m. */
  readonly point: readonly [number, number, number];
  /** World frame as drawn, m. */
  readonly at: Vector3;
}

export interface StagePalette {
  readonly ground: string;
  readonly line: string;
  readonly faded: string;
  readonly terrain: string;
  readonly accent: string;
  readonly light: boolean;
}

/** Everything made for one model. */
interface Cast {
  readonly model: RolloutModel;
  readonly robots: RobotMesh;
  readonly ghosts: Ghosts;
  readonly trails: Trails;
  readonly overlays: Overlays;
  readonly terrain: Terrain | null;
  collision: RobotMesh | null;
  extent: Extent | null;
  /** [env][3] where each environment's origin is drawn. */
  offsets: Float32Array;
  readonly visible: Uint8Array;
  readonly floor: number | null;
}

export class Stage {
  readonly rig: CameraRig;
  readonly quality: Quality;
  readonly canvas: HTMLCanvasElement;
  private readonly renderer: WebGLRenderer;
  private readonly scene = new Scene();
  private readonly ground = new Ground();
  private readonly sun = new DirectionalLight(0xffffff, 2.1);
  private readonly sky = new HemisphereLight(0xe6efff, 0x4a5058, 1.5);
  private readonly ring = new Mesh(
    new RingGeometry(0.972, 1, 96),
    new MeshBasicMaterial({ transparent: true, opacity: 0.7, depthWrite: false }),
  );
  private readonly ray = new Raycaster();
  private readonly pointer = new Vector2();
  private readonly background = new Color();
  private readonly faded = new Color();
  private readonly accent = new Color();
  private cast: Cast | null = null;
  private dirty = true;
  private painted = "";
  private width = 0;
  private height = 0;
  private resized = false;

  layers: ReadonlySet<Layer> = layersAtFirst;
  focusEnv = 0;
  /** Selected body of the focused environment; −1 is none. */
  selectedBody = -1;
  /** Hides the other environments. */
  alone = false;
  /** Drawn by hand: pulls, pushes, commands. World frame as drawn. */
  arrows: readonly Arrow[] = [];
  /** Called after every picture, in the same task: films copy it. */
  afterDraw: (() => void) | null = null;
  /**
   * Of the last picture: draw calls, triangles, and the time on the main thread: for the clock with
   * its interpolation, for placing everything, and for handing it to the graphics system, ms.
   */
  readonly report = {
    pictures: 0,
    drawCalls: 0,
    triangles: 0,
    clockMs: 0,
    scriptMs: 0,
    renderMs: 0,
  };

  /** Throws where there is no WebGL. */
  constructor(host: HTMLElement) {
    this.renderer = new WebGLRenderer({
      antialias: true,
      alpha: true,
      powerPreference: "high-performance",
    });
    this.canvas = this.renderer.domElement;
    host.append(this.canvas);
    this.renderer.toneMapping = NeutralToneMapping;
    this.renderer.shadowMap.type = PCFShadowMap;
    this.renderer.info.autoReset = true;
    this.quality = new Quality(this.renderer.getContext());
    this.rig = new CameraRig(this.canvas);
    this.rig.controls.addEventListener("change", () => this.touch());
    this.sun.shadow.mapSize.set(2048, 2048);
    this.sun.shadow.bias = -0.0004;
    this.sun.shadow.normalBias = 0.02;
    this.scene.add(this.sky, this.sun, this.sun.target, this.ground.group, this.ring);
    this.ring.visible = false;
    this.ring.renderOrder = 1;
  }

  /** Another robot or number of environments. */
  open(model: RolloutModel): void {
    this.closeCast();
    const { robot, numEnvs } = model;
    const cast: Cast = {
      model,
      robots: new RobotMesh(robot, numEnvs, "solid"),
      ghosts: new Ghosts(robot),
      trails: new Trails(numEnvs),
      overlays: new Overlays(),
      terrain: Terrain.of(model.terrain, this.background),
      collision: null,
      extent: null,
      offsets: new Float32Array(3 * numEnvs),
      visible: new Uint8Array(numEnvs).fill(1),
      floor: groundHeight(robot),
    };
    const { robots, ghosts, trails, overlays, terrain } = cast;
    this.scene.add(robots.group, ghosts.group, trails.mesh, overlays.group);
    if (terrain) this.scene.add(terrain.mesh);
    this.cast = cast;
    this.painted = "";
    this.rig.jump();
    this.touch();
  }

  /** Draws again, though the scene stands still. */
  touch(): void {
    this.dirty = true;
  }

  paint(palette: StagePalette): void {
    this.faded.set(palette.faded);
    this.accent.set(palette.accent);
    this.background.set(palette.terrain);
    this.ground.paint(
      new Color(palette.ground),
      new Color(palette.line),
      palette.light ? 0.22 : 0.42,
    );
    this.sky.intensity = palette.light ? 2 : 1.5;
    (this.ring.material as MeshBasicMaterial).color.copy(this.accent);
    if (this.cast?.terrain) this.cast.terrain.color = this.background;
    this.painted = "";
    this.touch();
  }

  resize(width: number, height: number): void {
    this.width = width;
    this.height = height;
    this.resized = true;
    this.touch();
  }

  /** Only just before drawing: it empties the canvas. */
  private applySize(): void {
    this.resized = false;
    this.renderer.setPixelRatio(this.quality.pixelRatio);
    this.renderer.setSize(this.width, this.height);
    this.rig.resize(this.width, this.height);
  }

  /** Draws if the scene moved (`changed`), the camera did, or something was switched. */
  draw(scene: StageScene | null, changed: boolean, wallSeconds: number): void {
    const started = performance.now();
    const moved = this.rig.controls.update(wallSeconds);
    if (!changed && !moved && !this.dirty) return;
    if (this.width === 0 || this.height === 0 || this.cast === null) return;
    this.dirty = false;
    if (this.resized) this.applySize();
    if (scene !== null && this.cast !== null) this.arrange(this.cast, scene, wallSeconds);
    const arranged = performance.now();
    this.renderer.render(this.scene, this.rig.camera);
    this.afterDraw?.();
    const { report } = this;
    report.pictures++;
    report.scriptMs = arranged - started;
    report.renderMs = performance.now() - arranged;
    report.drawCalls = this.renderer.info.render.calls;
    report.triangles = this.renderer.info.render.triangles;
    if (this.quality.measure(changed ? wallSeconds : 0)) this.resize(this.width, this.height);
  }

  private arrange(cast: Cast, scene: StageScene, wallSeconds: number): void {
    const { model, robots, visible } = cast;
    const { poses, frame } = scene;
    if (cast.extent === null) this.measure(cast, poses);
    if (model.terrain !== null) cast.offsets = frame.origins;
    const { offsets } = cast;
    const extent = cast.extent!;
    for (let env = 0; env < visible.length; env++) {
      visible[env] = !this.alone || env === this.focusEnv ? 1 : 0;
    }
    robots.place(poses, offsets, visible);
    this.color(cast);
    if (this.layers.has("collision")) {
      if (cast.collision === null) {
        cast.collision = new RobotMesh(model.robot, model.numEnvs, "collision");
        cast.collision.paint(-1, -1, this.faded, this.accent);
        this.scene.add(cast.collision.group);
      }
      cast.collision.place(poses, offsets, visible);
    }
    if (cast.collision) cast.collision.group.visible = this.layers.has("collision");
    cast.ghosts.draw(scene, offsets, this.layers.has("ghosts") ? this.focusEnv : -1);
    cast.trails.draw(scene, offsets, visible, this.layers.has("trails"), this.focusEnv);
    cast.overlays.draw(
      {
        model,
        poses,
        offsets,
        visible,
        frame,
        focusEnv: this.focusEnv,
        robotMeters: extent.robotMeters,
      },
      this.layers,
      this.arrows,
    );
    const numBodies = model.robot.bodies.length;
    const p = 7 * (this.focusEnv * numBodies + model.baseBody);
    const o = 3 * this.focusEnv;
    const x = poses[p] + offsets[o];
    const y = poses[p + 1] + offsets[o + 1];
    const z = poses[p + 2] + offsets[o + 2];
    if (Number.isFinite(x + y + z)) this.rig.follow(x, y, z, wallSeconds);
    this.arrangeGround(cast, extent, x, y, offsets[o + 2]);
  }

  private arrangeGround(cast: Cast, extent: Extent, x: number, y: number, originZ: number): void {
    const { target } = this.rig.controls;
    const shown = this.layers.has("terrain");
    const { terrain, floor, model } = cast;
    if (terrain) {
      terrain.mesh.visible = shown;
      terrain.follow(target.x, target.y);
    }
    this.ground.group.visible = shown && terrain === null;
    const height = terrain ? originZ : (floor ?? extent.lowest - 0.5 * extent.robotMeters);
    this.ground.follow(target, height, this.rig.distance);
    this.ring.visible = model.numEnvs > 1 && !this.alone && terrain === null && floor !== null;
    if (this.ring.visible) {
      const radius = 0.75 * extent.robotMeters;
      this.ring.position.set(x, y, height + 0.002 * this.rig.distance);
      this.ring.scale.set(radius, radius, 1);
    }
    this.sun.target.position.copy(target);
    this.sun.position.set(target.x - 3, target.y - 4, target.z + 9);
    const shadows = this.quality.shadows;
    if (this.renderer.shadowMap.enabled !== shadows) {
      this.renderer.shadowMap.enabled = shadows;
      this.sun.castShadow = shadows;
      this.ground.shadows = shadows;
      cast.robots.castShadow = shadows;
    }
    if (!shadows) this.ground.shadows = false;
    const reach = Math.min(14, Math.max(1, 1.6 * this.rig.distance));
    const { camera } = this.sun.shadow;
    if (Math.abs(camera.right - reach) > 0.15 * reach) {
      camera.left = -reach;
      camera.right = reach;
      camera.top = reach;
      camera.bottom = -reach;
      camera.far = 30;
      camera.updateProjectionMatrix();
    }
  }

  private measure(cast: Cast, poses: Float32Array): void {
    const { model } = cast;
    const one = poses.subarray(0, 7 * model.robot.bodies.length);
    const extent = measureExtent(model.robot, one);
    cast.extent = extent;
    if (model.terrain === null) {
      const spacing = 1.25 * extent.placeMeters + 1.1 * extent.robotMeters;
      cast.offsets = gridLayout(model.numEnvs, spacing).offsets;
    }
    this.ground.cellMeters = extent.robotMeters > 0.35 ? 1 : 0.1;
    this.rig.camera.near = 0.01 * extent.robotMeters + 0.002;
    this.rig.jump();
    this.rig.controls.target.set(0, 0, 0);
    if (!this.placedByHand) this.rig.look("three-quarter", 3.4 * extent.robotMeters);
    this.rig.camera.updateProjectionMatrix();
  }

  /** The camera's distance and angles came from the page's address: a new robot must not undo them. */
  placedByHand = false;

  private color(cast: Cast): void {
    const key = `${this.focusEnv} ${this.selectedBody} ${this.alone}`;
    if (key === this.painted) return;
    this.painted = key;
    const focus = cast.model.numEnvs > 1 && !this.alone ? this.focusEnv : -1;
    cast.robots.paint(
      focus < 0 ? this.focusEnv : focus,
      this.selectedBody,
      this.faded,
      this.accent,
    );
  }

  /** What lies under a point of the page; environments that are hidden are not hit. */
  pick(clientX: number, clientY: number, poses: Float32Array): Pick | null {
    const { cast } = this;
    if (cast === null) return null;
    this.aim(clientX, clientY);
    cast.robots.updateBounds();
    for (const hit of this.ray.intersectObjects(cast.robots.group.children, false)) {
      const found = cast.robots.bodyOf(hit.object, hit.instanceId ?? 0);
      if (found === null || found.body < 0) continue;
      const { env, body } = found;
      const p = 7 * (env * cast.model.robot.bodies.length + body);
      const o = 3 * env;
      const local = [
        hit.point.x - cast.offsets[o] - poses[p],
        hit.point.y - cast.offsets[o + 1] - poses[p + 1],
        hit.point.z - cast.offsets[o + 2] - poses[p + 2],
      ];
      unrotateVector(local, 0, poses, p + 3, local, 0);
      return { env, body, point: [local[0], local[1], local[2]], at: hit.point.clone() };
    }
    return null;
  }

  /** Where a point of the page meets the plane through `through` that faces the camera; world frame. */
  onFacingPlane(clientX: number, clientY: number, through: Vector3): Vector3 | null {
    this.aim(clientX, clientY);
    const normal = this.rig.camera.getWorldDirection(new Vector3());
    const plane = new Plane().setFromNormalAndCoplanarPoint(normal, through);
    return this.ray.ray.intersectPlane(plane, new Vector3());
  }

  private aim(clientX: number, clientY: number): void {
    const box = this.canvas.getBoundingClientRect();
    this.pointer.set(
      (2 * (clientX - box.left)) / box.width - 1,
      1 - (2 * (clientY - box.top)) / box.height,
    );
    this.ray.setFromCamera(this.pointer, this.rig.camera);
  }

  /** Where an environment's origin is drawn, m. */
  offsetOf(env: number): readonly [number, number, number] {
    const offsets = this.cast?.offsets;
    return offsets ? [offsets[3 * env], offsets[3 * env + 1], offsets[3 * env + 2]] : [0, 0, 0];
  }

  get robotMeters(): number {
    return this.cast?.extent?.robotMeters ?? 1;
  }

  /** Draws the same picture again: the canvas holds it until this task ends. */
  redraw(): void {
    this.renderer.render(this.scene, this.rig.camera);
  }

  /** The whole group of environments in view. */
  overview(): void {
    const { cast } = this;
    if (cast?.extent == null) return;
    let reach = cast.extent.robotMeters;
    for (let i = 0; i < cast.offsets.length; i++) reach = Math.max(reach, cast.offsets[i]);
    this.rig.look("three-quarter", 2.6 * reach + 2.5 * cast.extent.robotMeters);
  }

  private closeCast(): void {
    const { cast } = this;
    if (cast === null) return;
    cast.robots.dispose();
    cast.collision?.dispose();
    cast.ghosts.dispose();
    cast.trails.dispose();
    cast.overlays.dispose();
    cast.terrain?.dispose();
    this.cast = null;
  }

  dispose(): void {
    this.closeCast();
    this.rig.dispose();
    this.renderer.dispose();
    this.canvas.remove();
  }
}
