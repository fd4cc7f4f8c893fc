/** The picture on the page: mounts the stage, runs its clock, and turns gestures into actions. */
import { useSignalEffect } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { bindGestures, type Gestures } from "../stage/gestures.js";
import type { Arrow } from "../stage/overlays.js";
import type { StageScene } from "../stage/scene.js";
import { Stage } from "../stage/stage.js";
import type { StageSettings } from "../state/stage-settings.js";
import { stages } from "../state/stages.js";
import { theme } from "../state/theme.js";
import type { Player } from "../timeline/player.js";
import { stagePalette } from "./stage-palette.js";

export interface StageViewProps {
  readonly player: Player;
  readonly settings: StageSettings;
  readonly focusEnv: () => number;
  readonly gestures: Gestures;
  /** Commands and velocities to draw, made once a picture. */
  readonly arrows?: (scene: StageScene, stage: Stage) => readonly Arrow[];
  readonly children?: ComponentChildren;
}

const noArrows: readonly Arrow[] = [];

export function StageView(props: StageViewProps) {
  const { player, settings, children } = props;
  const host = useRef<HTMLDivElement>(null);
  const latest = useRef(props);
  latest.current = props;
  const [failure, setFailure] = useState<string | null>(null);

  useEffect(() => {
    const element = host.current!;
    let stage: Stage;
    try {
      stage = new Stage(element);
    } catch (error) {
      setFailure(error instanceof Error ? error.message : "WebGL could not be started");
      return runWithoutPicture(player);
    }
    settings.stage.value = stage;
    stages.add(stage);
    stage.paint(stagePalette());
    const resizer = new ResizeObserver(([entry]) => {
      const { width, height } = entry.contentRect;
      stage.resize(width, height);
    });
    resizer.observe(element);
    const unbind = bindGestures(stage, player, settings, () => latest.current.gestures);
    const scene = new SceneOfPlayer(player);
    let opened: object | null = null;
    let before = performance.now();
    let request = requestAnimationFrame(function draw(now) {
      request = requestAnimationFrame(draw);
      const seconds = Math.min(0.25, (now - before) / 1000);
      before = now;
      const timeline = player.timeline.peek();
      if (timeline !== opened) {
        opened = timeline;
        if (timeline !== null) stage.open(timeline.model);
      }
      const started = performance.now();
      const changed = player.advance(seconds);
      const filled = timeline !== null && timeline.end > 0;
      stage.focusEnv = latest.current.focusEnv();
      if (filled && changed) {
        stage.arrows = latest.current.arrows?.(scene, stage) ?? noArrows;
      }
      if (changed) stage.report.clockMs = performance.now() - started;
      stage.draw(filled ? scene : null, changed, seconds);
    });
    return () => {
      cancelAnimationFrame(request);
      resizer.disconnect();
      unbind();
      settings.stage.value = null;
      stages.delete(stage);
      stage.dispose();
    };
  }, [player, settings]);

  useSignalEffect(() => {
    const stage = settings.stage.value;
    const paint = theme.value;
    if (stage === null || paint === undefined) return;
    // After the style sheet has taken the theme.
    requestAnimationFrame(() => stage.paint(stagePalette()));
  });
  useSignalEffect(() => {
    const stage = settings.stage.value;
    if (stage === null) return;
    stage.layers = settings.layers.value;
    stage.selectedBody = settings.selectedBody.value;
    stage.alone = settings.alone.value;
    stage.rig.following = settings.follow.value;
    stage.quality.wantsShadows = settings.shadows.value;
    stage.touch();
  });

  return (
    <div class="stage" ref={host}>
      {failure === null ? null : <NoPicture reason={failure} />}
      {children}
    </div>
  );
}

function NoPicture({ reason }: { reason: string }) {
  return (
    <div class="empty">
      <h2>No three-dimensional picture here</h2>
      <p>
        This browser does not offer WebGL ({reason}). Rewards, plots, code and controls work all the
        same. Switching on hardware acceleration in the browser's settings usually helps.
      </p>
    </div>
  );
}

/** Plots and bars keep their clock where nothing can be drawn. */
function runWithoutPicture(player: Player): () => void {
  let before = performance.now();
  let request = requestAnimationFrame(function step(now) {
    request = requestAnimationFrame(step);
    player.advance(Math.min(0.25, (now - before) / 1000));
    before = now;
  });
  return () => cancelAnimationFrame(request);
}

/** A view of the player's present moment that is made once. */
class SceneOfPlayer implements StageScene {
  private readonly player: Player;
  constructor(player: Player) {
    this.player = player;
  }
  get timeline() {
    return this.player.timeline.peek()!;
  }
  get time() {
    return this.player.time;
  }
  get frame() {
    return this.player.shown!;
  }
  get poses() {
    return this.player.poses;
  }
}
