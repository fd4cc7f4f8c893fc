/** Where the focused robot was a moment ago, see-through. */
import { Color, type Group } from "three";
import type { RolloutFrame } from "../../../src/stream/frame.js";
import { type Robot, RobotMesh } from "./robot-mesh.js";
import type { StageScene } from "./scene.js";

/** Before the picture's time, s. */
const agoSeconds = [0.25, 0.5, 0.75, 1];

export class Ghosts {
  private readonly robots: RobotMesh;
  private readonly poses: Float32Array;
  private readonly offsets = new Float32Array(3 * agoSeconds.length);
  private readonly visible = new Uint8Array(agoSeconds.length);
  private frame: RolloutFrame | null = null;

  constructor(robot: Robot) {
    this.robots = new RobotMesh(robot, agoSeconds.length, "ghost");
    this.robots.paint(-1, -1, new Color(), new Color());
    this.poses = new Float32Array(7 * robot.bodies.length * agoSeconds.length);
    this.robots.group.visible = false;
  }

  get group(): Group {
    return this.robots.group;
  }

  /** Those of the environment's present episode; −1 draws none. */
  draw({ timeline, time, frame }: StageScene, offsets: Float32Array, env: number): void {
    this.group.visible = env >= 0;
    if (env < 0) return;
    this.frame ??= timeline.createFrame();
    const width = this.poses.length / agoSeconds.length;
    for (let ghost = 0; ghost < agoSeconds.length; ghost++) {
      const step = timeline.stepAt(time - agoSeconds[ghost]);
      const same = step >= 0 && timeline.episode(step, env) === frame.episode[env];
      this.visible[ghost] = same && timeline.timeOf(step) < time ? 1 : 0;
      if (this.visible[ghost] === 0) continue;
      timeline.read(step, this.frame);
      for (let i = 0; i < width; i++) {
        this.poses[ghost * width + i] = this.frame.poses[env * width + i];
      }
      for (let k = 0; k < 3; k++) this.offsets[3 * ghost + k] = offsets[3 * env + k];
    }
    this.robots.place(this.poses, this.offsets, this.visible);
  }

  dispose(): void {
    this.robots.dispose();
  }
}
