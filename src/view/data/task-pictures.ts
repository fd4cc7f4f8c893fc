/** A small picture of a task's robot as an episode begins, drawn without a browser. */
import { zeroReward } from "../../reward/program.js";
import { createEnvironment } from "../../rl/task-environment.js";
import { buildHeightField } from "../../sim/terrain/tiles.js";
import { createFilm } from "../raster/film.js";
import { encodePng } from "../raster/png.js";
import type { LoadedTasks } from "./loaded-tasks.js";

/** Pixels; twice what the page shows, for sharp screens. */
const size = { width: 168, height: 96 };
/** Pictures, of a few kB each. */
const mostKept = 64;

export class TaskPictures {
  private readonly tasks: LoadedTasks;
  private readonly kept = new Map<string, Promise<Uint8Array>>();
  /** One is drawn at a time: each builds a simulation. */
  private last: Promise<unknown> = Promise.resolve();

  constructor(tasks: LoadedTasks) {
    this.tasks = tasks;
  }

  /** PNG. What could not be drawn is tried anew the next time. */
  of(name: string): Promise<Uint8Array> {
    const known = this.kept.get(name);
    if (known) return known;
    for (const oldest of this.kept.keys()) {
      if (this.kept.size < mostKept) break;
      this.kept.delete(oldest);
    }
    const made = this.last.then(() => this.draw(name));
    this.last = made.catch(() => this.kept.delete(name));
    this.kept.set(name, made);
    return made;
  }

  private async draw(name: string): Promise<Uint8Array> {
    const task = await this.tasks.compiled(name);
    const { robot, definition } = task.task;
    const environment = await createEnvironment({
      task,
      reward: zeroReward,
      numEnvs: 1,
      profile: "train",
      seed: 0,
      stream: "test",
      randomize: false,
    });
    try {
      environment.reset(false);
      const [x, y, z] = environment.origins;
      const origin = [x, y, z] as const;
      const poses = Float32Array.from(environment.bodyPoses);
      const { terrain } = definition;
      const film = createFilm({
        robot,
        motion: { dtSeconds: definition.controlDtSeconds, numSteps: 1, poses, origin },
        ...size,
        caption: null,
        ground: terrain && { field: buildHeightField(terrain), origin },
      });
      return encodePng(film.imageAt(0));
    } finally {
      environment.dispose();
    }
  }
}
