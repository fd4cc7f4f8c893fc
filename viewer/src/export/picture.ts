/** The picture as a file: a still, or a film of what is shown from now on. */
import type { Stage } from "../stage/stage.js";

export function save(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** The picture over its background, in the canvas's own pixels. */
export class Compositor {
  readonly canvas = document.createElement("canvas");
  private readonly context: CanvasRenderingContext2D;
  private readonly stage: Stage;

  constructor(stage: Stage) {
    this.stage = stage;
    this.canvas.width = stage.canvas.width;
    this.canvas.height = stage.canvas.height;
    this.context = this.canvas.getContext("2d")!;
  }

  /** Copies what the stage has just drawn; must run in the same task as the drawing. */
  copy(): void {
    const { context, canvas } = this;
    const style = getComputedStyle(document.documentElement);
    const { width, height } = canvas;
    const glow = context.createRadialGradient(
      width / 2,
      0.4 * height,
      0,
      width / 2,
      0.4 * height,
      width,
    );
    glow.addColorStop(0, style.getPropertyValue("--stage-top").trim());
    glow.addColorStop(1, style.getPropertyValue("--stage-bottom").trim());
    context.fillStyle = glow;
    context.fillRect(0, 0, width, height);
    context.drawImage(this.stage.canvas, 0, 0, width, height);
  }
}

export async function savePicture(stage: Stage, name: string): Promise<void> {
  const compositor = new Compositor(stage);
  stage.redraw();
  compositor.copy();
  const blob = await new Promise<Blob | null>((done) => compositor.canvas.toBlob(done));
  if (blob !== null) save(blob, `${name}.png`);
}

/** A WebM film; `stop` ends and saves it. */
export class FilmRecorder {
  private readonly recorder: MediaRecorder;
  private readonly parts: Blob[] = [];
  private readonly stage: Stage;
  private readonly compositor: Compositor;

  /** Whether this browser can. */
  static readonly available = typeof MediaRecorder !== "undefined";

  constructor(stage: Stage, name: string) {
    this.stage = stage;
    this.compositor = new Compositor(stage);
    const type = ["video/webm;codecs=vp9", "video/webm", "video/mp4"].find((one) =>
      MediaRecorder.isTypeSupported(one),
    );
    const stream = this.compositor.canvas.captureStream(30);
    this.recorder = new MediaRecorder(stream, {
      ...(type === undefined ? {} : { mimeType: type }),
      videoBitsPerSecond: 8e6,
    });
    this.recorder.ondataavailable = ({ data }) => this.parts.push(data);
    this.recorder.onstop = () => {
      const ending = this.recorder.mimeType.includes("mp4") ? "mp4" : "webm";
      save(new Blob(this.parts, { type: this.recorder.mimeType }), `${name}.${ending}`);
    };
    stage.afterDraw = () => this.compositor.copy();
    stage.touch();
    this.recorder.start(1000);
  }

  stop(): void {
    this.stage.afterDraw = null;
    this.recorder.stop();
  }
}
