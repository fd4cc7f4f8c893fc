/**
 * The three-dimensional picture of a roll-out: robots of all environments, ground, and what is drawn
 * over them. It draws only when told to, and only when something has changed.
 */
import { Color, NeutralToneMapping, PCFShadowMap, Scene, type Vector3, WebGLRenderer } from "three";
import type { RolloutModel } from "../../../src/stream/rollout-model.js";
import { CameraRig } from "./camera-rig.js";
import { type Cast, createCast, disposeCast, objectsOf } from "./cast.js";
import { measureExtent } from "./extent.js";
import { type Layer, layersAtFirst } from "./layers.js";
import { gridLayout } from "./layout.js";
import type { Arrow } from "./overlays.js";
import type { StagePalette } from "./palette.js";
import { type Pick, Picker } from "./picker.js";
import { Quality } from "./quality.js";
import { RobotMesh } from "./robot-mesh.js";
import type { StageScene } from "./scene.js";
import { Surroundings } from "./surroundings.js";

export class Stage {
  readonly rig: CameraRig;
  readonly quality: Quality;
  readonly canvas: HTMLCanvasElement;
  private readonly renderer: WebGLRenderer;
  private readonly scene = new Scene();
  private readonly surroundings = new Surroundings();
  private readonly picker: Picker;
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
    this.picker = new Picker(this.canvas, this.rig.camera);
    this.scene.add(this.surroundings.group);
  }

  /** Another robot or number of environments. */
  open(model: RolloutModel): void {
    this.closeCast();
    this.cast = createCast(model, this.background);
    this.scene.add(...objectsOf(this.cast));
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
    this.surroundings.paint(palette);
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
    this.arrangeShadows(cast);
    this.surroundings.arrange({
      cast,
      extent,
      target: this.rig.controls.target,
      distance: this.rig.distance,
      place: [x, y, offsets[o + 2]],
      shown: this.layers.has("terrain"),
      ringed: model.numEnvs > 1 && !this.alone,
    });
  }

  private arrangeShadows({ robots }: Cast): void {
    const { shadows } = this.quality;
    if (this.renderer.shadowMap.enabled !== shadows) {
      this.renderer.shadowMap.enabled = shadows;
      robots.castShadow = shadows;
    }
    this.surroundings.shadows = shadows;
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
    this.surroundings.cellMeters = extent.robotMeters > 0.35 ? 1 : 0.1;
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
    return this.cast && this.picker.pick(this.cast, clientX, clientY, poses);
  }

  /** Where a point of the page meets the plane through `through` that faces the camera; world frame. */
  onFacingPlane(clientX: number, clientY: number, through: Vector3): Vector3 | null {
    return this.picker.onFacingPlane(clientX, clientY, through);
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
    if (this.cast !== null) disposeCast(this.cast);
    this.cast = null;
  }

  dispose(): void {
    this.closeCast();
    this.rig.dispose();
    this.renderer.dispose();
    this.canvas.remove();
  }
}
