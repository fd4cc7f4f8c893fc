/** Keeps the picture fluid: fewer pixels, then no shadows, while frames come late; back when they do not. */

/** Pixels drawn per pixel of the page, best first. */
const ratios = [2, 1.5, 1, 0.75, 0.6];
/** Mean seconds between pictures that count as late, and as good. */
const lateSeconds = 1 / 28;
const goodSeconds = 1 / 50;
const window = 24;

export class Quality {
  /** Drawn by the processor: shadows would take half a second a picture. */
  readonly software: boolean;
  /** What the user wants; null leaves it to the measured speed. */
  wantsShadows: boolean | null = null;
  private level: number;
  private slowShadows: boolean;
  private sum = 0;
  private count = 0;
  private goodWindows = 0;

  constructor(gl: WebGLRenderingContext | WebGL2RenderingContext) {
    const named = gl.getExtension("WEBGL_debug_renderer_info");
    const renderer = String(
      gl.getParameter(named ? named.UNMASKED_RENDERER_WEBGL : gl.RENDERER) ?? "",
    );
    this.software = /swiftshader|llvmpipe|software/i.test(renderer);
    this.slowShadows = this.software;
    this.level = ratios.findIndex((ratio) => ratio <= Math.max(0.6, devicePixelRatio));
  }

  get shadows(): boolean {
    return this.wantsShadows ?? !this.slowShadows;
  }

  get pixelRatio(): number {
    return ratios[this.level];
  }

  /** Takes the time since the last picture (0: stood still); true when the pixel ratio has changed. */
  measure(seconds: number): boolean {
    if (seconds <= 0 || seconds > 1) return false;
    this.sum += seconds;
    if (++this.count < window) return false;
    const mean = this.sum / this.count;
    this.sum = 0;
    this.count = 0;
    const before = this.level;
    if (mean > lateSeconds) {
      this.goodWindows = 0;
      if (this.level < ratios.length - 1) this.level++;
      else this.slowShadows = true;
    } else if (mean < goodSeconds && ++this.goodWindows >= 8) {
      this.goodWindows = 0;
      const best = ratios.findIndex((ratio) => ratio <= Math.max(0.6, devicePixelRatio));
      if (this.level > best) this.level--;
    }
    return this.level !== before;
  }
}
