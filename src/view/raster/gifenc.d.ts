/** The part of gifenc that is used; the package has no types of its own. */
declare module "gifenc" {
  type Color = number[];

  interface FrameOptions {
    /** Of the first frame, which becomes the palette of all. */
    palette?: readonly Color[];
    /** Milliseconds; kept to hundredths of a second. */
    delay?: number;
    /** 0: for ever. */
    repeat?: number;
    transparent?: boolean;
    transparentIndex?: number;
    /** What becomes of the frame when the next one comes; 1: it stays. */
    dispose?: number;
  }

  interface Encoder {
    writeFrame(index: Uint8Array, width: number, height: number, options?: FrameOptions): void;
    finish(): void;
    bytes(): Uint8Array;
  }

  const gifenc: {
    GIFEncoder(): Encoder;
    /** At most `maxColors` colours for RGBA pixels. */
    quantize(rgba: Uint8Array, maxColors: number): Color[];
    nearestColorIndex(palette: readonly Color[], color: readonly number[]): number;
  };
  export default gifenc;
}
