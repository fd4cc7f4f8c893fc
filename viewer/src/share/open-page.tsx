/** Reads what was written into the page, and shows it. */
import { render } from "preact";
import { z } from "zod";
import "../styles/tokens.css";
import "../styles/base.css";
import "../styles/shell.css";
import "../styles/workspace.css";
import "./share.css";
import { bytesSource } from "../../../src/stream/recording-reader.js";
import { loadRecording } from "../timeline/load-recording.js";
import { Player } from "../timeline/player.js";
import type { Sandbox } from "./physics/sandbox.js";
import { SharePage } from "./share-page.js";
import { sharedAbout, sharedRecording } from "./shared.js";

/** @param makeSandbox null where the page has no physics of its own */
export async function openPage(makeSandbox: () => Sandbox | null): Promise<void> {
  // The page without physics forbids functions made from text.
  z.config({ jitless: true });
  const root = document.getElementById("app")!;
  const about = sharedAbout();
  if (about === null) {
    const text = "This page is empty: rewardsmith share writes a recording into it.";
    render(<Sentence text={text} />, root);
    return;
  }
  try {
    const { timeline, problems } = await loadRecording(bytesSource(sharedRecording()), () => {});
    const player = new Player();
    player.open(timeline, false);
    player.playing.value = !matchMedia("(prefers-reduced-motion: reduce)").matches;
    const sandbox = makeSandbox();
    const page = { about, player, problems, sandbox };
    render(<SharePage {...page} />, root);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    render(<Sentence text={`The recording in this page cannot be read: ${message}`} />, root);
  }
}

function Sentence({ text }: { text: string }) {
  return (
    <div class="empty">
      <p>{text}</p>
    </div>
  );
}
