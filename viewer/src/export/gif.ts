/** An animated picture of a range of time, drawn step by step as fast as the machine can. */
import { applyPalette, GIFEncoder, quantize } from "gifenc";
import type { StageScene } from "../stage/scene.js";
import type { Stage } from "../stage/stage.js";
import type { Player } from "../timeline/player.js";
import { Compositor } from "./picture.js";

const framesPerSecond = 12.5;
const widest = 640;

export interface GifOptions {
  readonly stage: Stage;
  readonly player: Player;
  readonly scene: StageScene;
  readonly from: number;
  readonly to: number;
  readonly onProgress: (share: number) => void;
}

export async function makeGif({ stage, player, scene, from, to, onProgress }: GifOptions) {
  const compositor = new Compositor(stage);
  const scale = Math.min(1, widest / compositor.canvas.width);
  const small = document.createElement("canvas");
  small.width = Math.round(compositor.canvas.width * scale);
  small.height = Math.round(compositor.canvas.height * scale);
  const context = small.getContext("2d", { willReadFrequently: true })!;
  const encoder = GIFEncoder();
  let palette: number[][] | undefined;
  const frames = Math.max(1, Math.round((to - from) * framesPerSecond));
  for (let frame = 0; frame < frames; frame++) {
    player.playing.value = false;
    player.seek(from + frame / framesPerSecond);
    player.advance(0);
    stage.touch();
    stage.draw(scene, true, 1 / framesPerSecond);
    compositor.copy();
    context.drawImage(compositor.canvas, 0, 0, small.width, small.height);
    const { data } = context.getImageData(0, 0, small.width, small.height);
    palette ??= quantize(data, 256);
    encoder.writeFrame(applyPalette(data, palette), small.width, small.height, {
      // Written once, for all pictures.
      ...(frame === 0 ? { palette } : {}),
      delay: 1000 / framesPerSecond,
    });
    onProgress((frame + 1) / frames);
    // The page stays alive in between.
    await new Promise((done) => setTimeout(done, 0));
  }
  encoder.finish();
  return new Blob([encoder.bytes().slice()], { type: "image/gif" });
}
