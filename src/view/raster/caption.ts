/** The words on a picture. */
import type { Image } from "./image.js";
import { drawText, textWidth } from "./lettering.js";

export interface Caption {
  readonly title: string;
  /** Which policy it is. */
  readonly subtitle: string;
  /** How well it did, e.g. "fitness 4.12 m/s". */
  readonly score: string;
}

const ink = [38, 50, 63] as const;
const paleInk = [92, 106, 122] as const;

/** Title above; time and speed (m/s, null where the robot stays in place) and score below. */
export function drawCaption(
  image: Image,
  { title, subtitle, score }: Caption,
  seconds: number,
  speed: number | null,
): void {
  const { width, height } = image;
  const usual = Math.max(6, Math.min(height * 0.034, width * 0.026));
  const margin = Math.round(usual * 1.5);
  const room = width - 2 * margin;
  const fitted = (text: string, size: number, space = room) =>
    Math.min(size, (size * space) / textWidth(text, size));
  const below = height - margin;
  drawText(image, title, margin, margin + usual * 1.3, fitted(title, usual * 1.3), ink);
  drawText(image, subtitle, margin, margin + usual * 3.1, fitted(subtitle, usual * 0.85), paleInk);
  const clock = `${seconds.toFixed(1)} s`;
  const pace = speed === null ? "" : `${speed.toFixed(1)} m/s`;
  const size = fitted(`00.0 s    00.0 m/s    ${score}`, usual);
  drawText(image, clock, margin, below, size, ink);
  drawText(image, pace, margin + textWidth("00.0 s   ", size), below, size, ink);
  drawText(image, score, width - margin - textWidth(score, size), below, size, ink);
}
