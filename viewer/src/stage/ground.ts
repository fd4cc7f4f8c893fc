/** The floor: a metre grid that fades into the background, and the shadows that fall on it. */

import type { Vector3 } from "three";
import {
  Color,
  Group,
  Mesh,
  MeshStandardMaterial,
  PlaneGeometry,
  ShaderMaterial,
  ShadowMaterial,
  Vector2,
} from "three";

const vertexShader = /* glsl */ `
  varying vec2 place;
  void main() {
    vec4 world = modelMatrix * vec4(position, 1.0);
    place = world.xy;
    gl_Position = projectionMatrix * viewMatrix * world;
  }
`;

/** Lines one pixel wide at any distance: their width follows the place's change per pixel. */
const fragmentShader = /* glsl */ `
  varying vec2 place;
  uniform vec3 base;
  uniform vec3 line;
  uniform vec2 center;
  uniform float radius;
  uniform float cell;
  float grid(vec2 at, float width) {
    vec2 change = fwidth(at);
    vec2 near = abs(fract(at - 0.5) - 0.5) / max(change, vec2(1e-6));
    float drawn = 1.0 - min(min(near.x, near.y) / width, 1.0);
    return drawn * (1.0 - smoothstep(0.25, 0.7, max(change.x, change.y)));
  }
  void main() {
    float away = length(place - center) / radius;
    float fade = 1.0 - smoothstep(0.25, 1.0, away);
    vec2 at = place / cell;
    vec2 tile = floor(at);
    float checker = mod(tile.x + tile.y, 2.0);
    float lines = max(0.55 * grid(at, 1.2), grid(at / 5.0, 1.5));
    vec3 color = mix(base * (0.96 + 0.08 * checker), line, lines);
    gl_FragColor = vec4(color, fade);
    #include <colorspace_fragment>
  }
`;

export class Ground {
  readonly group = new Group();
  private readonly material: ShaderMaterial;
  private readonly plane: Mesh;
  private readonly shadow: Mesh;

  constructor() {
    this.material = new ShaderMaterial({
      vertexShader,
      fragmentShader,
      transparent: true,
      depthWrite: false,
      uniforms: {
        base: { value: new Color() },
        line: { value: new Color() },
        center: { value: new Vector2() },
        radius: { value: 20 },
        cell: { value: 1 },
      },
    });
    const geometry = new PlaneGeometry(2, 2);
    this.plane = new Mesh(geometry, this.material);
    this.plane.renderOrder = -2;
    this.shadow = new Mesh(geometry, new ShadowMaterial({ opacity: 0.35 }));
    this.shadow.receiveShadow = true;
    this.shadow.renderOrder = -1;
    this.group.add(this.plane, this.shadow);
  }

  /** Follows what is looked at, so that it has no end; `distance` of the camera, m. */
  follow(target: Vector3, height: number, distance: number): void {
    const radius = Math.max(6, 7 * distance);
    this.group.position.set(target.x, target.y, height);
    this.group.scale.set(radius, radius, 1);
    const { center, radius: fade } = this.material.uniforms;
    center.value.set(target.x, target.y);
    fade.value = radius;
  }

  paint(base: Color, line: Color, shadow: number): void {
    this.material.uniforms["base"].value.copy(base);
    this.material.uniforms["line"].value.copy(line);
    (this.shadow.material as ShadowMaterial).opacity = shadow;
  }

  /** Grid lines every so many metres. */
  set cellMeters(meters: number) {
    this.material.uniforms["cell"].value = meters;
  }

  set shadows(on: boolean) {
    this.shadow.visible = on;
  }
}

/** Material of uneven ground, which has no grid of its own. */
export function terrainMaterial(color: Color): MeshStandardMaterial {
  return new MeshStandardMaterial({ color, roughness: 1, flatShading: true });
}
