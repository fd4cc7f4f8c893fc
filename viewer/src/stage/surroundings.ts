/** Ground, light, and the ring around the environment that is looked at; they go along with the camera. */
import {
  Color,
  DirectionalLight,
  Group,
  HemisphereLight,
  Mesh,
  MeshBasicMaterial,
  RingGeometry,
  type Vector3,
} from "three";
import type { Cast } from "./cast.js";
import type { Extent } from "./extent.js";
import { Ground } from "./ground.js";
import type { StagePalette } from "./palette.js";

interface Arrangement {
  readonly cast: Cast;
  readonly extent: Extent;
  /** What the camera looks at, and from how far, m. */
  readonly target: Vector3;
  readonly distance: number;
  /** Base of the robot that is looked at (x, y) and height of its environment's origin, as drawn, m. */
  readonly place: readonly [number, number, number];
  readonly shown: boolean;
  readonly ringed: boolean;
}

export class Surroundings {
  readonly group = new Group();
  private readonly ground = new Ground();
  private readonly sun = new DirectionalLight(0xffffff, 2.6);
  private readonly sky = new HemisphereLight(0xe6efff, 0x6a7078, 2.2);
  private readonly ringMaterial = new MeshBasicMaterial({
    transparent: true,
    opacity: 0.7,
    depthWrite: false,
  });
  private readonly ring = new Mesh(new RingGeometry(0.972, 1, 96), this.ringMaterial);

  constructor() {
    const { sun, sky, ground, ring } = this;
    sun.shadow.mapSize.set(2048, 2048);
    sun.shadow.bias = -0.0004;
    sun.shadow.normalBias = 0.02;
    ring.visible = false;
    ring.renderOrder = 1;
    this.group.add(sky, sun, sun.target, ground.group, ring);
  }

  set cellMeters(meters: number) {
    this.ground.cellMeters = meters;
  }

  set shadows(shadows: boolean) {
    this.sun.castShadow = shadows;
    this.ground.shadows = shadows;
  }

  paint({ ground, line, accent, light }: StagePalette): void {
    this.ground.paint(new Color(ground), new Color(line), light ? 0.22 : 0.42);
    this.sky.intensity = light ? 2.4 : 2.2;
    this.ringMaterial.color.set(accent);
  }

  arrange({ cast, extent, target, distance, place, shown, ringed }: Arrangement): void {
    const { terrain, floor } = cast;
    const [x, y, originZ] = place;
    if (terrain) {
      terrain.mesh.visible = shown;
      terrain.follow(target.x, target.y);
    }
    this.ground.group.visible = shown && terrain === null;
    const height = terrain ? originZ : (floor ?? extent.lowest - 0.5 * extent.robotMeters);
    this.ground.follow(target, height, distance);
    this.ring.visible = ringed && terrain === null && floor !== null;
    if (this.ring.visible) {
      const radius = 0.75 * extent.robotMeters;
      this.ring.position.set(x, y, height + 0.002 * distance);
      this.ring.scale.set(radius, radius, 1);
    }
    this.light(target, distance);
  }

  /** The sun stands over what is looked at, and its shadows reach as far as one sees. */
  private light(target: Vector3, distance: number): void {
    const { sun } = this;
    sun.target.position.copy(target);
    sun.position.set(target.x - 3, target.y - 4, target.z + 9);
    const reach = Math.min(14, Math.max(1, 1.6 * distance));
    const { camera } = sun.shadow;
    if (Math.abs(camera.right - reach) <= 0.15 * reach) return;
    camera.left = -reach;
    camera.right = reach;
    camera.top = reach;
    camera.bottom = -reach;
    camera.far = 30;
    camera.updateProjectionMatrix();
  }
}
