/** The way every robot's base took in the last seconds of its episode. */
import { Color, type LineSegments } from "three";
import { Lines } from "./lines.js";
import type { StageScene } from "./scene.js";

const seconds = 4;
const segments = 48;
const focused = new Color("#6aa9ff");
const other = new Color("#8a96a3");
/** At most so many environments get one. */
const mostEnvs = 64;

export class Trails {
  private readonly lines: Lines;

  constructor(numEnvs: number) {
    this.lines = new Lines(segments * Math.min(numEnvs, mostEnvs), false);
  }

  get mesh(): LineSegments {
    return this.lines.mesh;
  }

  draw(
    { timeline, time, frame }: StageScene,
    offsets: Float32Array,
    visible: Uint8Array,
    shown: boolean,
    focusEnv: number,
  ): void {
    this.lines.begin();
    const envs = shown ? Math.min(visible.length, mostEnvs) : 0;
    for (let env = 0; env < envs; env++) {
      if (visible[env] === 0) continue;
      const color = env === focusEnv ? focused : other;
      const [ox, oy, oz] = [offsets[3 * env], offsets[3 * env + 1], offsets[3 * env + 2]];
      let last = -1;
      for (let i = 0; i <= segments; i++) {
        const step = timeline.stepAt(time - seconds * (1 - i / segments));
        if (step < 0 || step === last || timeline.timeOf(step) > time) continue;
        const same = timeline.episode(step, env) === frame.episode[env];
        if (same && last >= 0) {
          this.lines.add(
            timeline.basePlace(last, env, 0) + ox,
            timeline.basePlace(last, env, 1) + oy,
            timeline.basePlace(last, env, 2) + oz,
            timeline.basePlace(step, env, 0) + ox,
            timeline.basePlace(step, env, 1) + oy,
            timeline.basePlace(step, env, 2) + oz,
            color,
            (i - 1) / segments,
            i / segments,
          );
        }
        last = same ? step : -1;
      }
    }
    this.lines.end();
  }

  dispose(): void {
    this.lines.dispose();
    this.lines.mesh.removeFromParent();
  }
}
