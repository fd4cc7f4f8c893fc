/** A canvas that is as sharp as the screen, drawn by a function of the player's clock. */

import { useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { theme } from "../state/theme.js";

export interface Drawing {
  readonly context: CanvasRenderingContext2D;
  /** In pixels of the page. */
  readonly width: number;
  readonly height: number;
  /** A colour of the style sheet, like "--accent". */
  color(name: string): string;
}

export interface CanvasProps {
  /** Read signals in it: it is called again when they change. */
  readonly draw: (drawing: Drawing) => void;
  readonly class?: string;
  readonly label: string;
  readonly onPointerDown?: (event: PointerEvent) => void;
  readonly onPointerMove?: (event: PointerEvent) => void;
  readonly onPointerUp?: (event: PointerEvent) => void;
  readonly onPointerLeave?: () => void;
}

export function Canvas({ draw, label, class: name, ...pointer }: CanvasProps) {
  const element = useRef<HTMLCanvasElement>(null);
  const latest = useRef(draw);
  latest.current = draw;
  const paint = useRef(() => {});
  paint.current = () => {
    const canvas = element.current;
    const context = canvas?.getContext("2d");
    if (!canvas || !context) return;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    const ratio = devicePixelRatio;
    const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (canvas.width !== w || canvas.height !== h) {
      canvas.width = w;
      canvas.height = h;
    }
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    latest.current({ context, width, height, color });
  };
  useSignalEffect(() => {
    if (theme.value) paint.current();
  });
  useEffect(() => {
    const resizer = new ResizeObserver(() => paint.current());
    resizer.observe(element.current!);
    return () => resizer.disconnect();
  }, []);
  return <canvas ref={element} class={name} role="img" aria-label={label} {...pointer} />;
}

const cache = new Map<string, string>();
let cachedTheme = "";

function color(name: string): string {
  if (cachedTheme !== theme.peek()) {
    cachedTheme = theme.peek();
    cache.clear();
  }
  let value = cache.get(name);
  if (value === undefined) {
    value = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    cache.set(name, value);
  }
  return value;
}
